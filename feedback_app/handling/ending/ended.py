"""Whether the case of a submission is over."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.models import Case
from feedback_app.handling.rules import ENDED


def has_ended(session: Session, agency_id: int, submission_id: int) -> bool:
    """Tell whether the submission became a case that is closed or archived."""
    query = sa.select(sa.literal(1)).where(
        Case.agency_id == agency_id, Case.submission_id == submission_id, Case.status.in_(ENDED)
    )
    return session.scalar(query) is not None
