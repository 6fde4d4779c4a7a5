"""Whom a leader may thank or help: from frozen cycles alone, by name, to who reads evidence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from feedback_app.evaluation.board.candidates import candidates
from feedback_app.evaluation.rules import Band, CycleStatus
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Agency, Unit
from tests import factories as make
from tests.evaluation.board.worlds import DAY, freeze, reviewed_cycle, score, sign

MAY = DAY.replace(month=5), DAY - timedelta(days=1)
APRIL = DAY.replace(month=4), DAY.replace(month=4, day=30)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def unit(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency)


def reader(session: Session, agency: Agency, role: Role, over: Unit | None = None) -> int:
    who = make.user(session)
    make.grant(session, who, role, agency, over)
    return who.id


def person(session: Session, unit: Unit, name: str) -> int:
    who = make.employee(session, session.get_one(Agency, unit.agency_id), name=name)
    make.assignment(session, who, unit)
    return who.id


def test_people_stand_by_name_and_twice_is_said(session: Session, agency: Agency, unit: Unit) -> None:
    ids = {name: person(session, unit, name) for name in ("zakarias", "Ana", "Markus", "Siti")}
    april, may = (reviewed_cycle(session, agency, *month) for month in (APRIL, MAY))
    for cycle in (april, may):
        score(session, cycle, ids["zakarias"], Band.ABOVE)
        score(session, cycle, ids["Markus"], Band.BELOW)
        score(session, cycle, ids["Siti"], Band.INSUFFICIENT)
    score(session, may, ids["Ana"], Band.ABOVE)
    for cycle in (april, may):
        freeze(session, cycle)
    found = candidates(session, reader(session, agency, Role.EVALUATOR), agency.id, DAY)
    assert found is not None
    assert [(one.row.name, one.is_twice) for one in found.recognised] == [("Ana", False), ("zakarias", True)]
    assert [(one.row.name, one.unit_ids) for one in found.supported] == [("Markus", (unit.id,))]


@pytest.mark.parametrize(
    "status", [CycleStatus.COMPUTED, CycleStatus.RIGHT_OF_REPLY, CycleStatus.REVIEWED, CycleStatus.SIGNED]
)
def test_a_cycle_that_is_not_frozen_names_nobody(
    session: Session, agency: Agency, unit: Unit, status: CycleStatus
) -> None:
    is_signed = status is CycleStatus.SIGNED
    cycle = reviewed_cycle(session, agency, *MAY, status=CycleStatus.REVIEWED if is_signed else status)
    score(session, cycle, person(session, unit, "Ana"), Band.BELOW)
    if is_signed:
        sign(session, cycle)
    assert candidates(session, reader(session, agency, Role.EVALUATOR), agency.id, DAY) is None


def test_a_later_version_takes_the_place_of_the_first(session: Session, agency: Agency, unit: Unit) -> None:
    who = person(session, unit, "Ana")
    first = reviewed_cycle(session, agency, *MAY)
    score(session, first, who, Band.BELOW)
    freeze(session, first)
    second = reviewed_cycle(
        session, agency, *MAY, version=2, replaces_id=first.id, version_reason="Jabatan diperbaiki", name=first.name
    )
    score(session, second, who, Band.AS_EXPECTED)
    freeze(session, second)
    found = candidates(session, reader(session, agency, Role.EVALUATOR), agency.id, DAY)
    assert found is not None
    assert (found.cycle.version, found.supported) == (2, ())


def test_a_head_sees_no_person_and_an_evaluator_of_one_unit_only_its_own(
    session: Session, agency: Agency, unit: Unit
) -> None:
    other = make.unit(session, agency)
    cycle = reviewed_cycle(session, agency, *MAY)
    for name, where in (("Ana", unit), ("Markus", other)):
        score(session, cycle, person(session, where, name), Band.ABOVE)
    freeze(session, cycle)
    assert candidates(session, reader(session, agency, Role.UNIT_HEAD, unit), agency.id, DAY) is None
    found = candidates(session, reader(session, agency, Role.EVALUATOR, unit), agency.id, DAY)
    assert found is not None
    assert [one.row.name for one in found.recognised] == ["Ana"]
