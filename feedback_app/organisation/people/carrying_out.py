"""What carries a change of the past out once a second person has agreed to it."""

from __future__ import annotations

import importlib
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.organisation.people.models import PeopleChange
from feedback_app.organisation.people.rules import ChangeKind

# Named and not imported, because these rooms import `changes` to ask.
_EXECUTORS: Final[dict[ChangeKind, str]] = {
    ChangeKind.ASSIGN: "feedback_app.organisation.people.post_edits",
    ChangeKind.END: "feedback_app.organisation.people.post_edits",
    ChangeKind.CORRECT: "feedback_app.organisation.people.post_edits",
    ChangeKind.CANCEL: "feedback_app.organisation.people.post_edits",
    ChangeKind.DUTY: "feedback_app.organisation.people.rosters",
    ChangeKind.IMPORT: "feedback_app.organisation.people.imports.applying",
    ChangeKind.UNDO_IMPORT: "feedback_app.organisation.people.imports.undoing",
    ChangeKind.LINK: "feedback_app.organisation.people.records",
}


class Executor(Protocol):
    """A function that carries an approved change out."""

    def __call__(self, session: Session, change: PeopleChange, *, actor: Actor, now: datetime) -> object:
        """Carry it out, or raise a DomainError; the approval is then not kept either."""


def executor_of(kind: ChangeKind) -> Executor:
    """Return the `apply_change` of the room that a kind of change belongs to."""
    found: Executor = importlib.import_module(_EXECUTORS[kind]).apply_change
    return found
