"""How soon a case is due, in words; the page adds a mark, so that colour is never alone."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext

from feedback_app.blueprints.formats import day


class Urge(enum.StrEnum):
    """Late, due by the end of the agency's day, or later."""

    OVERDUE = "overdue"
    TODAY = "today"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as it stands in a list."""

    urge: Urge
    words: str


def due(at: datetime, time_zone: str, now: datetime) -> Due:
    """Return how a deadline reads at a moment, by the clock of the agency; lateness is in calendar days."""
    zone = ZoneInfo(time_zone)
    local, local_now = at.astimezone(zone), now.astimezone(zone)
    days_late = (local_now.date() - local.date()).days
    if at < now and days_late > 0:
        return Due(Urge.OVERDUE, gettext("Terlambat %(days)d hari kalender", days=days_late))
    if at < now:
        return Due(Urge.OVERDUE, gettext("Terlambat sejak pukul %(time)s hari ini", time=f"{local:%H.%M}"))
    if days_late == 0:
        return Due(Urge.TODAY, gettext("Hari ini sampai pukul %(time)s", time=f"{local:%H.%M}"))
    return Due(Urge.LATER, gettext("Paling lambat %(day)s", day=day(local.date())))
