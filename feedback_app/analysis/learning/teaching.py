"""Whether the reader may learn from the texts of an agency."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.audit.operations import person, record
from feedback_app.organisation.models import Agency


def let_teach(session: Session, agency: Agency, *, may: bool, user_id: int, now: datetime) -> None:
    """Allow or forbid it; what was learnt before leaves the model with the next round that is promoted."""
    if agency.texts_may_teach is may:
        return
    agency.texts_may_teach = may
    session.flush()
    record(
        session, agency_id=agency.id, actor=person(user_id), action="analysis.let_teach", subject_type="agency",
        subject_id=agency.id, now=now, may=may,
    )  # fmt: skip
