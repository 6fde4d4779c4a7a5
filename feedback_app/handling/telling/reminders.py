"""What waits for an officer at the beginning of a working day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.clock import office_day
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.handling.handing_on.duty import duties, is_on, left_behind
from feedback_app.handling.models import Case
from feedback_app.handling.queries import OPEN_STATUSES
from feedback_app.handling.visibility import may_see
from feedback_app.identity.models import StaffSettings, User
from feedback_app.identity.rules import Permission


@dataclass(frozen=True, slots=True)
class Waiting:
    """Cases past their deadline, due today, and due on the next working day."""

    late: int
    today: int
    next: int


def left_by_officers(session: Session, agency_id: int, calendar: WorkingCalendar, now: datetime) -> frozenset[int]:
    """Return the cases near their deadline that stand under the name of somebody who has left."""
    return left_behind(session, _is_near(agency_id, calendar, now), office_day(now))


def readers_of_reminders(
    session: Session, agency_id: int, calendar: WorkingCalendar, now: datetime, *, left: Collection[int] | None = None
) -> dict[int, set[int]]:
    """Return the accounts for whom something may wait and who want to hear of it, each with the units of its duty.

    `left`: the cases of somebody who has left, which wait for their unit, where they have been looked up already.
    """
    left = left_by_officers(session, agency_id, calendar, now) if left is None else left
    holder = sa.case((Case.id.in_(sorted(left)), None), else_=Case.assigned_to).label("holder")
    rows = session.execute(
        sa.select(holder, Case.unit_id).where(*_is_near(agency_id, calendar, now)).distinct()
    ).all()  # fmt: skip
    assigned = {row.holder for row in rows if row.holder is not None}
    units = {row.unit_id for row in rows if row.holder is None}
    on_duty = duties(session, agency_id, office_day(now))
    concerned = assigned | {user_id for user_id, own in on_duty.items() if own & units}
    return {user_id: on_duty.get(user_id, set()) for user_id in _who_want_it(session, concerned)}


def waiting_for(
    session: Session,
    agency_id: int,
    user_id: int,
    unit_ids: set[int],
    calendar: WorkingCalendar,
    now: datetime,
    *,
    left: Collection[int] | None = None,
) -> Waiting:
    """Count the cases that wait for somebody, among those they may answer; `left` as in `readers_of_reminders`."""
    left = left_by_officers(session, agency_id, calendar, now) if left is None else left
    tonight, _ = _borders(calendar, now)
    is_late = Case.due_at < now
    row = session.execute(
        sa.select(
            sa.func.count().filter(is_late),
            sa.func.count().filter(sa.not_(is_late), Case.due_at < tonight),
            sa.func.count().filter(Case.due_at >= tonight),
        ).where(
            *_is_near(agency_id, calendar, now),
            is_on(user_id, unit_ids, left),
            may_see(user_id, Permission.ANSWER_CASE, office_day(now)),
        )
    ).one()
    return Waiting(*row)


def _is_near(agency_id: int, calendar: WorkingCalendar, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    _, end = _borders(calendar, now)
    return (
        Case.agency_id == agency_id,
        Case.status.in_(OPEN_STATUSES),
        Case.due_at < end,
        # Its words are answered with the case it belongs to.
        Case.duplicate_of.is_(None),
    )


def _borders(calendar: WorkingCalendar, now: datetime) -> tuple[datetime, datetime]:
    today = now.astimezone(calendar.time_zone).date()

    def midnight_after(day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time(), calendar.time_zone)

    return midnight_after(today), midnight_after(calendar.add_working_days(today, 1))


def _who_want_it(session: Session, user_ids: set[int]) -> list[int]:
    if not user_ids:
        return []
    return list(
        session.scalars(
            sa.select(User.id)
            .outerjoin(StaffSettings, StaffSettings.user_id == User.id)
            .where(
                User.id.in_(sorted(user_ids)), User.active, sa.func.coalesce(StaffSettings.wants_reminder, sa.true())
            )
            .order_by(User.id)
        )
    )
