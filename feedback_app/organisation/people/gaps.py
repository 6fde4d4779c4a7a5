"""On which working days nobody was responsible for what, and what else about posts does not fit together.

Pure: posts, rosters and working days come in, findings go out. Two definitive holders of one post are not looked for:
the database refuses them.
"""

from __future__ import annotations

import enum
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Final

from feedback_app.organisation.people.post_rules import ONE_DAY, PostFields
from feedback_app.organisation.rules import AssignmentKind

WHOLE: Final = Decimal(1)
# Three people with a third each, written with four decimals, are whole.
SHARE_TOLERANCE: Final = Decimal("0.001")


class GapKind(enum.StrEnum):
    """What is missing or does not fit."""

    NOBODY = "nobody"  # for a service, or a unit without services
    NOBODY_AT_COUNTER = "nobody_at_counter"
    NO_DUTY_ENTRY = "no_duty_entry"  # the roster is empty; whoever is assigned answers
    VACANT_HEAD = "vacant_head"
    ABSENT_WITHOUT_HOLDER = "absent_without_holder"  # a Plh where the post is vacant
    SHARES = "shares"  # do not add up to 1
    ACTING_TOO_LONG = "acting_too_long"
    NO_POST = "no_post"
    NO_ACCOUNT = "no_account"
    POST_AFTER_LEAVING = "post_after_leaving"


@dataclass(frozen=True, slots=True)
class Gap:
    """One finding: the first and last working day it concerns, and how many working days those are."""

    kind: GapKind
    first: date
    last: date
    days: int
    unit_id: int | None = None
    service_id: int | None = None
    counter_id: int | None = None
    employee_id: int | None = None
    total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CounterDays:
    """A counter: for which service, since when, and the days that have somebody on the roster."""

    counter_id: int
    service_id: int | None
    since: date
    filled: frozenset[date]


@dataclass(frozen=True, slots=True)
class UnitDays:
    """A unit as the search for gaps sees it; `days` are its working days in order."""

    unit_id: int
    days: Sequence[date]
    posts: Sequence[PostFields]
    services: Sequence[int]
    counters: Sequence[CounterDays] = ()


@dataclass(frozen=True, slots=True)
class _Span:
    """Days between two changes of the posts of a unit, and the posts of those days."""

    first: date
    last: date
    posts: tuple[PostFields, ...]


def gaps_of_unit(unit: UnitDays) -> list[Gap]:
    """Return what does not fit in a unit on its working days, in the order of their first days.

    A service is looked after by posts bound to it and by posts of the whole unit; with a share of 0 a post answers for
    nothing. A head is definitive or Plt; a Plh alone stands in for somebody who is not there.
    """
    if not unit.days:
        return []
    spans = list(_spans(unit))
    found = list(_runs(unit, spans, GapKind.VACANT_HEAD, lambda posts: not _holders(posts)))
    found += _runs(unit, spans, GapKind.ABSENT_WITHOUT_HOLDER, _stands_in_for_nobody)
    for service_id in unit.services or (None,):
        found += _of_scope(unit, spans, service_id)
    for counter in unit.counters:
        found += _of_counter(unit, counter)
    return sorted(found, key=lambda gap: (gap.first, gap.kind, gap.service_id or 0, gap.counter_id or 0))


def responsible_for(posts: Collection[PostFields], service_id: int | None) -> list[PostFields]:
    """Return which of the posts of a day answer for a service, or for what names none: a Plh replaces the head."""
    absent = any(post.kind is AssignmentKind.ACTING_ABSENT for post in posts)
    replaced = {AssignmentKind.DEFINITIVE, AssignmentKind.ACTING_VACANT} if absent else set()
    return [
        post
        for post in posts
        if post.share > 0 and post.service_id in {None, service_id} and not (post.is_head and post.kind in replaced)
    ]


def _spans(unit: UnitDays) -> Iterator[_Span]:
    first, last = unit.days[0], unit.days[-1]
    changes = {first}
    changes.update(post.starts_on for post in unit.posts if first < post.starts_on <= last)
    changes.update(post.ends_on + ONE_DAY for post in unit.posts if post.ends_on and first <= post.ends_on < last)
    starts = sorted(changes)
    for begin, following in zip(starts, [*starts[1:], None], strict=True):
        posts = tuple(p for p in unit.posts if p.starts_on <= begin and (p.ends_on is None or p.ends_on >= begin))
        yield _Span(begin, following - ONE_DAY if following else last, posts)


def _runs(
    unit: UnitDays, spans: Sequence[_Span], kind: GapKind, is_wrong: Callable[[tuple[PostFields, ...]], bool],
    service_id: int | None = None,
) -> Iterator[Gap]:  # fmt: skip
    for wrong, run in groupby(spans, key=lambda span: is_wrong(span.posts)):
        together = list(run)
        if wrong:
            yield from _gap(unit, kind, together[0].first, together[-1].last, service_id=service_id)


def _of_scope(unit: UnitDays, spans: Sequence[_Span], service_id: int | None) -> Iterator[Gap]:
    def total(span: _Span) -> Decimal:
        return sum((post.share for post in responsible_for(span.posts, service_id)), Decimal(0))

    for whole, run in groupby(spans, key=total):
        together = list(run)
        first, last = together[0].first, together[-1].last
        if whole == 0:
            yield from _gap(unit, GapKind.NOBODY, first, last, service_id=service_id)
        elif abs(whole - WHOLE) > SHARE_TOLERANCE:
            yield from _gap(unit, GapKind.SHARES, first, last, service_id=service_id, total=whole)


def _of_counter(unit: UnitDays, counter: CounterDays) -> Iterator[Gap]:
    days = unit.days[bisect_left(unit.days, counter.since) :]

    def lacks(day: date) -> GapKind | None:
        if day in counter.filled:
            return None
        posts = [p for p in unit.posts if p.starts_on <= day and (p.ends_on is None or p.ends_on >= day)]
        return GapKind.NO_DUTY_ENTRY if responsible_for(posts, counter.service_id) else GapKind.NOBODY_AT_COUNTER

    for kind, run in groupby(days, key=lacks):
        together = list(run)
        if kind is not None:
            yield Gap(
                kind, together[0], together[-1], len(together), unit_id=unit.unit_id, service_id=counter.service_id,
                counter_id=counter.counter_id,
            )  # fmt: skip


def _gap(
    unit: UnitDays, kind: GapKind, first: date, last: date, *, service_id: int | None = None,
    total: Decimal | None = None,
) -> Iterator[Gap]:  # fmt: skip
    """Yield the finding where working days lie between the two; it begins and ends on such days."""
    days = unit.days[bisect_left(unit.days, first) : bisect_right(unit.days, last)]
    if days:
        yield Gap(kind, days[0], days[-1], len(days), unit_id=unit.unit_id, service_id=service_id, total=total)


def _holders(posts: Collection[PostFields]) -> list[PostFields]:
    holding = {AssignmentKind.DEFINITIVE, AssignmentKind.ACTING_VACANT}
    return [post for post in posts if post.is_head and post.kind in holding]


def _stands_in_for_nobody(posts: Collection[PostFields]) -> bool:
    return any(post.kind is AssignmentKind.ACTING_ABSENT for post in posts) and not _holders(posts)
