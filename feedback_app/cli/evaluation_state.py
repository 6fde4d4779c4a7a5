"""What a step of a cycle is answered with where the cycle is not there yet, or past it: its state, the next command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from feedback_app.evaluation.models import Cycle

_NEXT: Final = {
    "draft": "compute",
    "computed": "reply",
    "right_of_reply": "review",
    "reviewed": "sign --as ADDRESS --hash OUTPUT_HASH",
    "signed": "freeze",
    "frozen": "version --reason REASON",
}


def state_words(cycle: Cycle, agency_code: str) -> str:
    """Return where a cycle stands and which command takes it on."""
    named = f"--agency {agency_code} --name {cycle.name!r}"
    if cycle.version > 1:
        named += f" --version {cycle.version}"
    command, *options = _NEXT[cycle.status.value].split(" ", 1)
    further = " ".join([named, *options])
    return f"{cycle.name} is in the state {cycle.status.value}. Next: feedback evaluation {command} {further}"


@contextmanager
def step_of(cycle: Cycle, agency_code: str) -> Iterator[None]:
    """Say the state and the next command where a step cannot be taken from it.

    Raises
    ------
    click.ClickException
    """
    from feedback_app.evaluation.cycles.rules import CycleMoveError
    from feedback_app.evaluation.cycles.versions import VersionExistsError

    # Taken before: after a refused step the row may not be read any more.
    said = state_words(cycle, agency_code)
    try:
        yield
    except (CycleMoveError, VersionExistsError) as error:
        raise click.ClickException(f"This step does not lead on from here. {said}") from error
