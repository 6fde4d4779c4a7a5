"""What the last week brought to the units somebody heads: numbers of cases, and of no person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.clock import office_day
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.handling.figures.counts import Asked, Scope, counted_by
from feedback_app.handling.figures.rules import Span
from feedback_app.handling.models import Case
from feedback_app.identity.models import RoleGrant, StaffSettings, User
from feedback_app.identity.rules import Role
from feedback_app.organisation.queries import valid_on

_CLOSED: Final = ("closed_confirmed", "closed_partly", "closed_silent", "closed_disputed")
_FIGURES: Final = ("came", "answered", "reopened", *_CLOSED, "late_now", "verdict_waits", "held_now")


@dataclass(frozen=True, slots=True)
class LastWeek:
    """Cases of a week, and how cases stand at its end; `late` and `waiting` are those of now."""

    came: int
    answered: int
    reopened: int
    closed: int
    confirmed: int
    late: int
    waiting: int


def week_of(calendar: WorkingCalendar, now: datetime) -> Span:
    """Return the calendar week before the present one, at the office's own time."""
    today = now.astimezone(calendar.time_zone).date()
    monday = datetime.combine(today - timedelta(days=today.weekday()), time(), calendar.time_zone)
    return Span(monday - timedelta(days=7), monday)


def heads_for_digest(session: Session, agency_id: int, now: datetime) -> list[int]:
    """Return the heads of an agency's units who want their digest."""
    return list(
        session.scalars(
            sa.select(User.id)
            .join(RoleGrant, RoleGrant.user_id == User.id)
            .outerjoin(StaffSettings, StaffSettings.user_id == User.id)
            .where(
                RoleGrant.agency_id == agency_id,
                RoleGrant.role == Role.UNIT_HEAD,
                valid_on(RoleGrant.starts_on, RoleGrant.ends_on, office_day(now)),
                User.active,
                sa.func.coalesce(StaffSettings.wants_digest, sa.true()),
            )
            .distinct()
            .order_by(User.id)
        )
    )


def last_week(session: Session, agency_id: int, user_id: int, week: Span, now: datetime) -> LastWeek:
    """Count a week's cases by the figures of the dashboard, among those somebody may see there."""
    scope, asked = Scope(user_id, office_day(now), agency_id), Asked(week, now, soon_until=now)
    wanted = [sa.func.count().filter(counted_by(key, asked, agency_id)) for key in _FIGURES]
    row = session.execute(sa.select(*wanted).select_from(Case).where(scope.sees())).one()
    found: dict[str, int] = dict(zip(_FIGURES, row, strict=True))
    return LastWeek(
        came=found["came"],
        answered=found["answered"],
        reopened=found["reopened"],
        closed=sum(found[key] for key in _CLOSED),
        confirmed=found["closed_confirmed"],
        late=found["late_now"],
        waiting=found["verdict_waits"] + found["held_now"],
    )
