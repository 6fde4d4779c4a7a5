"""The days on which a unit works, as a list."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from feedback_app.handling.clocks.in_force import Clocks


def working_days_of(clocks: Clocks, unit_id: int, first: date, last: date) -> list[date]:
    """Return the working days of a unit from one day to another (both included), by the hours of each day."""
    opening = datetime.combine(first, time(12), clocks.calendar.time_zone)
    calendar = clocks.calendar_of(unit_id, opening)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if calendar.is_working_day(day)]
