"""A step taken too early or too late is answered with where the cycle stands, and what to call next."""

from __future__ import annotations

import click
import pytest

from feedback_app.cli.evaluation_state import state_words, step_of
from feedback_app.db import db
from feedback_app.evaluation.cycles.rules import CycleMoveError
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import CycleStatus
from tests.cli.test_commands import Run, run  # noqa: F401 - a fixture
from tests.conftest import Live
from tests.evaluation.evidence.rated import rated

NAME = "TW II 2026"


@pytest.mark.parametrize("status", CycleStatus)
def test_every_state_names_the_next_command(status: CycleStatus) -> None:
    said = state_words(Cycle(name=NAME, version=2, status=status), "kupang")
    assert f"in the state {status.value}" in said
    assert "Next: feedback evaluation " in said
    assert "--agency kupang --name 'TW II 2026' --version 2" in said


def test_a_step_out_of_turn_says_the_state() -> None:
    cycle = Cycle(name=NAME, version=1, status=CycleStatus.COMPUTED)
    with pytest.raises(click.ClickException, match="Next: feedback evaluation reply"), step_of(cycle, "kupang"):
        raise CycleMoveError("Muat ulang halaman siklus.")


def test_freezing_a_computed_cycle_names_the_right_of_reply_and_a_version_is_asked_for(
    live: Live, run: Run  # noqa: F811
) -> None:  # fmt: skip
    with live.app.app_context():
        world = rated(db.session(), 2)
        world.cycle(NAME)
        code = world.office.agency.code
        db.session.commit()
        db.session.remove()
    named = ["--agency", code, "--name", NAME]
    refused = run("evaluation", "freeze", *named, code=1)
    assert "Next: feedback evaluation reply" in refused.output + refused.stderr
    assert "0 differences" in run("evaluation", "verify", *named, "--version", "1").output
    unknown = run("evaluation", "compute", *named, "--version", "9", code=2)
    assert "has no version 9" in unknown.output + unknown.stderr
