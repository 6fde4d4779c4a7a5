"""Each cell laid upon whoever answered for it: by the counter record where there is one, else by the posts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from feedback_app.evaluation.attribution.cells import Cells
from feedback_app.evaluation.attribution.grouping import Groups, IntArray, Mask, below, joined, taken
from feedback_app.evaluation.attribution.tables import Days, Duty, SegmentTable, stratum_of
from feedback_app.evaluation.score.sums import FloatArray


@dataclass(frozen=True, slots=True)
class Laid:
    """The ratings of one person, post (or counter record: `segment` -1), unit, service, counter, month and channel.

    Where two posts of one person answer for the same ratings (`is_double`), a row is a day. `people` says how many
    share by the counter record, 0 by a post. Negative sums never stay: they were taken from the row they belong to.
    """

    segment: IntArray
    employee: IntArray
    assignment: IntArray
    unit: IntArray
    service: IntArray
    counter: IntArray
    day: IntArray
    days: IntArray
    channel: IntArray
    part: IntArray
    share: FloatArray
    people: IntArray
    is_double: Mask
    n: IntArray
    total: IntArray
    total_squares: IntArray

    @property
    def stratum(self) -> IntArray:
        """Return what each is compared with, as `stratum_of` says."""
        return stratum_of(self.service, self.unit)


@dataclass(frozen=True, slots=True)
class PersonSums:
    """What was laid upon one person of a stratum, quarter (from the year 0), channel and part.

    `n_counter` of `n` came by the counter record; the weights are the shares, summed over one person's posts.
    """

    employee: IntArray
    stratum: IntArray
    quarter: IntArray
    channel: IntArray
    part: IntArray
    n: IntArray
    n_counter: IntArray
    weight: FloatArray
    weight_squares: FloatArray
    total: FloatArray
    total_squares: FloatArray


def lay(cells: Cells, segments: SegmentTable, duty: Duty, days: Days) -> Laid:
    """Lay cells upon people.

    The segments of responsibility say by which posts; where the counter record names people, they share evenly and the
    posts do not count. Days declared for the unit alone are laid upon nobody.
    """
    by_counter, by_post = cells.on_duty, cells.for_people & ~cells.on_duty & (cells.run >= 0)
    posts, records = taken(cells, by_post), taken(cells, by_counter)
    return below(_by_post(posts, segments, days), _by_counter(records, duty, days))


def _by_post(cells: Cells, segments: SegmentTable, days: Days) -> Laid:
    order = np.argsort(segments.scope, kind="stable")
    cell, place = joined(cells.scope, segments.scope[order])
    segment = order[place]
    day = cells.day[cell]
    holds = (segments.first[segment] <= day) & (day <= segments.last[segment])
    holds &= (cells.only[cell] == 0) | (cells.only[cell] == segments.employee[segment])
    cell, segment = cell[holds], segment[holds]
    rows = _rows(cells, cell, segment, segments.employee[segment])
    laid = Laid(
        **rows,
        assignment=segments.assignment[segment], share=segments.share[segment], is_double=segments.is_double[segment],
        people=np.zeros_like(segment),
    )  # fmt: skip
    return _summed(laid, days)


def _by_counter(cells: Cells, duty: Duty, days: Days) -> Laid:
    cell, place = joined(days.keyed(cells.counter, cells.day), duty.key)
    holds = (cells.only[cell] == 0) | (cells.only[cell] == duty.employee[place])
    cell, place = cell[holds], place[holds]
    none = np.zeros_like(cell)
    laid = Laid(
        **_rows(cells, cell, none - 1, duty.employee[place]),
        assignment=none, share=1.0 / duty.people[place], is_double=none > 0, people=duty.people[place],
    )  # fmt: skip
    return _summed(laid, days)


def _rows(cells: Cells, cell: IntArray, segment: IntArray, employee: IntArray) -> dict[str, IntArray]:
    names = ("unit", "service", "counter", "day", "days", "channel", "part", "n", "total", "total_squares")
    return {"segment": segment, "employee": employee, **{name: getattr(cells, name)[cell] for name in names}}


def _summed(laid: Laid, days: Days) -> Laid:
    """Put the rows of a month together; those of people who answer twice stay days."""
    alike = Groups(
        laid.employee, laid.stratum, laid.counter, laid.segment, laid.people, days.months[laid.day], laid.channel,
        laid.part, np.where(laid.is_double, laid.day, -1),
    )  # fmt: skip
    changed = {name: alike.added(getattr(laid, name)) for name in ("n", "total", "total_squares")}
    changed |= {"day": alike.least(laid.day), "days": alike.bits(laid.days)}
    same = {name: alike.first(getattr(laid, name)) for name in Laid.__dataclass_fields__ if name not in changed}
    summed = Laid(**same, **changed)
    return taken(summed, summed.n > 0)


def sums_by_person(laid: Laid, days: Days) -> PersonSums:
    """Add up what was laid upon each person, by stratum; two posts that answer for one cell are one person's."""
    once = below(taken(laid, ~laid.is_double), _of_two_posts(taken(laid, laid.is_double)))
    quarter = days.months[once.day] // 3
    alike = Groups(once.employee, once.stratum, quarter, once.channel, once.part)
    n, share = once.n, once.share
    return PersonSums(
        employee=alike.first(once.employee),
        stratum=alike.first(once.stratum),
        quarter=alike.first(quarter),
        channel=alike.first(once.channel),
        part=alike.first(once.part),
        n=alike.added(n),
        n_counter=alike.added(np.where(once.segment < 0, n, 0)),
        weight=alike.added(n * share),
        weight_squares=alike.added(n * share * share),
        total=alike.added(once.total * share),
        total_squares=alike.added(once.total_squares * share),
    )


def _of_two_posts(laid: Laid) -> Laid:
    alike = Groups(laid.employee, laid.stratum, laid.counter, laid.day, laid.channel, laid.part)
    same = {name: alike.first(getattr(laid, name)) for name in Laid.__dataclass_fields__}
    least = {name: alike.least(getattr(laid, name)) for name in ("n", "total", "total_squares")}
    return Laid(**same | least | {"share": alike.added(laid.share)})
