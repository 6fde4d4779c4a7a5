"""The weekdays and hours of an agency and its units, from a day on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.organisation.calendar import check_year
from feedback_app.organisation.models import WorkingHours
from feedback_app.organisation.queries import unit_by_id


class HoursOrderError(InvalidInputError):
    """An office closes before it opens, or works on no day."""

    code = "hours_order"


class HoursTakenError(ConflictError):
    """Other hours of the same unit begin on that day."""

    code = "hours_taken"


class HoursInForceError(ConflictError):
    """The hours were in force."""

    code = "hours_in_force"


class UnknownHoursError(NotFoundError):
    """The agency has no such hours."""

    code = "unknown_hours"


def hours_rows(session: Session, agency_id: int) -> Sequence[WorkingHours]:
    """Return all dated hours of an agency and its units, the youngest first."""
    query = sa.select(WorkingHours).where(WorkingHours.agency_id == agency_id)
    return session.scalars(query.order_by(WorkingHours.starts_on.desc(), WorkingHours.unit_id)).all()


def set_hours(
    session: Session,
    agency_id: int,
    unit_id: int | None,
    *,
    starts_on: date,
    workdays: Collection[int],
    opens: time,
    closes: time,
    today: date,
    actor: Actor,
    now: datetime,
) -> WorkingHours:
    """Give a unit and those below it, or the whole agency, other weekdays (0 = Monday) and hours from a day on.

    Raises
    ------
    HoursOrderError, HoursTakenError
    feedback_app.organisation.calendar.CalendarYearError
    feedback_app.organisation.queries.UnknownUnitError
    """
    _check(starts_on, workdays, opens, closes)
    if unit_id is not None:
        unit_by_id(session, agency_id, unit_id, today)
    row = WorkingHours(
        agency_id=agency_id, unit_id=unit_id, starts_on=starts_on, workdays=sorted(set(workdays)), opens=opens,
        closes=closes, noted_by=actor.user_id,
    )  # fmt: skip
    taken = HoursTakenError("Jam kerja untuk unit itu sudah ada mulai tanggal itu. Pilih tanggal lain.")
    add_unless_taken(session, row, taken)
    _note(session, row, "organisation.set_hours", actor, now)
    return row


def _check(starts_on: date, workdays: Collection[int], opens: time, closes: time) -> None:
    if not workdays or not set(workdays) <= set(range(7)):
        raise HoursOrderError("Pilih paling sedikit satu hari kerja.")
    if opens >= closes:
        raise HoursOrderError("Jam tutup harus sesudah jam buka.")
    check_year(starts_on.year)


def remove_hours(session: Session, agency_id: int, hours_id: int, *, today: date, actor: Actor, now: datetime) -> None:
    """Take back hours that are still to come.

    Raises
    ------
    UnknownHoursError, HoursInForceError
    """
    query = sa.select(WorkingHours).where(WorkingHours.agency_id == agency_id, WorkingHours.id == hours_id)
    row = session.scalar(query.with_for_update())
    if row is None:
        raise UnknownHoursError("Jam kerja itu tidak ada. Pilih dari daftar.")
    if row.starts_on <= today:
        raise HoursInForceError(
            "Jam kerja ini sudah berlaku, jadi tidak dapat dihapus. Buat yang baru mulai lain hari."
        )
    _note(session, row, "organisation.remove_hours", actor, now)
    session.delete(row)
    session.flush()


def _note(session: Session, row: WorkingHours, action: str, actor: Actor, now: datetime) -> None:
    record(
        session, agency_id=row.agency_id, actor=actor, action=action, subject_type="working_hours", subject_id=row.id,
        now=now, unit_id=row.unit_id, starts_on=row.starts_on.isoformat(),
    )  # fmt: skip
