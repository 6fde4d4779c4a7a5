"""Which figures are withheld because too few ratings stand behind them, alone or beside other figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.answering import Answered, answered_by
from feedback_app.evaluation.attribution.attributed import Attributed
from feedback_app.evaluation.cycles.changes import Changes
from feedback_app.evaluation.cycles.figures import Row, whole_points
from feedback_app.evaluation.cycles.periods import Shown, tells_too_much
from feedback_app.evaluation.evidence.small_numbers import too_few
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score, UnitScore
from feedback_app.evaluation.rules import CycleStatus


def withhold(
    session: Session, cycle: Cycle, people: Sequence[Row], units: Sequence[Row], changes: Changes, read: Attributed
) -> None:  # fmt: skip
    """Decide for each row of a cycle's figures whether it is told, and coarsen what is told after an upheld contest.

    Cycles within its days and around them count as shown once they are computed: they will be. Of two that together
    would tell too much the one computed last is withheld.
    """
    _withhold_people(session, cycle, people, changes)
    told = frozenset(row["employee_id"] for row in people if not row["is_withheld"])
    _withhold_units(session, cycle, units, changes, answered_by(read.cells, read.segments, read.duty, read.days, told))


def _withhold_people(session: Session, cycle: Cycle, people: Sequence[Row], changes: Changes) -> None:
    elsewhere = _shown_elsewhere(session, cycle, Score, Score.employee_id)
    for row in people:
        employee_id = row["employee_id"]
        row["n_changed"] = changes.of_people.get(employee_id, 0)
        row["is_withheld"] = employee_id in changes.moved or tells_too_much(
            Shown(cycle.starts_on, cycle.ends_on, row["n"]), elsewhere.get(employee_id, [])
        )
        if row["n_changed"]:
            row.update(whole_points(row))


def _withhold_units(
    session: Session, cycle: Cycle, units: Sequence[Row], changes: Changes, answered: Mapping[int, Answered]
) -> None:  # fmt: skip
    elsewhere = _shown_elsewhere(session, cycle, UnitScore, UnitScore.unit_id)
    for row in units:
        unit_id, n = row["unit_id"], row["n"]
        row["n_changed"] = changes.of_unit(unit_id, n, row["mean"])
        row["is_withheld"] = (
            row["n_changed"] > 0
            or too_few(row["n_nobody"])
            or tells_others(answered.get(unit_id, {}))
            or tells_too_much(Shown(cycle.starts_on, cycle.ends_on, n), elsewhere.get(unit_id, []))
        )


def tells_others(answered: Answered) -> bool:
    """Tell whether a unit's figure less those of any people in it would be one of one to twenty-nine ratings.

    `answered` says how many ratings each set of shown people answered for together, the empty set for all others. What
    stays when everybody but the people of one set is taken away is what subsets of that set answered for; taking away
    fewer leaves more, so no other difference is smaller.
    """
    return any(
        too_few(sum(n for some, n in answered.items() if some <= left)) for left in {frozenset[int](), *answered}
    )


def _shown_elsewhere(session: Session, cycle: Cycle, table: Any, subject: Any) -> dict[int, list[Shown]]:
    """Return, by person or unit, the figures shown in other cycles of the same year, of every version still read."""
    rows: Any = session.execute(
        sa.select(subject, Cycle.starts_on, Cycle.ends_on, table.n)
        .join(Cycle, sa.and_(Cycle.agency_id == table.agency_id, Cycle.id == table.cycle_id))
        .where(Cycle.agency_id == cycle.agency_id, Cycle.name != cycle.name)
        .where(Cycle.status != CycleStatus.DRAFT, ~table.is_withheld, table.n > 0)
        .where(Cycle.starts_on >= cycle.starts_on.replace(month=1, day=1))
        .where(Cycle.ends_on <= cycle.ends_on.replace(month=12, day=31))
        .distinct()
    )
    found: dict[int, list[Shown]] = defaultdict(list)
    for subject_id, *shown in rows:
        found[subject_id].append(Shown(*shown))
    return found
