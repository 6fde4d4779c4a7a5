"""Time in working days of an office, with parts of days, for many moments at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from feedback_app.handling.clocks.working_days import WorkingCalendar

Numbers: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.int64]

_DAY: Final = 86_400
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class OfficeTime:
    """A calendar's working days counted once over a stretch of days, each with its own hours.

    All have shape (days,): whether the office works on a day, at which second of it it opens and closes, and how many
    working days there were up to it, itself included. The first day is `first` days after 1 January 1970.
    """

    first: int
    is_working: NDArray[np.bool_]
    opens: Numbers
    closes: Numbers
    worked: Places
    late_counts_next_day: bool

    def at(self, moments: Numbers) -> Numbers:
        """Return the working days that were over at each moment, of a day its part of the office's hours.

        Parameters
        ----------
        moments
            Shape (n,); seconds of the office's own time since 1 January 1970, as `local_seconds` gives them.
        """
        place, second = self._split(moments)
        opens, closes = self.opens[place], self.closes[place]
        part = np.clip((second - opens) / (closes - opens), 0.0, 1.0)
        over: Numbers = self.worked[place].astype(np.float64) - np.where(self.is_working[place], 1.0 - part, 0.0)
        return over

    def counted_from(self, moments: Numbers) -> Numbers:
        """Return the working days that were over at the end of the day on which each moment counts as received.

        The day after the receipt is day 1, so a clock of `d` working days has run out where `at` has reached this
        plus `d`; what comes after closing counts as received on the next day.
        """
        place, second = self._split(moments)
        is_late = self.is_working[place] & (second > self.closes[place])
        day = place + (is_late if self.late_counts_next_day else 0)
        over: Numbers = self.worked[day].astype(np.float64)
        return over

    def _split(self, moments: Numbers) -> tuple[Places, Numbers]:
        day = np.floor(moments / _DAY).astype(np.int64)
        return day - self.first, moments - day * _DAY


def office_time(calendar: WorkingCalendar, first_on: date, last_on: date) -> OfficeTime:
    """Return the working time of a calendar for moments from a day to another, both included."""
    # A day more on either side: what comes after closing belongs to the next.
    days = [first_on + timedelta(days=step) for step in range(-1, (last_on - first_on).days + 3)]
    is_working = np.array([calendar.is_working_day(day) for day in days], dtype=np.bool_)
    return OfficeTime(
        (days[0] - _EPOCH).days,
        is_working,
        np.array([_second(calendar.start_of(day), calendar) for day in days], dtype=np.float64),
        np.array([_second(calendar.end_of(day), calendar) for day in days], dtype=np.float64),
        np.cumsum(is_working),
        calendar.late_counts_next_day,
    )


def local_seconds(moment: datetime, calendar: WorkingCalendar) -> float:
    """Return an aware moment as seconds of the office's own time since 1 January 1970."""
    return moment.astimezone(calendar.time_zone).replace(tzinfo=UTC).timestamp()


def _second(moment: datetime, calendar: WorkingCalendar) -> float:
    return local_seconds(moment, calendar) % _DAY
