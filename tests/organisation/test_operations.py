"""Agencies and posts in the database: who may overlap whom is held by constraints, not by memory."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.errors import InvalidInputError
from feedback_app.organisation.models import Agency, Assignment, Employee, Holiday, Unit, UnitVersion
from feedback_app.organisation.national_days import import_holidays
from feedback_app.organisation.operations import (
    OverlappingAssignmentError,
    assign,
    create_employee,
)
from feedback_app.organisation.queries import UnknownUnitError, unit_by_code
from feedback_app.organisation.rules import AssignmentKind
from tests import factories as make

JAN, JUN, JUL, DEC = date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1), date(2026, 12, 31)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


def give(session: Session, who: Employee, unit: Unit, **values: object) -> Assignment:
    return assign(
        session,
        **{
            "agency_id": who.agency_id, "employee_id": who.id, "unit_id": unit.id, "position": "Kepala Dinas",
            "kind": AssignmentKind.DEFINITIVE, "decree_number": "800/1/2026", "starts_on": JAN, "ends_on": DEC,
            "actor": SYSTEM, "now": make.NOW, **values,
        },  # type: ignore[arg-type]
    )  # fmt: skip


def test_nobody_holds_two_definitive_posts_at_once(session: Session, agency: Agency) -> None:
    who = make.employee(session, agency)
    give(session, who, make.unit(session, agency), ends_on=JUN)
    give(session, who, make.unit(session, agency), starts_on=JUL)
    with pytest.raises(OverlappingAssignmentError, match="definitif lain"):
        give(session, who, make.unit(session, agency), starts_on=JUN)


def test_a_unit_has_one_head_and_a_plt_only_while_the_post_is_vacant(session: Session, agency: Agency) -> None:
    unit = make.unit(session, agency)
    give(session, make.employee(session, agency), unit, is_head=True, ends_on=JUN)
    for kind in (AssignmentKind.DEFINITIVE, AssignmentKind.ACTING_VACANT):
        with pytest.raises(OverlappingAssignmentError, match="definitif atau Plt"):
            give(session, make.employee(session, agency), unit, is_head=True, kind=kind, starts_on=JUN)
    give(session, make.employee(session, agency), unit, is_head=True, kind=AssignmentKind.ACTING_VACANT, starts_on=JUL)


def test_a_plh_stands_beside_the_head_and_beside_no_other_plh(session: Session, agency: Agency) -> None:
    unit = make.unit(session, agency)
    give(session, make.employee(session, agency), unit, is_head=True)
    acting = {"is_head": True, "kind": AssignmentKind.ACTING_ABSENT}
    give(session, make.employee(session, agency), unit, **acting, ends_on=JUN)
    with pytest.raises(OverlappingAssignmentError, match="Plt atau Plh"):
        give(session, make.employee(session, agency), unit, **acting, starts_on=JUN)


def test_a_head_of_one_unit_may_be_plt_of_another(session: Session, agency: Agency) -> None:
    who = make.employee(session, agency)
    give(session, who, make.unit(session, agency), is_head=True)
    give(session, who, make.unit(session, agency), is_head=True, kind=AssignmentKind.ACTING_VACANT)
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 2


def test_the_same_person_is_not_assigned_twice_to_the_same_work(session: Session, agency: Agency) -> None:
    who, unit = make.employee(session, agency), make.unit(session, agency)
    give(session, who, unit)
    with pytest.raises(OverlappingAssignmentError, match="unit dan layanan yang sama"):
        give(session, who, unit, kind=AssignmentKind.ADDITIONAL)


def test_an_assignment_to_a_service_of_another_unit_is_refused(session: Session, agency: Agency) -> None:
    who, unit = make.employee(session, agency), make.unit(session, agency)
    elsewhere = make.service(session, make.unit(session, agency))
    with pytest.raises(OverlappingAssignmentError, match="tidak memenuhi aturan"):
        give(session, who, unit, service_id=elsewhere.id)


def test_no_row_points_into_another_agency(session: Session, agency: Agency) -> None:
    stranger = make.employee(session, make.agency(session))
    with pytest.raises(IntegrityError):
        make.assignment(session, stranger, make.unit(session, agency))


def test_a_wrong_nip_is_refused_by_the_rule_and_by_the_database(session: Session, agency: Agency) -> None:
    with pytest.raises(InvalidInputError):
        create_employee(session, agency_id=agency.id, nip="198613262015051001", name="X", now=make.NOW)
    with pytest.raises(IntegrityError):
        make.employee(session, agency, nip="198613262015051001")


def test_a_unit_has_one_name_at_a_time_and_keeps_its_old_one(session: Session, agency: Agency) -> None:
    unit = make.unit(session, agency, code="dukcapil", name="Dinas Lama", ends_on=JUN)
    session.add(UnitVersion(agency_id=agency.id, unit_id=unit.id, name="Dinas Baru", kind="department", starts_on=JUL))
    session.flush()
    assert unit_by_code(session, agency.id, "dukcapil", JUN).name == "Dinas Lama"
    assert unit_by_code(session, agency.id, "dukcapil", JUL).name == "Dinas Baru"
    with pytest.raises(UnknownUnitError):
        unit_by_code(session, agency.id, "dukcapil", date(2010, 1, 1))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(UnitVersion(agency_id=agency.id, unit_id=unit.id, name="X", kind="department", starts_on=JUN))


def test_imported_holidays_hold_cuti_bersama_and_respect_what_an_officer_wrote(
    session: Session, agency: Agency
) -> None:
    session.add(Holiday(agency_id=agency.id, on_date=date(2026, 3, 20), name="Ditulis petugas", source="petugas"))
    session.flush()
    assert import_holidays(session, agency_id=agency.id, years=[2026]) == 24
    rows = {row.on_date: row for row in session.scalars(sa.select(Holiday))}
    assert date(2026, 2, 16) in rows
    assert rows[date(2026, 3, 20)].name == "Ditulis petugas"
    assert import_holidays(session, agency_id=agency.id, years=[2026]) == 0
