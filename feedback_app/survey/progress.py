"""How many questionnaires a period has received, and how many its populations ask for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.survey.models import Period, Response, Target
from feedback_app.survey.queries import targets_of
from feedback_app.survey.tally_models import Cell
from feedback_app.survey.targets import Need, need_of, population_of


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """A unit that is surveyed: what is asked of it, how many people it serves, how many have answered."""

    unit_id: int
    targets: tuple[Target, ...]
    need: Need
    received: int


def received(session: Session, period: Period) -> dict[int, int]:
    """Return the questionnaires of a period by unit; also those that the sums do not hold yet."""
    folded = (
        sa.select(Cell.unit_id, sa.func.sum(Cell.n).label("n"))
        .where(Cell.agency_id == period.agency_id, Cell.period_id == period.id)
        .group_by(Cell.unit_id)
    )
    fresh = (
        sa.select(Response.unit_id, sa.func.count().label("n"))
        .where(Response.agency_id == period.agency_id, Response.period_id == period.id)
        .where(~Response.is_folded, ~Response.is_withdrawn)
        .group_by(Response.unit_id)
    )
    found: dict[int, int] = {}
    for unit_id, n in session.execute(sa.union_all(folded, fresh)):
        found[unit_id] = found.get(unit_id, 0) + int(n)
    return found


def by_unit(session: Session, period: Period, within: Collection[int] | None = None) -> list[UnitProgress]:
    """Return how far each surveyed unit is; with `within` only those units."""
    grouped: dict[int, list[Target]] = {}
    for target in targets_of(session, period.agency_id, period.id):
        if within is None or target.unit_id in within:
            grouped.setdefault(target.unit_id, []).append(target)
    counts = received(session, period)
    return [
        UnitProgress(unit_id, tuple(targets), need_of(population_of(targets)), counts.get(unit_id, 0))
        for unit_id, targets in grouped.items()
    ]


def asked_for(units: Sequence[UnitProgress]) -> int | None:
    """Return how many respondents the table asks of these units together; None where a population is not known."""
    needs = [unit.need.by_table for unit in units]
    if not needs or None in needs:
        return None
    return sum(one for one in needs if one is not None)
