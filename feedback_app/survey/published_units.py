"""The newest published index of every unit of an agency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from feedback_app.survey.elements import Grade
from feedback_app.survey.models import Period
from feedback_app.survey.result_models import Result
from feedback_app.survey.rules import SMALLEST_PUBLISHED, ResultLevel


@dataclass(frozen=True, slots=True)
class PublishedIndex:
    """The index of a unit in the newest period that may be told; nothing but the unit where there is none."""

    unit_id: int
    period_name: str
    respondents: int | None
    value: Decimal | None
    grade: Grade | None


def newest_indexes(session: Session, agency_id: int) -> dict[int, PublishedIndex]:
    """Return by unit what was published last; figures of too few people are withheld as on the unit's own page."""
    newest_versions = (
        sa.select(Result.unit_id, Result.respondents, Result.index_value, Result.grade, Period.name, Period.ends_on)
        .join(Period, sa.and_(Period.agency_id == Result.agency_id, Period.id == Result.period_id))
        .where(
            Result.agency_id == agency_id, Result.level == ResultLevel.UNIT, Result.published_at.is_not(None)
        )
        .ext(distinct_on(Result.unit_id, Period.ends_on, Period.id))
        .order_by(Result.unit_id, Period.ends_on.desc(), Period.id.desc(), Result.version.desc())
    )  # fmt: skip
    found: dict[int, PublishedIndex] = {}
    for row in session.execute(newest_versions):
        told = row.respondents >= SMALLEST_PUBLISHED
        if row.unit_id not in found or (told and found[row.unit_id].value is None):
            found[row.unit_id] = PublishedIndex(
                row.unit_id, row.name, row.respondents if told else None, row.index_value if told else None,
                row.grade if told else None,
            )  # fmt: skip
    return found
