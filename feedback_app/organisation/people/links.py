"""Which account is whose, and since when: the standing link and those that were cut.

A link is dated like a post. What an account did while it was somebody's stays theirs, and an account that was
somebody's during a cycle decides nothing about them, whatever was linked or cut since. `employees.user_id` repeats the
standing link, for it is asked on every page; it is written here alone, and the database refuses a difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.organisation.models import Employee
from feedback_app.organisation.people.models import AccountLink


@dataclass(frozen=True, slots=True)
class LinkSpan:
    """A stretch of time in which an account was somebody's; `until` is its end, where it has one."""

    employee_id: int
    since: datetime
    until: datetime | None


class LinksKnown:
    """The links of an agency, each account's own by time."""

    def __init__(self, spans: dict[int, list[LinkSpan]]) -> None:
        self._spans = spans

    def employee_of(self, user_id: int | None, at: datetime) -> int | None:
        """Return whose account it was at a moment."""
        for span in self._spans.get(user_id or 0, ()):
            if span.since <= at and (span.until is None or at < span.until):
                return span.employee_id
        return None


def begin_link(session: Session, employee: Employee, user_id: int, *, by: int | None, now: datetime) -> AccountLink:
    """Let an account be somebody's from now on; neither may have another."""
    link = AccountLink(
        agency_id=employee.agency_id, employee_id=employee.id, user_id=user_id, linked_at=now, linked_by=by
    )
    session.add(link)
    employee.user_id = user_id
    session.flush()
    return link


def end_link(session: Session, employee: Employee, *, by: int | None, now: datetime) -> int | None:
    """Cut the standing link of somebody; return the account it was to, None where there was none."""
    link = session.scalar(
        sa.select(AccountLink)
        .where(AccountLink.agency_id == employee.agency_id, AccountLink.employee_id == employee.id)
        .where(AccountLink.unlinked_at.is_(None))
        .with_for_update()
    )
    employee.user_id = None
    if link is not None:
        link.unlinked_at, link.unlinked_by = max(now, link.linked_at), by
    session.flush()
    return link.user_id if link is not None else None


def links_of(session: Session, agency_id: int) -> LinksKnown:
    """Return every link of an agency there ever was.

    A link begins and ends at the moment it is written, so what it says of a moment gone by never changes.
    """
    rows = session.execute(
        sa.select(AccountLink.user_id, AccountLink.employee_id, AccountLink.linked_at, AccountLink.unlinked_at)
        .where(AccountLink.agency_id == agency_id)
        .order_by(AccountLink.linked_at, AccountLink.id)
    )
    spans: dict[int, list[LinkSpan]] = defaultdict(list)
    for row in rows:
        spans[row.user_id].append(LinkSpan(row.employee_id, row.linked_at, row.unlinked_at))
    return LinksKnown(spans)


def linked_since(day: date) -> sa.ColumnElement[bool]:
    """Return the condition that a link stood on a day or at any time after it, wherever the agency's clocks stand."""
    first = datetime.combine(day - timedelta(days=1), time.min, UTC)
    return sa.or_(AccountLink.unlinked_at.is_(None), AccountLink.unlinked_at >= first)


def accounts_since(agency_id: int, employee_id: Any, day: date) -> sa.Select[int]:
    """Return the query of the accounts that were somebody's on a day or at any time after it."""
    return sa.select(AccountLink.user_id).where(
        AccountLink.agency_id == agency_id, AccountLink.employee_id == employee_id, linked_since(day)
    )


def accounts_ever_of(session: Session, agency_id: int, employee_ids: Collection[int]) -> frozenset[int]:
    """Return the accounts that are, or ever were, those of some employees."""
    return frozenset(
        session.scalars(
            sa.select(AccountLink.user_id).where(
                AccountLink.agency_id == agency_id, AccountLink.employee_id.in_(employee_ids)
            )
        )
    )
