"""The only place that asks the machine what time it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_WITA = ZoneInfo("Asia/Makassar")


def utcnow() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def office_day(now: datetime) -> date:
    """Return the day in the middle one of Indonesia's three time zones (WITA, UTC+8).

    For dated grants of staff, who may work in several agencies: off by at most an hour around midnight in WIB and WIT,
    where the day by UTC would be yesterday's until nine in the morning.
    """
    return now.astimezone(_WITA).date()
