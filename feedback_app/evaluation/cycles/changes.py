"""By how many ratings a cycle's figures differ from those that were told before: its last state, or the last version.

Whoever keeps what was told before and subtracts reads the ratings that changed sides; fewer than thirty tell too much.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.evidence.small_numbers import FIGURES_FROM_N, too_few
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score, UnitScore

_Cell = tuple[Any, ...]
# Ratings and the sum of their points, by what a figure or a month of a group is told of.
_Cells = dict[_Cell, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Changes:
    """How many ratings changed, by person; who changed by more than a contest; and the units as told before."""

    of_people: dict[int, int] = field(default_factory=dict)
    moved: frozenset[int] = frozenset()
    units: dict[int, tuple[int, float | None, int]] = field(default_factory=dict)

    def of_unit(self, unit_id: int, n: int, mean: float | None) -> int:
        """Return by how many ratings a unit's figure changed; 0 where it did not, or by thirty and more."""
        if unit_id not in self.units:
            return 0
        told, told_mean, untold = self.units[unit_id]
        changed = abs(n - told)
        if not changed and mean != told_mean:
            changed = 1
        return 0 if changed >= FIGURES_FROM_N + untold else changed + untold


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of people and units before a computation."""

    people: dict[int, _Cells] = field(default_factory=dict)
    changed: dict[int, int] = field(default_factory=dict)
    withheld: frozenset[int] = frozenset()
    units: dict[int, tuple[int, float | None, int]] = field(default_factory=dict)


def told_before(session: Session, cycle: Cycle) -> Told:
    """Return what was told before a cycle is computed: by itself where replies were opened, else by what it replaces.

    Asked before its rows are cleared. What only they have seen who compute and put right is not told yet.
    """
    before = cycle.id if cycle.reply_from is not None else cycle.replaces_id
    if before is None:
        return Told()
    scores = session.execute(
        sa.select(Score.employee_id, Score.n_changed, Score.is_withheld).where(
            Score.agency_id == cycle.agency_id, Score.cycle_id == before
        )
    ).all()
    units = session.execute(
        sa.select(UnitScore.unit_id, UnitScore.n, UnitScore.mean, UnitScore.n_changed).where(
            UnitScore.agency_id == cycle.agency_id, UnitScore.cycle_id == before
        )
    )
    return Told(
        people=_people(session, cycle.agency_id, before),
        changed={row.employee_id: row.n_changed for row in scores if row.n_changed},
        withheld=frozenset(row.employee_id for row in scores if row.is_withheld),
        units={row.unit_id: (row.n, row.mean, row.n_changed) for row in units},
    )


def changes_since(session: Session, cycle: Cycle, told: Told) -> Changes:
    """Return what changed since; asked once the contributions are written.

    A person is told in full only where no month of a group changed by one to twenty-nine ratings; who once was not
    stays so in this period. Where nothing but what was left out differs, it is an upheld contest.
    """
    if not told.people and not told.units:
        return Changes()
    now = _people(session, cycle.agency_id, cycle.id)
    of_people, moved = {}, set()
    for employee_id in told.people.keys() | now.keys():
        old, new = told.people.get(employee_id, {}), now.get(employee_id, {})
        earlier = told.changed.get(employee_id, 0)
        changed = changed_ratings(old, new)
        if not changed and not earlier:
            continue
        of_people[employee_id] = changed + earlier
        if _laid(old) != _laid(new) or (earlier and employee_id in told.withheld):
            moved.add(employee_id)
    return Changes(of_people, frozenset(moved), told.units)


def changed_ratings(old: _Cells, new: _Cells) -> int:
    """Return how many ratings tell more than they should by having changed; 0 where each change is large or none.

    Where as many came as went, the sums differ: two ratings at least.
    """
    changed = 0
    is_small = False
    for cell in old.keys() | new.keys():
        (n, total), (other, sums) = old.get(cell, (0, 0)), new.get(cell, (0, 0))
        step = abs(n - other) or (2 if total != sums else 0)
        is_small = is_small or too_few(step)
        changed += step if cell[-1] is None else 0
    return max(1, changed) if is_small else 0


def _people(session: Session, agency_id: int, cycle_id: int) -> dict[int, _Cells]:
    """Return the ratings of each person by everything a figure is told of, the reason they do not count last.

    Posts stand in the order of their days: a post put right is a new row, and yet the same post.
    """
    month = sa.func.date_trunc("month", Contribution.day)
    place = (Contribution.level, Contribution.unit_id, Contribution.service_id, Contribution.channel)
    one = (Contribution.assignment_id, Contribution.share, month.label("month"), Contribution.exclusion)
    rows: Any = session.execute(
        sa.select(
            Contribution.employee_id, *place, *one, sa.func.sum(Contribution.n), sa.func.sum(Contribution.total)
        )
        .where(Contribution.agency_id == agency_id, Contribution.cycle_id == cycle_id)
        .group_by(Contribution.employee_id, *place, Contribution.assignment_id, Contribution.share, month,
                  Contribution.exclusion)
        .order_by(Contribution.employee_id, sa.func.min(Contribution.day), Contribution.assignment_id)
    )  # fmt: skip
    found: dict[int, _Cells] = defaultdict(dict)
    orders: dict[_Cell, list[int | None]] = defaultdict(list)
    for employee_id, level, unit, service, channel, assignment, share, first, exclusion, n, total in rows:
        posts = orders[employee_id, level, unit, service]
        if assignment not in posts:
            posts.append(assignment)
        cell = (level, unit, service, channel, posts.index(assignment), share, first, exclusion)
        found[employee_id][cell] = (int(n), int(total))
    return found


def _laid(cells: _Cells) -> Counter[_Cell]:
    """Return how many ratings were laid on a person, those left out after a contest with the others."""
    laid: Counter[_Cell] = Counter()
    for cell, (n, _) in cells.items():
        reason = cell[-1] if cell[-1] is Exclusion.NO_PROOF_OF_VISIT else None
        laid[(*cell[:-1], reason)] += n
    return laid
