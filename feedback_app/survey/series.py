"""The stored indexes of one place through the periods."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from feedback_app.survey.models import Period
from feedback_app.survey.result_models import Result
from feedback_app.survey.rules import PeriodState, ResultLevel
from feedback_app.survey.stored import StoredResult, read


@dataclass(frozen=True, slots=True)
class PeriodResult:
    """A stored result with the period it is of."""

    period: Period
    result: StoredResult


def series(session: Session, agency_id: int, unit_id: int | None) -> list[PeriodResult]:
    """Return the newest stored results of a unit (None: the agency) by period, the earliest first.

    A period that was opened again has none until it closes.
    """
    rows = session.execute(
        sa.select(Period, Result)
        .join(Result, sa.and_(Result.agency_id == Period.agency_id, Result.period_id == Period.id))
        .where(
            Period.agency_id == agency_id,
            Period.state.in_((PeriodState.CLOSED, PeriodState.REPORTED)),
            Result.level == (ResultLevel.AGENCY if unit_id is None else ResultLevel.UNIT),
            Result.unit_id.is_not_distinct_from(unit_id),
        )
        .ext(distinct_on(Period.starts_on, Period.id))
        .order_by(Period.starts_on, Period.id, Result.version.desc())
    )
    return [PeriodResult(period, read(result)) for period, result in rows]


def before(found: list[PeriodResult], period: Period) -> list[PeriodResult]:
    """Return what lies before a period, the earliest first."""
    return [one for one in found if one.period.id != period.id and one.period.starts_on < period.starts_on]
