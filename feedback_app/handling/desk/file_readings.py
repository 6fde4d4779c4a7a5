"""Who of the staff looked at a citizen's photo or document; each day of it leaves one line in the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import person, record
from feedback_app.clock import office_day
from feedback_app.handling.models import Case

READ: Final = "handling.read_attachment"


def note_reading(session: Session, case: Case, attachment_id: int, *, user_id: int, now: datetime) -> None:
    """Note that somebody was given a file of a case.

    A page shows its photos each time it is opened; once a day for each person and file tells as much and keeps the
    trail readable.
    """
    day = office_day(now).isoformat()
    known = sa.select(AuditEvent.id).where(
        AuditEvent.agency_id == case.agency_id,
        AuditEvent.subject_type == "case",
        AuditEvent.subject_id == case.id,
        AuditEvent.action == READ,
        AuditEvent.actor_id == user_id,
        AuditEvent.detail.contains({"attachment_id": attachment_id, "day": day}),
    )
    if session.scalar(known.limit(1)) is None:
        record(
            session, agency_id=case.agency_id, actor=person(user_id), action=READ, subject_type="case",
            subject_id=case.id, now=now, attachment_id=attachment_id, day=day,
        )  # fmt: skip
