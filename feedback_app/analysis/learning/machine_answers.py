"""What the machine had said before somebody put it right."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import LabelCorrection, Labels


def first_answers(session: Session, agency_id: int, submission_ids: Sequence[int]) -> dict[int, dict[str, str | None]]:
    """Return, by submission and head, what the machine had said where somebody put it right; None: it did not know."""
    if not submission_ids:
        return {}
    rows = session.execute(
        sa.select(LabelCorrection.submission_id, LabelCorrection.head, LabelCorrection.machine_said)
        .where(LabelCorrection.agency_id == agency_id, LabelCorrection.submission_id.in_(submission_ids))
        .order_by(LabelCorrection.id)
    )
    found: dict[int, dict[str, str | None]] = {}
    for submission_id, head, said in rows:
        found.setdefault(submission_id, {}).setdefault(head, said)
    return found


def machine_label(head: str) -> sa.ColumnElement[str | None]:
    """Return what the machine said for a head, on `labels`: where people have put it right, what stood there before.

    Without this a share of abstentions would fall the more, the longer people have worked on a week.
    """
    corrected = sa.and_(
        LabelCorrection.agency_id == Labels.agency_id,
        LabelCorrection.submission_id == Labels.submission_id,
        LabelCorrection.head == head,
    )
    first = sa.select(LabelCorrection.machine_said).where(corrected).order_by(LabelCorrection.id).limit(1)
    stands = sa.type_coerce(getattr(Labels, head), sa.Text())
    return sa.case((sa.exists().where(corrected), first.correlate(Labels).scalar_subquery()), else_=stands)
