"""Take a batch of pending submissions, so that no other worker takes the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.intake.models import Submission
from feedback_app.intake.rules import AnalysisState, Channel, SubmissionKind


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the drain needs of one pending submission."""

    agency_id: int
    id: int
    unit_id: int
    service_id: int | None
    kind: SubmissionKind
    channel: Channel
    rating: int | None
    text: str | None
    wants_reply: bool | None
    is_confidential: bool
    occurred_on: date
    received_at: datetime
    unit_is_unknown: bool = False
    counter_id: int | None = None


_COLUMNS = (
    Submission.agency_id, Submission.id, Submission.unit_id, Submission.service_id, Submission.kind,
    Submission.channel, Submission.rating, Submission.text, Submission.wants_reply, Submission.is_confidential,
    Submission.occurred_on, Submission.received_at, Submission.unit_is_unknown, Submission.counter_id,
)  # fmt: skip


def claim(session: Session, *, limit: int) -> list[Claimed]:
    """Lock and return up to `limit` pending submissions, citizens' own before imported ones, oldest first.

    The locks end with the transaction: a worker that dies gives everything back by dying.
    """
    query = (
        sa.select(*_COLUMNS)
        .where(Submission.analysis == AnalysisState.PENDING)
        .order_by(Submission.import_id.is_not(None), Submission.received_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows: Sequence[Any] = session.execute(query).all()
    return [Claimed(*row) for row in rows]


def mark_done(session: Session, rows: Sequence[Claimed]) -> None:
    """Mark a claimed batch as read."""
    keys = sa.tuple_(Submission.agency_id, Submission.id)
    session.execute(
        sa.update(Submission)
        .where(keys.in_([(row.agency_id, row.id) for row in rows]))
        .values(analysis=AnalysisState.DONE)
        .execution_options(synchronize_session=False)
    )


def mark_quarantined(session: Session, row: Claimed, error: str) -> None:
    """Set a submission aside whose text could not be read; `error` names the error, never the text."""
    session.execute(
        sa.update(Submission)
        .where(Submission.agency_id == row.agency_id, Submission.id == row.id)
        .values(analysis=AnalysisState.QUARANTINED, analysis_error=error)
        .execution_options(synchronize_session=False)
    )


def count_pending(session: Session) -> int:
    """Return how many submissions wait for the drain."""
    query = sa.select(sa.func.count()).select_from(Submission).where(Submission.analysis == AnalysisState.PENDING)
    return session.scalar(query) or 0


def any_pending(session: Session) -> bool:
    """Tell whether anything waits for the drain, without counting it."""
    query = (
        sa.select(sa.literal(1)).select_from(Submission).where(Submission.analysis == AnalysisState.PENDING).limit(1)
    )
    return session.scalar(query) is not None


def count_quarantined(session: Session) -> int:
    """Return how many submissions were set aside because their text could not be read."""
    query = sa.select(sa.func.count()).select_from(Submission).where(Submission.analysis == AnalysisState.QUARANTINED)
    return session.scalar(query) or 0
