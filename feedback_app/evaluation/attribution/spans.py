"""The posts of a period, as the rules of responsibility read them."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.rules import AssignmentSpan
from feedback_app.organisation.models import Assignment


def assignment_spans(session: Session, agency_id: int, starts_on: date, ends_on: date) -> list[AssignmentSpan]:
    """Return the assignments of an agency that hold on any day of a period, by id."""
    rows = session.scalars(
        sa.select(Assignment)
        .where(
            Assignment.agency_id == agency_id,
            Assignment.superseded_at.is_(None),
            Assignment.starts_on <= ends_on,
            sa.or_(Assignment.ends_on.is_(None), Assignment.ends_on >= starts_on),
        )
        .order_by(Assignment.id)
    )
    return [
        AssignmentSpan(
            assignment_id=row.id,
            employee_id=row.employee_id,
            unit_id=row.unit_id,
            service_id=row.service_id,
            kind=row.kind,
            is_head=row.is_head,
            share=row.share,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
        )
        for row in rows
    ]
