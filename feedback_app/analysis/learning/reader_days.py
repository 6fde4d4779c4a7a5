"""What is done with the texts of an agency once a day: draw some for people, look for drift, and tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.drawing import Day, day_of, draw, draw_after_alarm
from feedback_app.analysis.learning.drift import look
from feedback_app.analysis.learning.models import ReaderDay
from feedback_app.identity.models import StaffSettings, User
from feedback_app.identity.rules import Permission
from feedback_app.notifications.operations import owe
from feedback_app.notifications.templates import Template
from feedback_app.organisation.models import Agency
from feedback_app.organisation.whole_agencies import over_all_of

CAUGHT_UP: Final = 7
"""Days that are drawn from afterwards, where nothing ran on them."""


def any_day_due(session: Session, *, now: datetime) -> bool:
    """Tell whether the day before of any agency was not drawn from yet."""
    return any(_due(session, agency, now) for agency in _agencies(session))


def agencies_due(session: Session, *, now: datetime) -> list[int]:
    """Return the agencies of which a day that is over was not drawn from yet."""
    return [agency.id for agency in _agencies(session) if _due(session, agency, now)]


def make_days(session: Session, agency_id: int, *, open_texts: sa.ColumnElement[bool], now: datetime) -> int:
    """Draw from every day of an agency that is over, and look for drift; return how many texts were drawn."""
    agency = session.get_one(Agency, agency_id)
    days = _due(session, agency, now)
    drawn = sum(_make(session, agency, on_date, open_texts, now) for on_date in days)
    if days and (alarms := look(session, agency.id, now=now)):
        week = Day(now - timedelta(days=7), now)
        drawn += draw_after_alarm(session, agency.id, week, open_texts=open_texts, now=now)
        tell(session, agency, len(alarms), now=now)
    return drawn


def tell(session: Session, agency: Agency, alarms: int, *, now: datetime) -> None:
    """Owe a message to those who look after the reader for a whole agency: how many alarms are new, and where."""
    day = now.astimezone(ZoneInfo(agency.time_zone)).date()
    query = (
        sa.select(User.id, StaffSettings.language)
        .outerjoin(StaffSettings, StaffSettings.user_id == User.id)
        .where(User.active, over_all_of(agency.id, cast("Any", User.id), Permission.MANAGE_READER, day))
    )
    for user_id, language in session.execute(query):
        owe(
            session, agency_id=agency.id, template=Template.READER_DRIFT, params={"alarms": alarms},
            dedupe_key=f"{Template.READER_DRIFT}:{day.isoformat()}:user:{user_id}", now=now, user_id=user_id,
            language=language or "id",
        )  # fmt: skip


def _make(session: Session, agency: Agency, on_date: date, open_texts: sa.ColumnElement[bool], now: datetime) -> int:
    # A second job waits here for the first one's commit and then finds the day made.
    claimed = session.execute(
        insert(ReaderDay)
        .values(agency_id=agency.id, on_date=on_date, looked_at=now, drawn=0)
        .on_conflict_do_nothing()
        .returning(ReaderDay.on_date)
    ).first()
    if claimed is None:
        return 0
    drawn = draw(session, agency.id, day_of(on_date, agency.time_zone), open_texts=open_texts, now=now)
    session.execute(
        sa.update(ReaderDay).where(ReaderDay.agency_id == agency.id, ReaderDay.on_date == on_date).values(drawn=drawn)
    )
    return drawn


def _due(session: Session, agency: Agency, now: datetime) -> list[date]:
    yesterday = now.astimezone(ZoneInfo(agency.time_zone)).date() - timedelta(days=1)
    newest = session.scalar(sa.select(sa.func.max(ReaderDay.on_date)).where(ReaderDay.agency_id == agency.id))
    first = max(newest + timedelta(days=1), yesterday - timedelta(days=CAUGHT_UP - 1)) if newest else yesterday
    return [first + timedelta(days=number) for number in range((yesterday - first).days + 1)]


def _agencies(session: Session) -> Sequence[Agency]:
    return session.scalars(sa.select(Agency).order_by(Agency.id)).all()
