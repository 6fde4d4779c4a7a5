"""Words that visitors left with their proven ratings, so that the shown employee finds comments in the record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Final

from feedback_app.demo.accounts import COUNTER, main_accounts
from feedback_app.demo.cities import City
from feedback_app.demo.period import Period
from feedback_app.demo.posts import Post
from feedback_app.demo.settling import holder
from feedback_app.demo.texts import Hand
from feedback_app.demo.voices import Voice
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.identity.rules import Role
from feedback_app.intake.rules import SubmissionKind
from feedback_app.nlp.labels import Kind

# What visitors say beside their points: more praise than complaint, enough of both to be shown.
REMARKS: Final = (Kind.PRAISE, Kind.PRAISE, Kind.COMPLAINT, Kind.PRAISE, Kind.COMPLAINT)
POINTS: Final = {Kind.PRAISE: (3, 4, 4), Kind.COMPLAINT: (2, 3)}
SERVED_MINUTES: Final = (9 * 60, 14 * 60)


def remarks_of(
    city: City, period: Period, calendar: WorkingCalendar, posts: Sequence[Post], hand: Hand, rng: Random
) -> list[Voice]:
    """Return some ratings with words in the last closed quarter, given for the work of the shown employee."""
    account = next(one for one in main_accounts(city) if one.role is Role.EMPLOYEE)
    who = holder(account, posts, period.today).person
    held = [post for post in posts if post.person == who and post.unit == COUNTER and post.service]
    days = [(day, post) for day in _days(period, calendar) for post in held if post.holds_on(day)]
    chosen = sorted(rng.sample(range(len(days)), min(len(REMARKS), len(days))))
    drawn = (_remark(city, *days[place], kind, period, hand, rng) for place, kind in zip(chosen, REMARKS, strict=False))
    return [voice for voice in drawn if voice]


def _days(period: Period, calendar: WorkingCalendar) -> Iterator[date]:
    day, last = period.last_closed_quarter()
    while day <= last:
        if calendar.is_working_day(day):
            yield day
        day += timedelta(days=1)


def _remark(
    city: City, day: date, post: Post, kind: Kind, period: Period, hand: Hand, rng: Random
) -> Voice | None:  # fmt: skip
    service = next(one for one in city.unit(COUNTER).services if one.code == post.service)
    text = hand.draw(service.sector, kind, calm=True)
    if text is None:
        return None
    issued_at = period.at(day, rng.uniform(*SERVED_MINUTES))
    return Voice(
        unit=COUNTER, service=service.code, kind=SubmissionKind.RATING, text=text, rating=rng.choice(POINTS[kind]),
        reasons=(), wants_reply=False, is_anonymous=True, is_confidential=False, occurred_on=day,
        received_at=issued_at + timedelta(minutes=rng.uniform(2, 40)), waits=False, issued_at=issued_at,
    )  # fmt: skip
