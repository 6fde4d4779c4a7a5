"""How much waits for somebody, and how soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from feedback_app.handling.inbox.conditions import in_group, narrowed
from feedback_app.handling.inbox.filters import DueBy, Filters, Group
from feedback_app.handling.inbox.places import asker
from feedback_app.handling.inbox.queries import InboxRow, counted, inbox
from feedback_app.handling.visibility import may_see
from feedback_app.identity.rules import Permission

FIRST_ROWS = 5


@dataclass(frozen=True, slots=True)
class Workload:
    """Cases late and due by the end of the agency's day, how many stand in each group, and those due first.

    Nothing is counted beyond `inbox.queries.COUNTED_MAX` + 1.
    """

    overdue: int
    due_today: int
    counts: dict[Group, int]
    first: list[InboxRow]


def workload(session: Session, user_id: int, *, day: date, now: datetime) -> Workload:
    """Return what waits for somebody in the units within their reach."""
    found = inbox(session, user_id, day=day, now=now)
    overdue, due_today = (_due(session, user_id, by, day, now) for by in (DueBy.OVERDUE, DueBy.TODAY))
    return Workload(overdue, due_today, found.counts, found.rows[:FIRST_ROWS])


def _due(session: Session, user_id: int, by: DueBy, day: date, now: datetime) -> int:
    asked = narrowed(Filters(due=by), asker(session, user_id, day=day, now=now))
    return counted(session, [may_see(user_id, Permission.READ_INBOX, day), *asked, *in_group(Group.TODO)])
