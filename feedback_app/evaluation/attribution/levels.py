"""Down to whom the ratings of a unit may be laid, day by day: declared for it, for a unit above it, or for the agency.

A level holds from the day it was declared for, never before: whoever chose it after the ratings came would choose the
result.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from feedback_app.organisation.people.rules import AttributionLevel

# Without any word of the agency: whoever the counter record names, and else those whose post it was.
UNDECLARED: Final = AttributionLevel.COUNTER
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LevelRule:
    """A level declared from a day on, for a unit and those below it, or without a unit for the agency."""

    unit_id: int | None
    starts_on: date
    level: AttributionLevel


@dataclass(frozen=True, slots=True)
class Place:
    """Under which unit another stood, both days included; an empty last day means "still"."""

    unit_id: int
    parent_id: int | None
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class LevelSpan:
    """A run of days (both included) on which one level holds for a unit."""

    unit_id: int
    starts_on: date
    ends_on: date
    level: AttributionLevel


def level_spans(
    rules: Sequence[LevelRule], places: Sequence[Place], starts_on: date, ends_on: date
) -> list[LevelSpan]:  # fmt: skip
    """Return the level of each unit over a period; for days that no span holds it is `UNDECLARED`.

    On each day the latest rule of the unit itself counts, else that of the nearest unit above it that has one, else the
    agency's.

    Parameters
    ----------
    rules, places
        In any order; those outside the period change nothing, but rules from before it hold on.
    starts_on, ends_on
        First and last day of the period, both included.

    Returns
    -------
    list of LevelSpan
        Sorted by unit and start; runs of the same level are one.
    """
    spans: dict[int, list[LevelSpan]] = defaultdict(list)
    for first, last in _pieces(rules, places, starts_on, ends_on):
        in_force = _in_force(rules, first)
        parents = {p.unit_id: p.parent_id for p in places if _holds(p, first)}
        for unit_id in parents:
            level = _level_of(unit_id, parents, in_force)
            if level is not None:
                _append(spans[unit_id], LevelSpan(unit_id, first, last, level))
    return [span for unit_id in sorted(spans) for span in spans[unit_id]]


def _pieces(
    rules: Sequence[LevelRule], places: Sequence[Place], starts_on: date, ends_on: date
) -> list[tuple[date, date]]:  # fmt: skip
    changes = {starts_on}
    changes.update(rule.starts_on for rule in rules)
    changes.update(place.starts_on for place in places)
    changes.update(place.ends_on + _ONE_DAY for place in places if place.ends_on)
    firsts = sorted(day for day in changes if starts_on <= day <= ends_on)
    return [(first, after - _ONE_DAY) for first, after in zip(firsts, [*firsts[1:], ends_on + _ONE_DAY], strict=True)]


def _in_force(rules: Sequence[LevelRule], day: date) -> dict[int | None, AttributionLevel]:
    begun = sorted((rule for rule in rules if rule.starts_on <= day), key=lambda rule: rule.starts_on)
    return {rule.unit_id: rule.level for rule in begun}


def _holds(place: Place, day: date) -> bool:
    return place.starts_on <= day and (place.ends_on is None or place.ends_on >= day)


def _level_of(
    unit_id: int, parents: Mapping[int, int | None], in_force: Mapping[int | None, AttributionLevel]
) -> AttributionLevel | None:
    at: int | None = unit_id
    seen: set[int] = set()
    while at is not None and at not in seen:
        if at in in_force:
            return in_force[at]
        seen.add(at)
        at = parents.get(at)
    return in_force.get(None)


def _append(spans: list[LevelSpan], span: LevelSpan) -> None:
    before = spans[-1] if spans else None
    if before and before.level is span.level and before.ends_on + _ONE_DAY == span.starts_on:
        spans[-1] = LevelSpan(span.unit_id, before.starts_on, span.ends_on, span.level)
    else:
        spans.append(span)
