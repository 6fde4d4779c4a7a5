"""Send a case past the unit it speaks of, once its reporter alleges levy or abuse of an office."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.audit.operations import SYSTEM, record
from feedback_app.clock import office_day
from feedback_app.handling.models import Case
from feedback_app.handling.publishing import withdraw_all
from feedback_app.handling.rules import Classification
from feedback_app.intake.models import Submission
from feedback_app.nlp.integrity import speaks_of_integrity
from feedback_app.nlp.tokens import analyse
from feedback_app.organisation.oversight import overseers


def alleges(text: str) -> bool:
    """Tell whether somebody's words, without a classifier at hand, speak of levy or abuse of an office."""
    return speaks_of_integrity(analyse(text), aspect_probability=0.0, praise_probability=0.0)


def _sent_to(session: Session, case: Case) -> int:
    return session.scalars(
        sa.select(Submission.unit_id).where(Submission.agency_id == case.agency_id, Submission.id == case.submission_id)
    ).one()


def send_past_the_unit(session: Session, case: Case, *, now: datetime) -> None:
    """Give a case to whoever looks into allegations: the citizen now says something of the unit that handles it."""
    accused = case.unit_id or _sent_to(session, case)
    over = overseers(session, [case.agency_id], office_day(now))
    case.unit_id = over.unit_for(case.agency_id, accused)
    case.is_confidential, case.classification, case.assigned_to = True, Classification.OVERSIGHT, None
    session.execute(
        sa.update(Labels)
        .where(Labels.agency_id == case.agency_id, Labels.submission_id == case.submission_id)
        .values(integrity=True)
    )
    session.flush()
    withdraw_all(session, case, now=now)
    record(
        session, agency_id=case.agency_id, actor=SYSTEM, action="handling.send_past_the_unit", subject_type="case",
        subject_id=case.id, now=now, unit_id=case.unit_id,
    )  # fmt: skip
