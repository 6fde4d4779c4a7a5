"""The free days of an agency: national ones taken over year by year, and what an officer adds or strikes off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency, Holiday
from feedback_app.organisation.national_days import IMPORTED, add_missing, national_days, source_of_imports
from feedback_app.organisation.queries import UnknownAgencyError
from feedback_app.organisation.whole_agencies import whole_agencies

NAME_MIN, NAME_MAX = 3, 120
YEAR_MIN, YEAR_MAX = 2010, 2100
# How the calendar of the package marks a day that a rukyat or decree has yet to fix, and days that are cuti bersama.
ESTIMATED: Final = "(perkiraan)"
GOVERNMENT_DAY: Final = "cuti bersama"


class HolidayNameError(InvalidInputError):
    """A free day has no name, or does not say what it rests on."""

    code = "holiday_name"


class CalendarYearError(InvalidInputError):
    """A day or year that no calendar here holds."""

    code = "calendar_year"


class HolidayTakenError(ConflictError):
    """The day is free already."""

    code = "holiday_taken"


class UnknownHolidayError(NotFoundError):
    """The agency's calendar does not hold that day."""

    code = "unknown_holiday"


@dataclass(frozen=True, slots=True)
class ImportedYear:
    """What an import did: days that came, estimates that a newer calendar fixed, and estimates it no longer has."""

    added: int
    fixed: int
    struck: int


def agencies_with_clocks(session: Session, user_id: int, day: date) -> Sequence[Agency]:
    """Return the agencies whose calendar and rules somebody manages: those over the whole of which they have a grant.

    A holiday holds for everybody in the agency, so a grant over one of its units does not reach so far.
    """
    return whole_agencies(session, user_id, Permission.MANAGE_CLOCKS, day)


def agency_with_clocks(session: Session, user_id: int, agency_id: int, day: date) -> Agency:
    """Return one of them.

    Raises
    ------
    feedback_app.organisation.queries.UnknownAgencyError
        Also where the agency exists and somebody else manages its clocks.
    """
    for agency in agencies_with_clocks(session, user_id, day):
        if agency.id == agency_id:
            return agency
    raise UnknownAgencyError("Pemerintah daerah itu tidak ada di sini. Periksa kembali alamat halamannya.")


def holidays_of(session: Session, agency_id: int) -> frozenset[date]:
    """Return the days on which an agency does not work, besides its weekly days off."""
    return frozenset(
        session.scalars(sa.select(Holiday.on_date).where(Holiday.agency_id == agency_id, sa.not_(Holiday.is_struck)))
    )


def holidays_in(session: Session, agency_id: int, year: int) -> Sequence[Holiday]:
    """Return the free days of a year, those struck off included."""
    query = sa.select(Holiday).where(
        Holiday.agency_id == agency_id, Holiday.on_date.between(date(year, 1, 1), date(year, 12, 31))
    )
    return session.scalars(query.order_by(Holiday.on_date)).all()


def holiday_names(session: Session, agency_id: int, days: Sequence[date]) -> dict[date, str]:
    """Return what those of some days are called that are free by name."""
    query = sa.select(Holiday.on_date, Holiday.name).where(
        Holiday.agency_id == agency_id, Holiday.on_date.in_(days), sa.not_(Holiday.is_struck)
    )
    return {row.on_date: row.name for row in session.execute(query)}


def add_holiday(
    session: Session, agency_id: int, on_date: date, name: str, source: str, *, actor: Actor, now: datetime
) -> None:
    """Make a day free, with what that rests on; a day that was struck off is free again under this name.

    Raises
    ------
    HolidayNameError, CalendarYearError, HolidayTakenError
    """
    words = [" ".join(name.split()), " ".join(source.split())]
    if any(not NAME_MIN <= len(word) <= NAME_MAX for word in words):
        raise HolidayNameError(f"Isi nama hari libur dan dasarnya, masing-masing {NAME_MIN} sampai {NAME_MAX} huruf.")
    check_year(on_date.year)
    taken = HolidayTakenError("Tanggal itu sudah tercatat sebagai hari libur.")
    row = _holiday(session, agency_id, on_date)
    if row is None:
        row = Holiday(agency_id=agency_id, on_date=on_date, name=words[0], source=words[1], is_struck=False)
        add_unless_taken(session, row, taken)
    elif row.is_struck:
        row.name, row.source, row.is_struck = words[0], words[1], False
    else:
        raise taken
    _note_day(session, agency_id, on_date, "organisation.add_holiday", actor, now)


def set_struck(
    session: Session, agency_id: int, on_date: date, *, is_struck: bool, actor: Actor, now: datetime
) -> bool:
    """Strike a free day off, so that it is worked on, or bring it back; tell whether that changed anything.

    Raises
    ------
    UnknownHolidayError
    """
    row = _holiday(session, agency_id, on_date)
    if row is None:
        raise UnknownHolidayError("Tanggal itu tidak ada dalam daftar hari libur.")
    if row.is_struck == is_struck:
        return False
    row.is_struck = is_struck
    action = "organisation.strike_holiday" if is_struck else "organisation.restore_holiday"
    _note_day(session, agency_id, on_date, action, actor, now)
    return True


def import_year(session: Session, agency_id: int, year: int, *, actor: Actor, now: datetime) -> ImportedYear:
    """Take over the national holidays and cuti bersama of a year; what an officer decided stays.

    Estimated days of an earlier import are named anew where they are fixed by now, and struck off where the day turned
    out to be another.

    Raises
    ------
    CalendarYearError
    """
    check_year(year)
    published = national_days([year])
    added = add_missing(session, agency_id, published)
    fixed = struck = 0
    for row in holidays_in(session, agency_id, year):
        if not row.source.startswith(IMPORTED) or ESTIMATED not in row.name:
            continue
        if row.on_date not in published:
            struck += not row.is_struck
            row.is_struck = True
        elif published[row.on_date] != row.name:
            row.name, row.source = published[row.on_date], source_of_imports()
            fixed += 1
    session.flush()
    record(
        session, agency_id=agency_id, actor=actor, action="organisation.import_holidays", subject_type="agency",
        subject_id=agency_id, now=now, year=year, added=added, fixed=fixed, struck=struck,
    )  # fmt: skip
    return ImportedYear(added, fixed, struck)


def check_year(year: int) -> None:
    """Refuse a year that no calendar here holds.

    Raises
    ------
    CalendarYearError
    """
    if not YEAR_MIN <= year <= YEAR_MAX:
        raise CalendarYearError(f"Pilih tahun {YEAR_MIN} sampai {YEAR_MAX}.")


def _holiday(session: Session, agency_id: int, on_date: date) -> Holiday | None:
    query = sa.select(Holiday).where(Holiday.agency_id == agency_id, Holiday.on_date == on_date)
    return session.scalar(query.with_for_update())


def _note_day(session: Session, agency_id: int, on_date: date, action: str, actor: Actor, now: datetime) -> None:
    session.flush()
    record(
        session, agency_id=agency_id, actor=actor, action=action, subject_type="agency", subject_id=agency_id, now=now,
        on_date=on_date.isoformat(),
    )  # fmt: skip
