"""How much waits for somebody, and how soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.models import Case
from feedback_app.handling.queries import OPEN_STATUSES, InboxRow, inbox
from feedback_app.handling.visibility import may_see
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency

FIRST_ROWS = 5


@dataclass(frozen=True, slots=True)
class Workload:
    """Cases late and due by the end of the agency's day, how many stand in each group, and those due first."""

    overdue: int
    due_today: int
    counts: dict[str, int]
    first: list[InboxRow]


def workload(session: Session, user_id: int, *, day: date, now: datetime) -> Workload:
    """Return what waits for somebody in the units within their reach."""
    found = inbox(session, user_id, day=day)
    overdue, due_today = _due(session, user_id, day, now)
    return Workload(overdue, due_today, found.counts, found.rows[:FIRST_ROWS])


def _due(session: Session, user_id: int, day: date, now: datetime) -> tuple[int, int]:
    is_late = Case.reply_due_at < now
    local_day = [sa.cast(sa.func.timezone(Agency.time_zone, moment), sa.Date) for moment in (Case.reply_due_at, now)]
    row = session.execute(
        sa.select(
            sa.func.count().filter(is_late),
            sa.func.count().filter(sa.not_(is_late), local_day[0] == local_day[1]),
        )
        .select_from(sa.join(Case, Agency, Agency.id == Case.agency_id))
        .where(may_see(user_id, Permission.READ_INBOX, day), Case.status.in_(OPEN_STATUSES))
    ).one()
    return row[0], row[1]
