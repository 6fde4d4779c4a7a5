"""What offices tell citizens and each other, and what citizens say to it."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from feedback_app.demo.cities import read_table
from feedback_app.handling.rules import Outcome
from feedback_app.intake.rules import SubmissionKind


@cache
def _words() -> dict[str, dict[str, Any]]:
    return read_table("replies")


def answer_to(kind: SubmissionKind, aspect: str, unit_name: str, rng: Random, *, again: bool = False) -> str:
    """Return what the unit that handles a case writes; `again` after the citizen said it is not solved."""
    if again:
        offered = _words()["other_kinds"]["after_dispute"]
    elif kind is SubmissionKind.COMPLAINT:
        offered = _words()["complaint"][aspect]
    else:
        offered = _words()["other_kinds"][kind.value]
    return str(rng.choice(offered)).format(unit=unit_name)


def verdict_words(outcome: Outcome, rng: Random) -> str | None:
    """Return what a citizen adds to a verdict; most who are content add nothing."""
    offered = _words()["citizen"][outcome.value]
    if outcome is Outcome.DISPUTED or rng.random() < 0.4:
        return str(rng.choice(offered))
    return None


def officer_words(act: str, rng: Random) -> str:
    """Return what an officer writes besides answers: a question, news of progress, a note, a review."""
    return str(rng.choice(_words()["officer"][act]))


def completing_words(rng: Random) -> str:
    """Return what a citizen writes who was asked for facts."""
    return str(rng.choice(_words()["citizen"]["completes"]))


def templates() -> dict[str, str]:
    """Return the reply templates of an agency: texts with placeholders, by name."""
    return dict(_words()["templates"])
