"""The stored results of a period in one line each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.survey.elements import Grade
from feedback_app.survey.models import Period
from feedback_app.survey.result_models import Result
from feedback_app.survey.rules import ResultLevel


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What an overview needs of a stored result."""

    level: ResultLevel
    unit_id: int | None
    service_id: int | None
    respondents: int
    population: int | None
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    grade: Grade


def result_lines(session: Session, period: Period) -> list[ResultLine]:
    """Return the newest stored results of units and the agency without what was counted in them."""
    newest = sa.select(sa.func.max(Result.version)).where(
        Result.agency_id == period.agency_id, Result.period_id == period.id
    )
    rows = session.execute(
        sa.select(
            Result.level, Result.unit_id, Result.service_id, Result.respondents, Result.population, Result.index_value,
            Result.index_low, Result.index_high, Result.grade,
        ).where(
            Result.agency_id == period.agency_id, Result.period_id == period.id,
            Result.level != ResultLevel.SERVICE, Result.version == newest.scalar_subquery(),
        )
    )  # fmt: skip
    return [ResultLine(*row) for row in rows]
