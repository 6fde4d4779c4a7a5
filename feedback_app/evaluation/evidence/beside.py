"""What stands beside a person's figure: the result of their units, the cases they answered for, what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.evidence.person import of_person, unit_name_at
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import CaseRecord, UnitScore


@dataclass(frozen=True, slots=True)
class UnitBeside:
    """The result of a unit in which somebody worked; `is_withheld` where it would tell too few others' ratings."""

    name: str
    result: UnitScore
    is_withheld: bool


@dataclass(frozen=True, slots=True)
class CasesBeside:
    """The cases of one unit that somebody answered for."""

    unit_name: str
    record: CaseRecord


def units_beside(session: Session, cycle: Cycle, unit_ids: Sequence[int]) -> tuple[UnitBeside, ...]:
    """Return the results of some units, by name."""
    rows = session.execute(
        sa.select(unit_name_at(UnitScore.unit_id, cycle), UnitScore)
        .where(UnitScore.agency_id == cycle.agency_id, UnitScore.cycle_id == cycle.id)
        .where(UnitScore.unit_id.in_(unit_ids))
        .order_by(sa.literal_column("1"), UnitScore.unit_id)
    )
    return tuple(UnitBeside(name, row, row.is_withheld) for name, row in rows)


def cases_beside(session: Session, cycle: Cycle, employee_id: int, unit_ids: Sequence[int]) -> tuple[CasesBeside, ...]:
    """Return the record of cases that somebody answered for in some units."""
    rows = session.execute(
        sa.select(unit_name_at(CaseRecord.unit_id, cycle), CaseRecord)
        .where(CaseRecord.agency_id == cycle.agency_id, CaseRecord.cycle_id == cycle.id)
        .where(CaseRecord.employee_id == employee_id, CaseRecord.unit_id.in_(unit_ids))
        .order_by(sa.literal_column("1"), CaseRecord.unit_id, CaseRecord.duty)
    )
    return tuple(CasesBeside(name, row) for name, row in rows)


def left_out(session: Session, cycle: Cycle, employee_id: int) -> tuple[tuple[Exclusion, int], ...]:
    """Return how many ratings stand beside a figure without counting, by reason."""
    cell = (
        Contribution.exclusion, Contribution.unit_id, Contribution.service_id, Contribution.counter_id,
        Contribution.day, Contribution.days, Contribution.channel, Contribution.n,
    )  # fmt: skip
    cells = (
        sa.select(*cell).where(of_person(cycle, employee_id), Contribution.exclusion.is_not(None)).distinct().subquery()
    )
    rows = session.execute(
        sa.select(cells.c.exclusion, sa.func.sum(cells.c.n)).group_by(cells.c.exclusion).order_by(cells.c.exclusion)
    )
    return tuple((Exclusion(reason), int(n)) for reason, n in rows)
