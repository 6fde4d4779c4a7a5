"""Who answers for the service of a unit, from day to day, and with which share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from feedback_app.organisation.rules import AssignmentKind

_ONE_DAY: Final = timedelta(days=1)
REPLACED_WHILE_ABSENT: Final = frozenset({AssignmentKind.DEFINITIVE, AssignmentKind.ACTING_VACANT})
_KIND_WORDS: Final[dict[AssignmentKind, str]] = {
    AssignmentKind.DEFINITIVE: "definitif",
    AssignmentKind.ACTING_VACANT: "Plt mengisi jabatan kosong",
    AssignmentKind.ACTING_ABSENT: "Plh menggantikan pejabat yang berhalangan",
    AssignmentKind.ADDITIONAL: "tugas tambahan",
}


@dataclass(frozen=True, slots=True)
class AssignmentSpan:
    """One dated assignment; both days included, an empty last day means "still".

    `share` is declared and only compared with the shares of the others who answer on the same day; with 0
    somebody holds the post and answers for nothing. With a `service_id` the assignment answers for that
    service alone.
    """

    assignment_id: int
    employee_id: int
    unit_id: int
    service_id: int | None
    kind: AssignmentKind
    is_head: bool
    share: Decimal
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of days (both included) on which one assignment answers for the same share, above 0 and up to 1.

    `service_id` None stands for all ratings of the unit whose service has no segment of its own.
    """

    unit_id: int
    service_id: int | None
    assignment_id: int
    employee_id: int
    starts_on: date
    ends_on: date
    share: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Period:
    """Days within which nobody of a scope comes or goes."""

    starts_on: date
    ends_on: date
    valid: tuple[AssignmentSpan, ...]


def responsibility_segments(assignments: Sequence[AssignmentSpan], starts_on: date, ends_on: date) -> list[Segment]:
    """Divide the responsibility for each unit and service over its people, piece by piece in time.

    On each day the weight 1 of a rating is divided, in proportion to the declared shares, over the
    assignments valid that day: the unit-wide ones and those bound to the rating's service. A head's Plh takes
    the place of the head; a Plt counts as the head of a vacant post.

    To find who answers for a cell of (unit, service, day), take the segments of the unit whose days hold the
    day and whose service is the cell's; a cell whose service (or none) appears in no segment of the unit
    takes those with `service_id` None. A service with bound people has segments for the whole window, also
    for days without them.

    Parameters
    ----------
    assignments
        In any order; those outside the window are ignored.
    starts_on, ends_on
        First and last day of the window, both included.

    Returns
    -------
    list of Segment
        Sorted by unit, service (None first), start and assignment. For each (unit, service, day) the shares
        add up to 1 within rounding, or there is no segment because nobody with a share above 0 was there.

    Raises
    ------
    ValueError
        The window ends before it starts, or a share is negative.

    Source: responsibility follows the assignment valid on the date of service (SE BKN 1/SE/I/2021 for Plt and
    Plh).
    """
    if ends_on < starts_on:
        raise ValueError("the window ends before it starts")
    by_unit: dict[int, list[AssignmentSpan]] = defaultdict(list)
    for span in assignments:
        if span.share < 0:
            raise ValueError(f"assignment {span.assignment_id} has a negative share")
        if span.starts_on <= ends_on and (span.ends_on is None or span.ends_on >= starts_on):
            by_unit[span.unit_id].append(span)
    found: list[Segment] = []
    for unit_id in sorted(by_unit):
        spans = sorted(by_unit[unit_id], key=lambda span: span.assignment_id)
        for service_id in (None, *sorted({s.service_id for s in spans if s.service_id is not None})):
            scope = [span for span in spans if span.service_id in {None, service_id}]
            found += _segments_of(_periods(scope, starts_on, ends_on), service_id)
    return found


def _periods(scope: list[AssignmentSpan], starts_on: date, ends_on: date) -> Iterable[_Period]:
    changes = {starts_on}
    changes.update(span.starts_on for span in scope if starts_on < span.starts_on)
    changes.update(span.ends_on + _ONE_DAY for span in scope if span.ends_on and span.ends_on < ends_on)
    first_days = sorted(changes)
    for first, following in zip(first_days, [*first_days[1:], None], strict=True):
        valid = (s for s in scope if s.starts_on <= first and (s.ends_on is None or s.ends_on >= first))
        yield _Period(first, following - _ONE_DAY if following else ends_on, tuple(valid))


def _segments_of(periods: Iterable[_Period], service_id: int | None) -> list[Segment]:
    latest: dict[int, Segment] = {}
    done: list[Segment] = []
    for period in periods:
        for segment in _segments_in(period, service_id):
            before = latest.get(segment.assignment_id)
            if before and _continues(before, segment):
                segment = replace(segment, starts_on=before.starts_on)
            elif before:
                done.append(before)
            latest[segment.assignment_id] = segment
    return sorted([*done, *latest.values()], key=lambda found: (found.starts_on, found.assignment_id))


def _continues(before: Segment, after: Segment) -> bool:
    same = (before.share, before.reason) == (after.share, after.reason)
    return same and before.ends_on + _ONE_DAY == after.starts_on


def _segments_in(period: _Period, service_id: int | None) -> Iterable[Segment]:
    responsible = _responsible(period.valid)
    whole = sum(span.share for span in responsible)
    people = len({span.employee_id for span in responsible})
    is_even = people == len(responsible) and len({span.share for span in responsible}) == 1
    for span in responsible:
        part = span.share / whole
        yield Segment(
            unit_id=span.unit_id,
            service_id=service_id,
            assignment_id=span.assignment_id,
            employee_id=span.employee_id,
            starts_on=period.starts_on,
            ends_on=period.ends_on,
            share=float(part),
            reason=reason_of(span.kind, span.is_head, span.service_id is not None, people, None if is_even else part),
        )


def _responsible(valid: tuple[AssignmentSpan, ...]) -> list[AssignmentSpan]:
    absent = {s.service_id for s in valid if s.is_head and s.kind is AssignmentKind.ACTING_ABSENT}
    return [
        span
        for span in valid
        if span.share > 0 and not (span.is_head and span.kind in REPLACED_WHILE_ABSENT and span.service_id in absent)
    ]


def reason_of(kind: AssignmentKind, is_head: bool, is_bound: bool, people: int, part: Decimal | None) -> str:
    """Return in words why a post answers; `part` only where those who answer together do not share evenly."""
    title = _KIND_WORDS[kind]
    if is_head and kind is AssignmentKind.DEFINITIVE:
        title = "kepala definitif"
    scope = " khusus layanan ini" if is_bound else ""
    among = "satu-satunya penanggung jawab" if people == 1 else f"1 dari {people} penanggung jawab"
    portion = "" if part is None else f", bagian {part * 100:.1f} %".replace(".", ",")
    return f"{title}{scope}, {among}{portion}"
