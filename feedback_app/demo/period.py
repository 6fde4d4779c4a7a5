"""The year the demo tells of: it ends at midnight before the day it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from feedback_app.evaluation.cycles.rules import book_closed_from
from feedback_app.intake.counter_queries import DAYS_UNTIL_CLOSED

DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Period:
    """The demo's year at one agency; everything in it depends on `today`, never on the hour of loading."""

    today: date
    zone: ZoneInfo

    @property
    def first_day(self) -> date:
        """Return the first day with feedback."""
        return self.today - timedelta(days=DAYS)

    @property
    def last_day(self) -> date:
        """Return the last day with feedback."""
        return self.today - timedelta(days=1)

    @property
    def horizon(self) -> datetime:
        """Return the moment (UTC) before which everything in the demo has happened."""
        return self.at(self.today)

    def at(self, day: date, minutes: float = 0.0) -> datetime:
        """Return a moment in UTC, so many minutes after midnight of a day at the agency."""
        midnight = datetime.combine(day, time.min, self.zone)
        return midnight.astimezone(UTC) + timedelta(minutes=minutes)

    def day_of(self, moment: datetime) -> date:
        """Return the day at the agency of an aware moment."""
        return moment.astimezone(self.zone).date()

    def months(self) -> list[tuple[date, date]]:
        """Return the first and last day of every calendar month that the year touches."""
        found = []
        first = self.first_day.replace(day=1)
        while first <= self.today:
            following = months_later(first, 1)
            found.append((first, following - timedelta(days=1)))
            first = following
        return found

    def last_full_quarter(self) -> tuple[date, date]:
        """Return the first and last day of the youngest quarter that is over."""
        this_quarter = date(self.today.year, 3 * ((self.today.month - 1) // 3) + 1, 1)
        return months_later(this_quarter, -3), this_quarter - timedelta(days=1)

    def last_closed_quarter(self) -> tuple[date, date]:
        """Return the first and last day of the youngest quarter whose visits can no longer be rated."""
        starts_on, ends_on = self.last_full_quarter()
        if book_closed_from(ends_on, DAYS_UNTIL_CLOSED) <= self.last_day:
            return starts_on, ends_on
        return months_later(starts_on, -3), starts_on - timedelta(days=1)

    def months_ago(self, count: int) -> date:
        """Return the first day of the month so many months before the present one."""
        return months_later(self.today.replace(day=1), -count)


def months_later(first: date, count: int) -> date:
    """Return the first day of the month `count` months after (before, if negative) that of `first`.

    >>> months_later(date(2026, 11, 1), 3)
    datetime.date(2027, 2, 1)
    """
    number = first.year * 12 + first.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)
