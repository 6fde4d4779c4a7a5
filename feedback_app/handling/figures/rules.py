"""Which days a head looks at, with which earlier ones they are compared, and how few cases are few."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from feedback_app.errors import InvalidInputError

# A head plans today's and tomorrow's work by what is due until then.
SOON_WORKING_DAYS: Final = 2
# Below this one case more or less moves a share by ten hundredths, which says little about the work.
FEW_CASES: Final = 10
# Below this a share is told in cases alone: one of three is no third of anything.
SHARE_FROM: Final = 5
# More than a year is a report, not a look at the work.
DAYS_MAX: Final = 366
MONTHS_SHOWN: Final = 6
WEEKS_SHOWN: Final = 12


class PeriodKind(enum.StrEnum):
    """The days that can be asked for."""

    WEEK = "week"
    LAST_WEEK = "last_week"
    MONTH = "month"
    QUARTER = "quarter"
    CHOSEN = "chosen"


class PeriodError(InvalidInputError):
    """The days asked for are no period, or one too long."""

    code = "period"


@dataclass(frozen=True, slots=True)
class Period:
    """Days, both included, and the first day of those they are compared with."""

    kind: PeriodKind
    first_on: date
    last_on: date
    before_first_on: date


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, from an aware moment to just before another."""

    starts_at: datetime
    ends_at: datetime


def period_of(kind: PeriodKind, today: date, first_on: date | None = None, last_on: date | None = None) -> Period:
    """Return the days a choice stands for; weeks begin on Monday, and nothing lies after today.

    Raises
    ------
    PeriodError
        Days are chosen, and one is missing, they are the wrong way round, or more than a year.
    """
    monday = today - timedelta(days=today.weekday())
    if kind is PeriodKind.WEEK:
        return Period(kind, monday, today, monday - timedelta(days=7))
    if kind is PeriodKind.LAST_WEEK:
        return Period(kind, monday - timedelta(days=7), monday - timedelta(days=1), monday - timedelta(days=14))
    if kind is PeriodKind.MONTH:
        first = today.replace(day=1)
        return Period(kind, first, today, months_before(first, 1))
    if kind is PeriodKind.QUARTER:
        first = today.replace(month=today.month - (today.month - 1) % 3, day=1)
        return Period(kind, first, today, months_before(first, 3))
    return _chosen(today, first_on, last_on)


def _chosen(today: date, first_on: date | None, last_on: date | None) -> Period:
    if first_on is None or last_on is None:
        raise PeriodError("Isi tanggal awal dan tanggal akhir.")
    if first_on > today:
        raise PeriodError("Tanggal awal belum tiba. Pilih hari ini atau sebelumnya.")
    if last_on < first_on:
        raise PeriodError("Tanggal akhir lebih awal daripada tanggal awal.")
    last_on = min(last_on, today)
    days = (last_on - first_on).days + 1
    if days > DAYS_MAX:
        raise PeriodError(f"Pilih paling banyak {DAYS_MAX} hari.")
    if first_on.year < 2000:
        raise PeriodError("Tanggal awal terlalu lama. Pilih tahun 2000 atau sesudahnya.")
    return Period(PeriodKind.CHOSEN, first_on, last_on, first_on - timedelta(days=days))


def spans_of(period: Period, zone: ZoneInfo, now: datetime) -> tuple[Span, Span]:
    """Return the time of a period up to now, and the time it is compared with, no longer than itself.

    Of a week that runs only the same part of the week before is taken, or every Tuesday would look like a quiet week.
    """
    starts_at = day_starts_at(period.first_on, zone)
    ends_at = min(day_starts_at(period.last_on + timedelta(days=1), zone), now)
    before = day_starts_at(period.before_first_on, zone)
    return Span(starts_at, ends_at), Span(before, min(before + (ends_at - starts_at), starts_at))


def day_starts_at(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a day at an office, aware."""
    return datetime.combine(day, time(), zone)


def months_before(first: date, count: int) -> date:
    """Return the first day of the month that lies so many months before another month's first day.

    >>> months_before(date(2026, 1, 1), 3)
    datetime.date(2025, 10, 1)
    """
    months = first.year * 12 + first.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def share(part: int, whole: int) -> float | None:
    """Return a share between 0 and 1, None of fewer cases than a share can be told of.

    >>> share(6, 9), share(1, 3)
    (0.6666666666666666, None)
    """
    return part / whole if whole >= SHARE_FROM else None
