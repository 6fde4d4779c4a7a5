"""Which people answered together for how many of a unit's proven ratings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Set

import numpy as np

from feedback_app.evaluation.attribution.cells import Cells
from feedback_app.evaluation.attribution.grouping import Groups, IntArray, joined, taken
from feedback_app.evaluation.attribution.tables import COUNTED, PROVEN, Days, Duty, SegmentTable

Answered = Mapping[frozenset[int], int]
"""How many ratings each set of people answered for together."""


def answered_by(
    cells: Cells, segments: SegmentTable, duty: Duty, days: Days, told: Set[int]
) -> dict[int, Counter[frozenset[int]]]:  # fmt: skip
    """Return, by unit, how many ratings each set of `told` people answered for; the empty set for all others."""
    ours = taken(cells, (cells.channel == PROVEN) & (cells.part == COUNTED))
    team, teams = _teams(ours, segments, duty, days)
    alike = Groups(ours.unit, team, ours.only)
    columns = (alike.first(ours.unit), alike.first(team), alike.first(ours.only), alike.added(ours.n))
    found: dict[int, Counter[frozenset[int]]] = defaultdict(Counter)
    for unit_id, number, only_id, n in zip(*(column.tolist() for column in columns), strict=True):
        some = teams[number] & told
        found[unit_id][some] += n
        if only_id:
            found[unit_id][some - {only_id}] -= n
    return found


def _teams(
    cells: Cells, segments: SegmentTable, duty: Duty, days: Days
) -> tuple[IntArray, list[frozenset[int]]]:  # fmt: skip
    """Return the team of each cell, by its number, and the people of each; most are the same few, day after day."""
    cell, employee = _answers(cells, segments, duty, days)
    size = np.bincount(cell, minlength=cells.n.size)
    starts = np.cumsum(size) - size
    # Teams of one, nearly all under a counter record, are numbered without Python; others are few.
    team = np.zeros(cells.n.size, dtype=np.int64)
    people, place = np.unique(employee[starts[size == 1]], return_inverse=True)
    team[size == 1] = 1 + place
    teams = [frozenset[int](), *(frozenset({one}) for one in people.tolist())]
    known: dict[bytes, int] = {}
    for at in np.flatnonzero(size > 1).tolist():
        members = employee[starts[at] : starts[at] + size[at]]
        number = known.setdefault(members.tobytes(), len(teams))
        if number == len(teams):
            teams.append(frozenset(members.tolist()))
        team[at] = number
    return team, teams


def _answers(cells: Cells, segments: SegmentTable, duty: Duty, days: Days) -> tuple[IntArray, IntArray]:
    """Return all pairs of a cell and somebody who answers for it, by whatever post."""
    posts, records = np.flatnonzero(cells.for_people & ~cells.on_duty), np.flatnonzero(cells.on_duty)
    order = np.argsort(segments.scope, kind="stable")
    cell, place = joined(cells.scope[posts], segments.scope[order])
    cell, segment = posts[cell], order[place]
    holds = (segments.first[segment] <= cells.day[cell]) & (cells.day[cell] <= segments.last[segment])
    record, at = joined(days.keyed(cells.counter[records], cells.day[records]), duty.key)
    pairs = (
        np.concatenate([cell[holds], records[record]]),
        np.concatenate([segments.employee[segment[holds]], duty.employee[at]]),
    )
    once = Groups(*pairs)
    return once.first(pairs[0]), once.first(pairs[1])
