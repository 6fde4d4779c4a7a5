"""The tables a cycle is worked out in, as columns in memory: posts by segment, rosters, and what to call a code.

Ids are those of the database, 0 for "no service", "no counter", "no post" and "nobody in particular"; days are counted
from the first of the cycle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.cut import Cut
from feedback_app.evaluation.attribution.grouping import IntArray, Mask, packed
from feedback_app.evaluation.attribution.reading import columns_of
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.rules import Segment
from feedback_app.evaluation.score.sums import FloatArray
from feedback_app.intake.rules import Channel

CHANNELS: Final = tuple(Channel)
PROVEN: Final = CHANNELS.index(Channel.TOKEN)
# What counts, what of it is set aside as odd, and what was left out for a reason.
PARTS: Final = ("counted", "aside", *Exclusion)
COUNTED, ASIDE = 0, 1
CHANNEL_CODE: Final = " ".join(
    ["CASE channel", *(f"WHEN '{channel.value}' THEN {code}" for code, channel in enumerate(CHANNELS)), "END"]
)


class Days:
    """The days of a cycle by their number, with the bit of each in its month."""

    def __init__(self, starts_on: date, ends_on: date) -> None:
        self.dates = [starts_on + timedelta(days=n) for n in range((ends_on - starts_on).days + 1)]
        self.bits = np.array([1 << (day.day - 1) for day in self.dates], dtype=np.int64)
        self.months = np.array([day.year * 12 + day.month - 1 for day in self.dates], dtype=np.int64)
        self.month_starts = np.flatnonzero(np.diff(self.months, prepend=-1)).astype(np.int64)

    def number(self, day: date) -> int:
        """Return the number of a day; below 0 or beyond the last for those outside the cycle."""
        return (day - self.dates[0]).days

    def keyed(self, subject: IntArray, day: IntArray) -> IntArray:
        """Return one number for a subject (an id, or a place) and a day."""
        return subject * len(self.dates) + day

    def numbers(self, days: Iterable[date]) -> IntArray:
        """Return the numbers of many days."""
        return np.array([self.number(day) for day in days], dtype=np.int64)


def quarter_day(quarter: int) -> date:
    """Return the first day of a quarter; quarters are counted from the year 0."""
    return date(quarter // 4, quarter % 4 * 3 + 1, 1)


def stratum_of(service: IntArray, unit: IntArray) -> IntArray:
    """Return the service of each row; without one it is of a stratum of its own in each unit (ids are positive)."""
    return np.where(service > 0, service, -unit)


@dataclass(frozen=True, slots=True)
class SegmentTable:
    """The segments of responsibility, in their order; `scope` is the service, or minus the unit for all its others.

    `is_double` are those of somebody who answers for the same through two posts at once; `reason` is a place in
    `reasons`.
    """

    scope: IntArray
    employee: IntArray
    assignment: IntArray
    first: IntArray
    last: IntArray
    share: FloatArray
    is_double: Mask
    reason: IntArray
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """The roster, sorted by `key` (counter and day) and employee; each of the `people` there has the same share."""

    key: IntArray
    employee: IntArray
    people: IntArray


_DUTY: Final = """
    FROM duty_entries
    WHERE agency_id = %(agency_id)s AND on_date BETWEEN %(starts_on)s AND %(ends_on)s AND recorded_at <= %(known_at)s
      AND (superseded_at IS NULL OR superseded_at > %(known_at)s)
"""


def duty_of(session: Session, cut: Cut, days: Days) -> Duty:
    """Return the roster of a cycle as it is known."""
    counter, day, employee = columns_of(
        session, ("counter_id", "on_date - %(starts_on)s::date", "employee_id"), _DUTY, cut.values()
    )
    key = days.keyed(counter, day)
    order = np.argsort(packed(key, employee))
    _, place, people = np.unique(key[order], return_inverse=True, return_counts=True)
    return Duty(key[order], employee[order], people[place].astype(np.int64))


def segments_of_two_posts(segments: Sequence[Segment]) -> set[int]:
    """Return the places of segments whose ratings somebody answers for through two posts at once."""
    by_person: dict[tuple[int, int | None, int], list[int]] = {}
    for number, segment in enumerate(segments):
        by_person.setdefault((segment.unit_id, segment.service_id, segment.employee_id), []).append(number)
    found: set[int] = set()
    for numbers in by_person.values():
        if len(numbers) == 1:
            continue
        ordered = sorted(numbers, key=lambda number: segments[number].starts_on)
        last = ordered[0]
        for number in ordered[1:]:
            if segments[number].starts_on <= segments[last].ends_on:
                found |= {last, number}
            last = max(last, number, key=lambda one: segments[one].ends_on)
    return found
