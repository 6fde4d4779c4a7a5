"""The free days of an agency and the hours of its units, as an administrator edits them."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import person
from feedback_app.identity.rules import Role
from feedback_app.organisation.calendar import (
    CalendarYearError,
    HolidayNameError,
    HolidayTakenError,
    UnknownHolidayError,
    add_holiday,
    agencies_with_clocks,
    agency_with_clocks,
    holidays_in,
    holidays_of,
    import_year,
    set_struck,
)
from feedback_app.organisation.hours import (
    HoursInForceError,
    HoursOrderError,
    HoursTakenError,
    UnknownHoursError,
    hours_rows,
    remove_hours,
    set_hours,
)
from feedback_app.organisation.models import Agency, Holiday, WorkingHours
from feedback_app.organisation.queries import UnknownAgencyError, UnknownUnitError
from tests import factories as make

DAY = date(2026, 4, 23)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


def add(session: Session, agency: Agency, day: date = DAY, name: str = "Hari jadi kota") -> None:
    who = person(make.user(session).id)
    add_holiday(session, agency.id, day, name, "Perda 3/2001", actor=who, now=make.NOW)


def strike(session: Session, agency: Agency, day: date, *, is_struck: bool = True) -> bool:
    who = person(make.user(session).id)
    return set_struck(session, agency.id, day, is_struck=is_struck, actor=who, now=make.NOW)


def take_over(session: Session, agency: Agency, year: int) -> tuple[int, int, int]:
    done = import_year(session, agency.id, year, actor=person(make.user(session).id), now=make.NOW)
    return done.added, done.fixed, done.struck


def test_added_day_is_free_and_noted(session: Session, agency: Agency) -> None:
    add(session, agency)
    assert holidays_of(session, agency.id) == {DAY}
    act = session.scalars(sa.select(AuditEvent).where(AuditEvent.agency_id == agency.id)).one()
    assert (act.action, act.detail) == ("organisation.add_holiday", {"on_date": "2026-04-23"})


def test_day_is_not_added_twice(session: Session, agency: Agency) -> None:
    add(session, agency)
    with pytest.raises(HolidayTakenError):
        add(session, agency)


def test_struck_day_is_worked_on_and_comes_back(session: Session, agency: Agency) -> None:
    add(session, agency)
    assert strike(session, agency, DAY)
    assert not strike(session, agency, DAY)
    assert holidays_of(session, agency.id) == frozenset()
    assert strike(session, agency, DAY, is_struck=False)
    assert holidays_of(session, agency.id) == {DAY}


def test_struck_day_that_is_added_again_has_its_new_name(session: Session, agency: Agency) -> None:
    add(session, agency)
    strike(session, agency, DAY)
    add(session, agency, name="Pemungutan suara ulang")
    assert [(row.name, row.is_struck) for row in holidays_in(session, agency.id, 2026)] == [
        ("Pemungutan suara ulang", False)
    ]


def test_unknown_day_is_not_struck(session: Session, agency: Agency) -> None:
    with pytest.raises(UnknownHolidayError):
        strike(session, agency, DAY)


@pytest.mark.parametrize(("day", "name", "error"), [
    (DAY, "x", HolidayNameError),
    (DAY, "x" * 121, HolidayNameError),
    (date(1999, 1, 1), "Hari jadi", CalendarYearError),
])  # fmt: skip
def test_day_without_a_name_or_of_another_age_is_refused(
    session: Session, agency: Agency, day: date, name: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        add(session, agency, day, name)


def test_import_brings_public_holidays_and_cuti_bersama_and_leaves_decisions_alone(
    session: Session, agency: Agency
) -> None:
    assert take_over(session, agency, 2026) == (25, 0, 0)
    strike(session, agency, date(2026, 12, 24))
    assert take_over(session, agency, 2026) == (0, 0, 0)
    rows = {row.on_date: row for row in holidays_in(session, agency.id, 2026)}
    assert rows[date(2026, 3, 20)].name == "Cuti Bersama Hari Raya Idul Fitri"
    assert rows[date(2026, 12, 24)].is_struck


def test_estimates_are_fixed_by_a_later_import_or_struck_off(session: Session, agency: Agency) -> None:
    known = {"source": "holidays 0.1", "is_struck": False}
    session.add_all([
        Holiday(agency_id=agency.id, on_date=date(2026, 3, 21), name="Hari Raya Idul Fitri (perkiraan)", **known),
        Holiday(agency_id=agency.id, on_date=date(2026, 3, 25), name="Hari Raya Idul Fitri (perkiraan)", **known),
        Holiday(agency_id=agency.id, on_date=date(2026, 3, 26), name="Libur kota (perkiraan)", source="SK 1/2026"),
    ])  # fmt: skip
    session.flush()
    assert take_over(session, agency, 2026) == (24, 1, 1)
    rows = {row.on_date: row for row in holidays_in(session, agency.id, 2026)}
    assert rows[date(2026, 3, 21)].name == "Hari Raya Idul Fitri"
    assert rows[date(2026, 3, 25)].is_struck
    assert not rows[date(2026, 3, 26)].is_struck


def test_clocks_are_managed_by_a_grant_over_the_whole_agency_only(session: Session, agency: Agency) -> None:
    who, other = make.user(session), make.user(session)
    make.grant(session, who, Role.ADMINISTRATOR, agency)
    make.grant(session, other, Role.ADMINISTRATOR, agency, make.unit(session, agency))
    make.grant(session, other, Role.UNIT_HEAD, agency)
    assert [found.id for found in agencies_with_clocks(session, who.id, make.TODAY)] == [agency.id]
    assert agency_with_clocks(session, who.id, agency.id, make.TODAY).id == agency.id
    assert agencies_with_clocks(session, other.id, make.TODAY) == []
    with pytest.raises(UnknownAgencyError):
        agency_with_clocks(session, other.id, agency.id, make.TODAY)


def hours(session: Session, agency: Agency, unit_id: int | None = None, **changed: Any) -> WorkingHours:
    values = {
        "starts_on": date(2026, 6, 1), "workdays": [0, 1, 2, 3, 4, 5], "opens": time(7, 30), "closes": time(14, 0),
        **changed,
    }  # fmt: skip
    return set_hours(
        session, agency.id, unit_id, **values, today=make.TODAY, actor=person(make.user(session).id), now=make.NOW
    )


def test_hours_are_given_once_a_day_to_a_unit_and_to_the_agency(session: Session, agency: Agency) -> None:
    unit = make.unit(session, agency)
    for unit_id in (unit.id, None):
        hours(session, agency, unit_id)
        with pytest.raises(HoursTakenError):
            hours(session, agency, unit_id)
    assert {row.unit_id for row in hours_rows(session, agency.id)} == {unit.id, None}


@pytest.mark.parametrize(("changed", "error"), [
    ({"workdays": []}, HoursOrderError),
    ({"workdays": [7]}, HoursOrderError),
    ({"opens": time(15, 0)}, HoursOrderError),
    ({"starts_on": date(1999, 1, 1)}, CalendarYearError),
])  # fmt: skip
def test_hours_that_no_office_has_are_refused(
    session: Session, agency: Agency, changed: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        hours(session, agency, **changed)


def test_unit_of_another_agency_gets_no_hours_here(session: Session, agency: Agency) -> None:
    stranger = make.unit(session, make.agency(session))
    with pytest.raises(UnknownUnitError):
        hours(session, agency, stranger.id)


def test_hours_to_come_are_taken_back_and_those_in_force_are_not(session: Session, agency: Agency) -> None:
    who = person(make.user(session).id)
    to_come, begun = hours(session, agency), hours(session, agency, starts_on=make.TODAY)
    remove_hours(session, agency.id, to_come.id, today=make.TODAY, actor=who, now=make.NOW)
    with pytest.raises(UnknownHoursError):
        remove_hours(session, agency.id, to_come.id, today=make.TODAY, actor=who, now=make.NOW)
    with pytest.raises(HoursInForceError):
        remove_hours(session, agency.id, begun.id, today=make.TODAY, actor=who, now=make.NOW)
    with pytest.raises(UnknownHoursError):
        remove_hours(session, make.agency(session).id, begun.id, today=make.TODAY, actor=who, now=make.NOW)
