"""Counting in working days of an office, at the office's own time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from feedback_app.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Week:
    """The weekdays (0 = Monday) on which an office works, and its hours, from a day on."""

    starts_on: date
    workdays: frozenset[int]
    opens: time
    closes: time

    def __post_init__(self) -> None:
        _check(self.workdays, self.opens, self.closes)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """When an office works: its zone, weekdays (0 = Monday), free days and hours.

    `holidays` must hold the public holidays and the days of cuti bersama. The default hours follow from 37.5
    hours in five days from 07.30 with an hour's break (Perpres 21/2023); Ps 7 lets units that serve the
    public differ, for instance with six days. `late_counts_next_day` is the cut-off: what comes after closing
    has the next day's date. `later` holds the weeks that replace this one from their days on, the oldest first.
    """

    time_zone: ZoneInfo
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[int] = frozenset(range(5))
    opens: time = time(7, 30)
    closes: time = time(16, 0)
    late_counts_next_day: bool = True
    later: tuple[Week, ...] = ()

    def __post_init__(self) -> None:
        _check(self.workdays, self.opens, self.closes)
        starts = [week.starts_on for week in self.later]
        if starts != sorted(set(starts)):
            raise ConfigurationError("later: give the weeks in the order of their days, one a day")

    def week_of(self, day: date) -> Week:
        """Return the weekdays and hours by which the office works on a day."""
        for week in reversed(self.later):
            if week.starts_on <= day:
                return week
        return Week(date.min, self.workdays, self.opens, self.closes)

    def is_working_day(self, day: date) -> bool:
        """Tell whether the office works on a day."""
        workdays = self.week_of(day).workdays if self.later else self.workdays
        return day.weekday() in workdays and day not in self.holidays

    def received_on(self, moment: datetime) -> date:
        """Return the date, at the office, on which an aware moment counts as received.

        After closing on a working day that is the next calendar date. A free day keeps its own date: since
        the day after receipt is day 1, the count starts on the next working day anyhow, and so a later moment
        never has an earlier deadline. Raises ValueError for a naive moment.
        """
        if moment.tzinfo is None:
            raise ValueError("moment must be aware")
        local = moment.astimezone(self.time_zone)
        closes = self.week_of(local.date()).closes if self.later else self.closes
        is_late = local.time() > closes and self.is_working_day(local.date())
        return local.date() + timedelta(days=1 if is_late and self.late_counts_next_day else 0)

    def add_working_days(self, day: date, count: int) -> date:
        """Return the `count`-th working day after a day (day 1 is the first after it); the day itself for 0.

        Raises ValueError for a negative count.
        """
        if count < 0:
            raise ValueError("count must not be negative")
        for _ in range(count):
            day += timedelta(days=1)
            while not self.is_working_day(day):
                day += timedelta(days=1)
        return day

    def working_days_between(self, after: date, until: date) -> int:
        """Return how many working days lie after one day and up to another, included; 0 when none can."""
        days = (after + timedelta(days=step) for step in range(1, (until - after).days + 1))
        return sum(self.is_working_day(day) for day in days)

    def start_of(self, day: date) -> datetime:
        """Return the opening time of a day as an aware moment in UTC."""
        return datetime.combine(day, self.week_of(day).opens, self.time_zone).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """Return the closing time of a day as an aware moment in UTC."""
        return datetime.combine(day, self.week_of(day).closes, self.time_zone).astimezone(UTC)


def _check(workdays: frozenset[int], opens: time, closes: time) -> None:
    if not workdays or not workdays <= frozenset(range(7)):
        raise ConfigurationError("workdays: give at least one weekday, 0 (Monday) to 6 (Sunday)")
    if opens >= closes:
        raise ConfigurationError("opens must be earlier than closes")
