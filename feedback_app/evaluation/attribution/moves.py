"""How responsibility moves when posts change: who answers before and after, day by day, put together to runs. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from feedback_app.evaluation.attribution.responsibility import AssignmentSpan, Segment, responsibility_segments

_ONE_DAY: Final = timedelta(days=1)
_EQUAL_TO: Final = 4  # decimals of a share that people can tell apart

Shares = tuple[tuple[int, float], ...]
"""Employees and their parts of a rating, by employee."""
_Scope = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class ResponsibilityMove:
    """A run of days (both included) on which somebody else answers than before for a service, or for all else."""

    unit_id: int
    service_id: int | None
    first: date
    last: date
    before: Shares
    after: Shares


def responsibility_moves(
    before: Sequence[AssignmentSpan], after: Sequence[AssignmentSpan], first: date, last: date
) -> list[ResponsibilityMove]:
    """Return where the same days have other people, or other shares, after a change of posts; the earliest first."""
    then = _by_scope(responsibility_segments(before, first, last))
    now = _by_scope(responsibility_segments(after, first, last))
    found: list[ResponsibilityMove] = []
    for unit_id, service_id in sorted({*then, *now}, key=lambda scope: (scope[0], scope[1] or 0)):
        old, new = _of_scope(then, (unit_id, service_id)), _of_scope(now, (unit_id, service_id))
        runs = ((start, end, _on(old, start), _on(new, start)) for start, end in _pieces([*old, *new], first, last))
        for (was, becomes), same in groupby(runs, key=lambda run: (run[2], run[3])):
            together = list(same)
            if was != becomes:
                found.append(ResponsibilityMove(unit_id, service_id, together[0][0], together[-1][1], was, becomes))
    return sorted(found, key=lambda move: (move.first, move.unit_id, move.service_id or 0))


def _by_scope(segments: Iterable[Segment]) -> dict[_Scope, list[Segment]]:
    found: dict[_Scope, list[Segment]] = defaultdict(list)
    for segment in segments:
        found[segment.unit_id, segment.service_id].append(segment)
    return found


def _of_scope(known: dict[_Scope, list[Segment]], scope: _Scope) -> list[Segment]:
    """Return the segments of a service; where it has none of its own, those of the unit hold."""
    return known.get(scope) or known.get((scope[0], None), [])


def _pieces(segments: Sequence[Segment], first: date, last: date) -> Iterator[tuple[date, date]]:
    starts = {first}
    starts.update(segment.starts_on for segment in segments)
    starts.update(segment.ends_on + _ONE_DAY for segment in segments if segment.ends_on < last)
    days = sorted(starts)
    for start, following in zip(days, [*days[1:], None], strict=True):
        yield start, following - _ONE_DAY if following else last


def _on(segments: Iterable[Segment], day: date) -> Shares:
    shares: dict[int, float] = defaultdict(float)
    for segment in segments:
        if segment.starts_on <= day <= segment.ends_on:
            shares[segment.employee_id] += segment.share
    return tuple((employee_id, round(share, _EQUAL_TO)) for employee_id, share in sorted(shares.items()))
