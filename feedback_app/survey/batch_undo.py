"""Take questionnaires on paper back, one of the last or a whole batch, as long as their period is open.

They are marked and stay; the sums of their unit are made anew without them. `batches` says in which order rows are
locked.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.errors import ConflictError, NotFoundError
from feedback_app.survey.batch_models import Batch
from feedback_app.survey.batches import held_state, lock, note, recent_ids
from feedback_app.survey.folding import rebuild, take_turn
from feedback_app.survey.models import Period, Response
from feedback_app.survey.rules import BatchState, PeriodState


class BatchFixedError(ConflictError):
    """The period is closed, and what it came to is computed."""

    code = "survey_batch_fixed"


class UnknownRowError(NotFoundError):
    """The batch holds no such questionnaire any more."""

    code = "survey_unknown_row"


def withdraw_row(
    session: Session, period: Period, batch: Batch, response_id: str, *, actor: Actor, now: datetime
) -> None:
    """Take back one of the last questionnaires of a typing session.

    Raises
    ------
    BatchFixedError, BatchUndoneError, UnknownRowError
    """
    _hold_for_undo(session, period)
    lock(session, batch)
    if response_id not in recent_ids(batch) or not _withdraw(session, batch, Response.id == int(response_id)):
        raise UnknownRowError("Kuesioner itu tidak ada lagi dalam daftar yang baru disimpan.")
    batch.options = {**batch.options, "recent": [one for one in recent_ids(batch) if one != response_id]}
    session.flush()
    note(session, batch, "survey.withdraw_row", actor, now, rows=1)


def undo(session: Session, period: Period, batch: Batch, *, actor: Actor, now: datetime) -> int:
    """Take a whole batch back; its sums are counted anew without it. Return how many questionnaires that were.

    Raises
    ------
    BatchFixedError, BatchUndoneError
    """
    _hold_for_undo(session, period)
    lock(session, batch)
    withdrawn = _withdraw(session, batch, sa.true())
    batch.state, batch.undone_at, batch.undone_by = BatchState.UNDONE, now, actor.user_id
    batch.options = {**batch.options, "recent": []}
    session.flush()
    note(session, batch, "survey.undo_batch", actor, now, rows=withdrawn)
    return withdrawn


def _withdraw(session: Session, batch: Batch, which: sa.ColumnElement[bool]) -> int:
    take_turn(session)
    of_batch = sa.and_(Response.agency_id == batch.agency_id, Response.batch_id == batch.id)
    folded = session.scalars(
        sa.update(Response).where(of_batch, ~Response.is_withdrawn, which).values(is_withdrawn=True)
        .returning(Response.is_folded),
        execution_options={"synchronize_session": False},
    ).all()  # fmt: skip
    if any(folded):
        rebuild(session, batch.agency_id, batch.period_id, batch.unit_id)
    return len(folded)


def _hold_for_undo(session: Session, period: Period) -> None:
    if held_state(session, period) is not PeriodState.OPEN:
        raise BatchFixedError(
            "Periode ini sudah ditutup dan hasilnya sudah dihitung, sehingga kiriman tidak dapat dibatalkan. Selama "
            "hasilnya belum terbit, pengelola dapat membuka periode ini lagi."
        )
