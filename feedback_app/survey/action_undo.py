"""Take the last change of an action's status back, where nothing is lost by it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import ConflictError
from feedback_app.survey.actions import ENDED, hold, set_status
from feedback_app.survey.result_models import Action, ActionEvent
from feedback_app.survey.rules import ActionStatus


class NothingToUndoError(ConflictError):
    """The newest word on the row is no change of status that can be taken back."""

    code = "action_nothing_to_undo"


def status_before(session: Session, action: Action) -> ActionStatus | None:
    """Return the status that undoing would give back; None where there is nothing to undo.

    Only the very last thing that happened is undone. Done and dropped are never given back so, for both ask for a word.
    """
    newest = session.scalars(
        sa.select(ActionEvent.status)
        .where(ActionEvent.agency_id == action.agency_id, ActionEvent.action_id == action.id)
        .order_by(ActionEvent.id.desc())
        .limit(2)
    ).all()
    if len(newest) < 2 or newest[0] is newest[1] or newest[1] in ENDED:
        return None
    return newest[1]


def undo(session: Session, action: Action, *, version: int, user_id: int, now: datetime) -> None:
    """Give a row the status it had before the last change.

    Raises
    ------
    NothingToUndoError, feedback_app.survey.actions.ActionChangedError, feedback_app.survey.actions.ActionWentOnError
    """
    hold(session, action, version)
    before = status_before(session, action)
    if before is None:
        raise NothingToUndoError(
            "Tidak ada perubahan status yang dapat dibatalkan. Pilih status lain dengan keterangan."
        )
    set_status(session, action, before, "", user_id=user_id, now=now, verb="undo")
