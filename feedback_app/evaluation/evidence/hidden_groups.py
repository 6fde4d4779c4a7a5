"""Which groups of a person's ratings show no figure: alone too small, or told by subtracting what stands elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.cycles.periods import Days, disjoint_sets, lies_in
from feedback_app.evaluation.evidence.group_rows import GroupKey, group_rows, ratings_in
from feedback_app.evaluation.evidence.small_numbers import FIGURES_FROM_N, hold_back
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score


def hidden_groups(session: Session, cycle: Cycle, score: Score, rows: dict[GroupKey, list[Any]]) -> set[GroupKey]:
    """Return the groups that show no figure: the counted ones as parts of a whole, the others each for itself."""
    counted = [key for key in rows if key.exclusion is None]
    beside = {key for key in rows if key.exclusion is not None and ratings_in(rows[key]) < FIGURES_FROM_N}
    if score.n_changed:
        return set(rows)
    if score.is_withheld:
        return {*counted, *beside}
    around = _around(session, cycle, score.employee_id) if counted else []
    elsewhere = _told_beside(cycle, around, counted, rows)
    places = hold_back([ratings_in(rows[key]) for key in counted], elsewhere)
    return {counted[place] for place in places} | beside


class _Around(NamedTuple):
    """Another cycle of the same year, with the sizes of the person's groups in it."""

    days: Days
    sizes: dict[GroupKey, int]


def _told_beside(
    cycle: Cycle, around: Sequence[_Around], keys: Sequence[GroupKey], rows: dict[GroupKey, list[Any]]
) -> list[list[int]]:  # fmt: skip
    """Return what else can be worked out of some groups: of every set of periods within, and of what lies around.

    A surrounding period less any set of disjoint periods beside this one speaks of this one's ratings too.
    """
    mine = (cycle.starts_on, cycle.ends_on)
    sizes: dict[Days, list[list[int]]] = defaultdict(list)
    for one in around:
        within = lies_in(one.days, mine)
        sizes[one.days].append([_in_days(rows[key], one.days) if within else one.sizes.get(key, 0) for key in keys])
    found = set()
    for days in [mine, *(days for days in sizes if lies_in(mine, days))]:
        parts = [one for one in sizes if lies_in(one, days) and (days == mine or one[1] < mine[0] or mine[1] < one[0])]
        for chosen in disjoint_sets(parts):
            for told in product(*(sizes[one] for one in chosen)):
                less = [sum(column) for column in zip(*told, strict=True)] or [0] * len(keys)
                wholes = [[0] * len(keys)] if days == mine else sizes[days]
                found |= {tuple(abs(n - part) for n, part in zip(whole, less, strict=True)) for whole in wholes}
    return [list(row) for row in found if any(row)]


def _in_days(rows: Sequence[Any], days: Days) -> int:
    return ratings_in(row for row in rows if days[0] <= row.month <= days[1])


def _around(session: Session, cycle: Cycle, employee_id: int) -> list[_Around]:
    """Return the cycles that were told before this one, so that what a frozen one shows never changes."""
    before = session.scalars(
        sa.select(Cycle).where(
            Cycle.agency_id == cycle.agency_id, Cycle.id != cycle.id, Cycle.inputs_until.is_not(None),
            sa.tuple_(Cycle.inputs_until, Cycle.id) < sa.tuple_(sa.literal(cycle.inputs_until), sa.literal(cycle.id)),
            Cycle.starts_on >= cycle.starts_on.replace(month=1, day=1),
            Cycle.ends_on <= cycle.ends_on.replace(month=12, day=31),
            sa.or_(Cycle.starts_on != cycle.starts_on, Cycle.ends_on != cycle.ends_on),
            sa.exists().where(
                Score.agency_id == Cycle.agency_id, Score.cycle_id == Cycle.id, Score.employee_id == employee_id,
                ~Score.is_withheld,
            ),
        ).order_by(Cycle.id)
    )  # fmt: skip
    return [_Around((one.starts_on, one.ends_on), _sizes(session, one, employee_id)) for one in before]


def _sizes(session: Session, cycle: Cycle, employee_id: int) -> dict[GroupKey, int]:
    sizes: dict[GroupKey, int] = defaultdict(int)
    for row in session.execute(group_rows(cycle, employee_id, None)):
        sizes[GroupKey(*row[:6])] += int(row.n)
    return sizes
