"""The days of an agency by which a cycle's time limits are counted."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.clocks.working_days import WorkingCalendar


def calendar_of(session: Session, agency_id: int, now: datetime) -> tuple[WorkingCalendar, date]:
    """Return an agency's working calendar, and the day it is there."""
    clocks = clocks_of(session, agency_id)
    return clocks.calendar_of(None, now), now.astimezone(clocks.calendar.time_zone).date()
