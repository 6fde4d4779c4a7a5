"""The mails that come by themselves: a reminder on working days, and on the first of a week what the last one brought.

A round is made once for an agency and a day, in its opening hours; its row says so. Nobody is told that nothing waits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.handling.telling.digests import heads_for_digest, last_week, week_of
from feedback_app.handling.telling.models import RoundKind, StaffRound
from feedback_app.handling.telling.reminders import left_by_officers, readers_of_reminders, waiting_for
from feedback_app.handling.telling.staff import languages_of
from feedback_app.notifications.operations import owe
from feedback_app.notifications.wording import DEFAULT_LANGUAGE, Template
from feedback_app.organisation.models import Agency

# What an account is told: nothing where all of its numbers are 0.
Numbers = dict[str, int]
TEMPLATES: Final = {RoundKind.REMINDER: Template.REMINDER, RoundKind.DIGEST: Template.DIGEST}


def any_round_due(session: Session, *, now: datetime) -> bool:
    """Tell whether any agency has a round to be made now."""
    return any(due_rounds(session, agency_id, _calendar(session, agency_id), now) for agency_id in _agencies(session))


def make_rounds(session: Session, *, now: datetime) -> int:
    """Make the rounds that are due; return how many accounts are told something."""
    told = 0
    for agency_id in _agencies(session):
        calendar = _calendar(session, agency_id)
        for kind in due_rounds(session, agency_id, calendar, now):
            told += _make(session, agency_id, kind, calendar, now)
    return told


def due_rounds(session: Session, agency_id: int, calendar: WorkingCalendar, now: datetime) -> list[RoundKind]:
    """Return the rounds an agency has to make at a moment: none outside its opening hours."""
    day = now.astimezone(calendar.time_zone).date()
    if not calendar.is_working_day(day) or not calendar.start_of(day) <= now <= calendar.end_of(day):
        return []
    monday = day - timedelta(days=day.weekday())
    rows = session.execute(
        sa.select(StaffRound.kind, StaffRound.on_date).where(
            StaffRound.agency_id == agency_id, StaffRound.on_date >= monday
        )
    ).all()
    made = {(row.kind, row.on_date) for row in rows}
    due = [] if (RoundKind.REMINDER, day) in made else [RoundKind.REMINDER]
    # One digest a week: on its first working day, or, if nothing ran on that day, on the next.
    return due if any(kind is RoundKind.DIGEST for kind, _ in made) else [*due, RoundKind.DIGEST]


def _make(session: Session, agency_id: int, kind: RoundKind, calendar: WorkingCalendar, now: datetime) -> int:
    day = now.astimezone(calendar.time_zone).date()
    if not _claim(session, agency_id, kind, day, now):
        return 0
    found = _COUNTED[kind](session, agency_id, calendar, now)
    told = {user_id: numbers for user_id, numbers in found.items() if any(numbers.values())}
    languages = languages_of(session, told)
    for user_id, numbers in told.items():
        owe(
            session, agency_id=agency_id, template=TEMPLATES[kind], params=numbers,
            dedupe_key=f"{kind}:{day.isoformat()}:user:{user_id}", now=now, user_id=user_id,
            language=languages.get(user_id, DEFAULT_LANGUAGE),
        )  # fmt: skip
    session.execute(
        sa.update(StaffRound)
        .where(StaffRound.agency_id == agency_id, StaffRound.kind == kind, StaffRound.on_date == day)
        .values(told=len(told))
    )
    return len(told)


def _claim(session: Session, agency_id: int, kind: RoundKind, day: date, now: datetime) -> bool:
    # A second job waits here for the first one's commit and then finds the round made.
    added = session.execute(
        insert(StaffRound)
        .values(agency_id=agency_id, kind=kind, on_date=day, made_at=now, told=0)
        .on_conflict_do_nothing()
        .returning(StaffRound.kind)
    )
    return added.first() is not None


def _reminders(session: Session, agency_id: int, calendar: WorkingCalendar, now: datetime) -> dict[int, Numbers]:
    left = left_by_officers(session, agency_id, calendar, now)
    readers = readers_of_reminders(session, agency_id, calendar, now, left=left)
    return {
        user_id: asdict(waiting_for(session, agency_id, user_id, unit_ids, calendar, now, left=left))
        for user_id, unit_ids in readers.items()
    }


def _digests(session: Session, agency_id: int, calendar: WorkingCalendar, now: datetime) -> dict[int, Numbers]:
    week = week_of(calendar, now)
    return {
        user_id: asdict(last_week(session, agency_id, user_id, week, now))
        for user_id in heads_for_digest(session, agency_id, now)
    }


_COUNTED: Final[dict[RoundKind, Callable[..., dict[int, Numbers]]]] = {
    RoundKind.REMINDER: _reminders,
    RoundKind.DIGEST: _digests,
}


def _agencies(session: Session) -> list[Any]:
    return list(session.scalars(sa.select(Agency.id).order_by(Agency.id)))


def _calendar(session: Session, agency_id: int) -> WorkingCalendar:
    return clocks_of(session, agency_id).calendar
