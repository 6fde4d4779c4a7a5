"""Which units have a result of a period and no plan yet of what to do about it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.survey.models import Period
from feedback_app.survey.result_models import Action, Result
from feedback_app.survey.rules import ResultLevel


def without_plan(session: Session, period: Period) -> set[int]:
    """Return the units with a stored result of a period in whose follow-up plan nothing stands."""
    planned = sa.select(Action.unit_id).where(Action.agency_id == period.agency_id, Action.period_id == period.id)
    rows = session.scalars(
        sa.select(Result.unit_id).where(
            Result.agency_id == period.agency_id, Result.period_id == period.id, Result.level == ResultLevel.UNIT,
            Result.unit_id.not_in(planned),
        )
    )  # fmt: skip
    return {number for number in rows if number is not None}


def has_results(session: Session, period: Period) -> bool:
    """Tell whether a period came to anything; one without questionnaires has nothing to read, publish or plan."""
    found = sa.select(sa.literal(1)).where(Result.agency_id == period.agency_id, Result.period_id == period.id)
    return session.scalar(found.limit(1)) is not None
