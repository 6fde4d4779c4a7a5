"""Who wrote what and when: complaints, questions, wishes, praise, and ratings with words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from feedback_app.demo.cities import OVERSEER, City, ServicePlan, UnitPlan
from feedback_app.demo.period import DAYS, Period
from feedback_app.demo.texts import INTEGRITY_SECTOR, Hand
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.intake.rules import RATING_MAX, SubmissionKind, reasons_for
from feedback_app.nlp.labels import Kind
from feedback_app.nlp.learning.corpus import Example
from feedback_app.nlp.urgency.integrity import INTEGRITY_ASPECTS

KIND_WEIGHTS: Final = {
    SubmissionKind.COMPLAINT: 0.50,
    SubmissionKind.INFORMATION_REQUEST: 0.14,
    SubmissionKind.ASPIRATION: 0.12,
    SubmissionKind.PRAISE: 0.12,
    SubmissionKind.RATING: 0.12,
}
HAPPY_PART: Final = 0.45
WANTS_REPLY_PART: Final = 0.5
ANONYMOUS_PART: Final = 0.4
CONFIDENTIAL_PART, CONFIDENTIAL_INTEGRITY_PART = 0.03, 0.6
RECENT_POWER: Final = 0.75  # below 1: more texts late in the year than early
WRITING_MINUTES: Final = (6 * 60, 22 * 60)
FRESH_DAYS_AGO: Final = (1, 1, 2)
OVERDUE_WORKING_DAYS: Final = 9
# Whoever opens these inboxes finds something new to do and something that is late.
WATCHED_UNITS: Final = ("dukcapil", OVERSEER)


@dataclass(frozen=True, slots=True)
class Voice:
    """One submission with a text. With `waits` nobody has looked at it by the end of the demo's year.

    `issued_at` is when the counter printed the visit token it was sent with, None in the open channel.
    """

    unit: str
    service: str
    kind: SubmissionKind
    text: Example
    rating: int | None
    reasons: tuple[str, ...]
    wants_reply: bool | None
    is_anonymous: bool
    is_confidential: bool
    occurred_on: date
    received_at: datetime
    waits: bool
    issued_at: datetime | None = None


def voices_of(city: City, period: Period, calendar: WorkingCalendar, hand: Hand, rng: Random) -> list[Voice]:
    """Return the texts of a city's year, the first received first."""
    found = [*_waiting(city, period, calendar, hand, rng), *_spread_over_the_year(city, period, hand, rng)]
    return sorted(found, key=lambda voice: (voice.received_at, voice.text.id))


def _waiting(city: City, period: Period, calendar: WorkingCalendar, hand: Hand, rng: Random) -> Iterator[Voice]:
    overdue_on = period.today
    while calendar.working_days_between(overdue_on, period.today) < OVERDUE_WORKING_DAYS:
        overdue_on -= timedelta(days=1)
    fresh = [period.today - timedelta(days=ago) for ago in FRESH_DAYS_AGO]
    for code in WATCHED_UNITS:
        unit = city.unit(code)
        for day in [overdue_on, *fresh]:
            service = unit.services[0]
            # At the counter a calm text, or the drain would hand it to the Inspektorat.
            text = hand.draw(service.sector, SubmissionKind.COMPLAINT, calm=service.sector != INTEGRITY_SECTOR)
            if text:
                yield _voice(unit, service, SubmissionKind.COMPLAINT, text, day, period, rng, waits=True)


def _spread_over_the_year(city: City, period: Period, hand: Hand, rng: Random) -> Iterator[Voice]:
    for unit in city.units:
        for service in unit.services:
            for _ in range(service.voices):
                kind = _kind(service, rng)
                text = hand.draw(service.sector, _corpus_kind(kind, is_happy=rng.random() < HAPPY_PART))
                if text:
                    day = period.first_day + timedelta(days=int(DAYS * rng.random() ** RECENT_POWER))
                    yield _voice(unit, service, kind, text, min(day, period.last_day), period, rng)


def _kind(service: ServicePlan, rng: Random) -> SubmissionKind:
    if service.sector == INTEGRITY_SECTOR:
        return SubmissionKind.COMPLAINT
    return rng.choices(list(KIND_WEIGHTS), weights=list(KIND_WEIGHTS.values()))[0]


def _corpus_kind(kind: SubmissionKind, *, is_happy: bool) -> str:
    if kind is SubmissionKind.RATING:
        return Kind.PRAISE if is_happy else Kind.COMPLAINT
    return kind.value


def _voice(
    unit: UnitPlan, service: ServicePlan, kind: SubmissionKind, text: Example, day: date, period: Period, rng: Random,
    *, waits: bool = False,
) -> Voice:  # fmt: skip
    is_rating = kind is SubmissionKind.RATING
    rating = _rating(text, rng) if is_rating else None
    is_integrity = text.aspect in INTEGRITY_ASPECTS
    return Voice(
        unit=unit.code,
        service=service.code,
        kind=kind,
        text=text,
        rating=rating,
        reasons=(rng.choice(reasons_for(rating)),) if rating else (),
        wants_reply=rng.random() < WANTS_REPLY_PART and text.kind is Kind.COMPLAINT if is_rating else None,
        is_anonymous=rng.random() < ANONYMOUS_PART,
        is_confidential=rng.random() < (CONFIDENTIAL_INTEGRITY_PART if is_integrity else CONFIDENTIAL_PART),
        occurred_on=max(period.first_day, day - timedelta(days=rng.choice((0, 0, 0, 1, 2, 5)))),
        received_at=period.at(day, rng.uniform(*WRITING_MINUTES)),
        waits=waits,
    )


def _rating(text: Example, rng: Random) -> int:
    if text.kind is Kind.PRAISE:
        return rng.choice((RATING_MAX - 1, RATING_MAX, RATING_MAX))
    return rng.choice((1, 1, 2))
