"""A year of ratings without words: who came when, through which channel, and how many points they gave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from feedback_app.demo.cities import City, ServicePlan, UnitPlan
from feedback_app.demo.duty import Duty
from feedback_app.demo.period import Period
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.intake.rules import RATING_MAX, RATING_MIN, reasons_for

SATURDAY: Final = 5
TOKEN_PART: Final = 0.7
NO_SERVICE_PART: Final = 0.15  # of the open channel: the wall poster does not know what somebody came for
OPEN_SHIFT: Final = -0.15  # who rates without being asked is less content
NOISE: Final = 0.72
GROWTH: Final = 1.6  # the last day of the year has that much more than the first, as parts of the first
OPEN_MINUTES, CLOSED_MINUTES = 8 * 60, 15 * 60 + 30
LATE_DAYS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Visit:
    """One rating; `issued_at` is when the counter printed its visit token, None in the open channel."""

    unit: str
    service: str | None
    rating: int
    reasons: tuple[str, ...]
    occurred_on: date
    issued_at: datetime | None
    received_at: datetime


def visits_of(
    city: City, period: Period, calendar: WorkingCalendar, duty: Duty, rng: np.random.Generator
) -> list[Visit]:
    """Return the ratings of a city's year, the first received first."""
    whole = sum(service.weight for unit in city.units for service in unit.services)
    found = [
        visit
        for unit in city.units
        for service in unit.services
        for visit in _of_service(
            unit, service, city.ratings * service.weight / whole, _open_days(unit, period, calendar), period, duty, rng
        )
    ]
    return sorted(found, key=lambda visit: (visit.received_at, visit.unit, visit.service or ""))


def _open_days(unit: UnitPlan, period: Period, calendar: WorkingCalendar) -> list[date]:
    days = (period.first_day + timedelta(days=number) for number in range((period.today - period.first_day).days))
    return [
        day
        for day in days
        if calendar.is_working_day(day)
        or (unit.open_on_saturday and day.weekday() == SATURDAY and day not in calendar.holidays)
    ]


def _of_service(
    unit: UnitPlan, service: ServicePlan, expected: float, days: Sequence[date], period: Period, duty: Duty,
    rng: np.random.Generator,
) -> Iterator[Visit]:  # fmt: skip
    counts = rng.poisson(_intensity(expected, len(days)))
    for day, count in zip(days, counts.tolist(), strict=True):
        if count == 0:
            continue
        has_token = rng.random(count) < TOKEN_PART
        usual = service.level + duty.effect(unit.code, service.code, day)
        points = usual + np.where(has_token, 0.0, OPEN_SHIFT) + NOISE * rng.standard_normal(count)
        ratings = np.clip(np.rint(points), RATING_MIN, RATING_MAX).astype(int)
        for is_token, rating in zip(has_token.tolist(), ratings.tolist(), strict=True):
            yield _visit(unit, service, day, rating, is_token, period, rng)


def _intensity(expected: float, days: int) -> NDArray[np.float64]:
    """Return how many ratings to expect on each of the days: more people know of it every week."""
    growing = 1.0 + GROWTH * np.arange(days) / max(1, days - 1)
    return np.asarray(expected * growing / growing.sum(), dtype=np.float64)


def _visit(
    unit: UnitPlan, service: ServicePlan, day: date, rating: int, is_token: bool, period: Period,
    rng: np.random.Generator,
) -> Visit:  # fmt: skip
    served_at = period.at(day, float(rng.uniform(OPEN_MINUTES, CLOSED_MINUTES)))
    knows_service = is_token or rng.random() >= NO_SERVICE_PART
    return Visit(
        unit=unit.code,
        service=service.code if knows_service else None,
        rating=rating,
        reasons=_reasons(rating, rng),
        occurred_on=day,
        issued_at=served_at if is_token else None,
        received_at=_received_at(served_at, period, rng),
    )


def _received_at(served_at: datetime, period: Period, rng: np.random.Generator) -> datetime:
    """Return when the rating came: mostly before leaving, some in the evening, a few days later."""
    when = rng.random()
    if when < 0.7:
        wait = timedelta(minutes=float(rng.uniform(1, 40)))
    elif when < 0.9:
        wait = timedelta(minutes=float(rng.uniform(120, 300)))
    else:
        wait = timedelta(days=float(rng.uniform(0.5, LATE_DAYS_MAX)))
    later = served_at + wait
    return later if later < period.horizon else served_at + timedelta(minutes=5)


def _reasons(rating: int, rng: np.random.Generator) -> tuple[str, ...]:
    offered = reasons_for(rating)
    count = int(rng.choice([0, 1, 1, 2]))
    chosen = sorted(rng.choice(len(offered), size=count, replace=False).tolist())
    return tuple(str(offered[number]) for number in chosen)
