"""What a post says, on which days a change of it moves responsibility, and what about it is unusual."""

from __future__ import annotations

import calendar
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from feedback_app.organisation.people.rules import past_days_touched
from feedback_app.organisation.rules import AssignmentKind

ONE_DAY: Final = timedelta(days=1)
ACTING_MONTHS_MAX: Final = 6
"""A Plt is named for three months, prolonged once by three (SE BKN 1/SE/I/2021)."""

Days = tuple[date, date | None]


class PostWarning(enum.StrEnum):
    """What about a post is allowed but unusual enough to be said."""

    ACTING_TOO_LONG = "acting_too_long"  # a Plt for more than three months and three more
    ABSENT_WITHOUT_HOLDER = "absent_without_holder"  # a Plh where nobody holds the post: that would be a Plt


@dataclass(frozen=True, slots=True)
class PostFields:
    """What a post says; both days included, an empty last day means "still"."""

    employee_id: int
    unit_id: int
    position: str
    kind: AssignmentKind
    decree_number: str
    starts_on: date
    ends_on: date | None = None
    service_id: int | None = None
    is_head: bool = False
    share: Decimal = Decimal(1)

    @property
    def answers_as(self) -> tuple[object, ...]:
        """Return all that decides who answers for what, besides the days: a title and a decree's number do not."""
        return (self.employee_id, self.unit_id, self.service_id, self.kind, self.is_head, self.share)


@dataclass(frozen=True, slots=True)
class OfficeMoment:
    """When something is changed: the moment, the office's day, and since when there is feedback to win or lose."""

    now: datetime
    today: date
    first_feedback_on: date | None


def days_changed(before: PostFields | None, after: PostFields | None) -> list[Days]:
    """Return the days on which somebody else answers once `after` stands in the place of `before`.

    >>> post = PostFields(1, 2, "Petugas", AssignmentKind.DEFINITIVE, "800/1", date(2026, 1, 1))
    >>> days_changed(post, replace(post, ends_on=date(2026, 4, 30)))
    [(datetime.date(2026, 5, 1), None)]
    """
    if before is None or after is None:
        found = [post for post in (before, after) if post is not None]
        return [(post.starts_on, post.ends_on) for post in found]
    if before.answers_as != after.answers_as:
        return [(before.starts_on, before.ends_on), (after.starts_on, after.ends_on)]
    return _days_of_one(before, after) + _days_of_one(after, before)


def _days_of_one(one: PostFields, other: PostFields) -> list[Days]:
    """Return the days of one post that are not days of the other."""
    last, other_last = one.ends_on or date.max, other.ends_on or date.max
    found: list[Days] = []
    if one.starts_on < other.starts_on:
        found.append((one.starts_on, min(last, other.starts_on - ONE_DAY)))
    if last > other_last:
        found.append((max(one.starts_on, other_last + ONE_DAY), one.ends_on))
    return found


def past_of(days: Iterable[Days], at: OfficeMoment) -> tuple[date, date] | None:
    """Return the first and last of the days gone by that are among some days, or None where there is none."""
    touched = [
        found
        for first, last in days
        if (found := past_days_touched(first, last, today=at.today, first_feedback_on=at.first_feedback_on))
    ]
    return (min(first for first, _ in touched), max(last for _, last in touched)) if touched else None


def acting_too_long(posts: Iterable[PostFields]) -> list[PostFields]:
    """Return the Plt, of all posts of one person in one unit, with whom six months in a row are exceeded.

    Two terms follow each other where no day lies between them. A term without a last day is too long once its first
    day is known, for a Plt is always named for a time.
    """
    terms = sorted((p for p in posts if p.kind is AssignmentKind.ACTING_VACANT), key=lambda post: post.starts_on)
    found, began_on, last = [], None, None
    for term in terms:
        if began_on is None or last is None or term.starts_on > last + ONE_DAY:
            began_on = term.starts_on
        last = max(last or date.min, term.ends_on or date.max - ONE_DAY)
        if last >= months_after(began_on, ACTING_MONTHS_MAX):
            found.append(term)
    return found


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of that month where it has no such day.

    >>> months_after(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def as_payload(post: PostFields) -> dict[str, Any]:
    """Return a post as a waiting change keeps it."""
    return {
        "employee_id": post.employee_id, "unit_id": post.unit_id, "service_id": post.service_id,
        "position": post.position, "kind": post.kind.value, "is_head": post.is_head, "share": str(post.share),
        "decree_number": post.decree_number, "starts_on": post.starts_on.isoformat(),
        "ends_on": post.ends_on.isoformat() if post.ends_on else None,
    }  # fmt: skip


def from_payload(kept: Mapping[str, Any]) -> PostFields:
    """Return the post that `as_payload` wrote down."""
    return PostFields(
        employee_id=kept["employee_id"], unit_id=kept["unit_id"], service_id=kept["service_id"],
        position=kept["position"], kind=AssignmentKind(kept["kind"]), is_head=kept["is_head"],
        share=Decimal(kept["share"]), decree_number=kept["decree_number"],
        starts_on=date.fromisoformat(kept["starts_on"]),
        ends_on=date.fromisoformat(kept["ends_on"]) if kept["ends_on"] else None,
    )  # fmt: skip


def with_days(post: PostFields, *, starts_on: date | None = None, ends_on: date | None) -> PostFields:
    """Return the same post on other days."""
    return replace(post, starts_on=starts_on or post.starts_on, ends_on=ends_on)
