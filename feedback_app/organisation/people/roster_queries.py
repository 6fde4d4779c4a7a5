"""What a duty roster says: its entries, a mark of them, and who may stand on it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.organisation.models import Assignment, UnitVersion
from feedback_app.organisation.people.models import DutyEntry
from feedback_app.organisation.people.post_edits import as_known_at
from feedback_app.organisation.queries import valid_between, valid_on


def duty_between(
    session: Session, agency_id: int, unit_id: int, first: date, last: date, *, known_at: datetime | None = None
) -> Sequence[DutyEntry]:
    """Return the entries of a unit's counters from one day to another, as known at a moment (None: now)."""
    query = sa.select(DutyEntry).where(
        DutyEntry.agency_id == agency_id, DutyEntry.unit_id == unit_id, DutyEntry.on_date.between(first, last),
        as_known_at(known_at, DutyEntry),
    )  # fmt: skip
    return session.scalars(query.order_by(DutyEntry.on_date, DutyEntry.counter_id, DutyEntry.id)).all()


def fingerprint(entries: Iterable[DutyEntry]) -> str:
    """Return a short mark of a roster as somebody has it in front of them."""
    return hashlib.sha256(",".join(str(entry.id) for entry in entries).encode()).hexdigest()[:16]


def staff_on(
    session: Session, agency_id: int, unit_id: int, first: date, last: date
) -> dict[int, list[tuple[date, date | None]]]:
    """Return who holds a post in a unit or one below it on any of some days, and the days of their posts."""
    below = _units_below(agency_id, unit_id, last)
    rows = session.execute(
        sa.select(Assignment.employee_id, Assignment.starts_on, Assignment.ends_on).where(
            Assignment.agency_id == agency_id, Assignment.unit_id.in_(below), as_known_at(),
            valid_between(Assignment.starts_on, Assignment.ends_on, first, last),
        )
    )  # fmt: skip
    found: dict[int, list[tuple[date, date | None]]] = {}
    for employee_id, starts_on, ends_on in rows:
        found.setdefault(employee_id, []).append((starts_on, ends_on))
    return found


def is_on_staff(staff: Mapping[int, Sequence[tuple[date, date | None]]], employee_id: int, day: date) -> bool:
    """Tell whether one of those holds a post on a day."""
    return any(first <= day and (last is None or day <= last) for first, last in staff.get(employee_id, ()))


def week_of(day: date) -> date:
    """Return the Monday of a day's week.

    >>> week_of(date(2026, 5, 12))
    datetime.date(2026, 5, 11)
    """
    return day - timedelta(days=day.weekday())


def _units_below(agency_id: int, unit_id: int, day: date) -> sa.Select[int]:
    tree = sa.select(sa.literal(unit_id, sa.BigInteger).label("unit_id")).cte("staffed_units", recursive=True)
    below = sa.select(UnitVersion.unit_id).where(
        UnitVersion.agency_id == agency_id, UnitVersion.parent_id == tree.c.unit_id,
        valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day),
    )  # fmt: skip
    return sa.select(tree.union(below).c.unit_id)
