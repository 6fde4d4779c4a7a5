"""What the satisfaction survey says about competence and conduct in a unit: the unit's word, never a person's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.evidence.person import unit_name_at
from feedback_app.evaluation.models import Cycle
from feedback_app.survey.models import Period
from feedback_app.survey.result_models import Result
from feedback_app.survey.rules import ResultLevel
from feedback_app.survey.stored import read

# The two of the nine elements that speak of how officers work. Source: PermenPANRB 14/2017.
ABOUT_OFFICERS: Final = ("kompetensi", "perilaku")


@dataclass(frozen=True, slots=True)
class SurveyElement:
    """One element of a published survey result of a unit."""

    unit_name: str
    period: str
    key: str
    name: str
    n: int
    value: Decimal


def elements_of(session: Session, cycle: Cycle, unit_ids: Sequence[int]) -> tuple[SurveyElement, ...]:
    """Return competence and conduct of some units, from surveys of the same time published before the computation."""
    if cycle.computed_at is None:
        return ()
    newest = sa.func.row_number().over(partition_by=(Result.unit_id, Result.period_id), order_by=Result.version.desc())
    ranked = (
        sa.select(Result.id, newest.label("place"))
        .where(Result.agency_id == cycle.agency_id, Result.level == ResultLevel.UNIT, Result.unit_id.in_(unit_ids))
        .where(Result.published_at <= cycle.computed_at)
        .subquery()
    )
    rows = session.execute(
        sa.select(Result, Period.name, unit_name_at(Result.unit_id, cycle).label("unit"))
        .join(ranked, sa.and_(ranked.c.id == Result.id, ranked.c.place == 1))
        .join(Period, sa.and_(Period.agency_id == Result.agency_id, Period.id == Result.period_id))
        .where(Result.agency_id == cycle.agency_id)
        .where(Period.starts_on <= cycle.ends_on, Period.ends_on >= cycle.starts_on)
        .order_by(sa.literal_column("unit"), Period.starts_on)
    )
    return tuple(
        SurveyElement(unit, period, one.key, one.name, one.n, one.value)
        for result, period, unit in rows
        for one in read(result).elements
        if one.key in ABOUT_OFFICERS
    )
