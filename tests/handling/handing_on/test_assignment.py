"""Giving a case to a colleague: who may give, who may be given it, and what is left on the record."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.clock import office_day
from feedback_app.handling import operations
from feedback_app.handling.handing_on.assignment import (
    AlreadyAssignedError,
    InOtherHandsError,
    NotAssignableError,
    UnknownColleagueError,
    assign,
    assigned_to,
    colleagues,
)
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.rules import CaseStatus, EventKind
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.notifications.models import Message
from feedback_app.organisation.models import UnitKind
from tests import factories as make
from tests.blueprints.office import Office, new_office


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Kependudukan")


@pytest.fixture
def head(office: Office) -> User:
    return office.staff(Role.UNIT_HEAD)


@pytest.fixture
def officer(office: Office) -> User:
    return office.staff(Role.OFFICER)


@pytest.fixture
def colleague(office: Office) -> User:
    return office.staff(Role.OFFICER)


def give(office: Office, case: Case, to: User, by: User) -> None:
    assign(office.session, case, to.id, user_id=by.id, now=clock.utcnow())
    office.session.flush()


def told(office: Office) -> list[int | None]:
    query = sa.select(Message.user_id).where(Message.agency_id == office.agency.id, Message.template == "assigned")
    return list(office.session.scalars(query.order_by(Message.id)))


def names(office: Office, case: Case) -> set[int]:
    return {one.id for one in colleagues(office.session, case, day=office_day(clock.utcnow()))}


def test_new_case_is_verified_given_and_its_officer_told(office: Office, head: User, officer: User) -> None:
    case = office.report()
    give(office, case, officer, head)
    case = office.fresh(case)
    assert (case.status, case.assigned_to) == (CaseStatus.VERIFIED, officer.id)
    moved, given = office.session.scalars(
        sa.select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)
    ).all()[1:]
    assert (moved.to_status, moved.actor_id) == (CaseStatus.VERIFIED, head.id)
    assert (given.kind, assigned_to(given), assigned_to(moved)) == (EventKind.ASSIGNED, officer.id, None)
    assert [act.detail["to_user_id"] for act in office.acts("handling.assign")] == [officer.id]
    assert told(office) == [officer.id]


def test_whoever_takes_over_is_told_nothing_and_the_case_goes_on_where_it_was(
    office: Office, officer: User, colleague: User
) -> None:
    case = office.report()
    operations.take(office.session, case, user_id=officer.id, now=clock.utcnow())
    due = case.due_at
    give(office, case, colleague, colleague)
    case = office.fresh(case)
    assert (case.status, case.assigned_to, case.due_at) == (CaseStatus.IN_PROGRESS, colleague.id, due)
    assert told(office) == []


def test_officer_does_not_give_away_what_a_colleague_works_on_but_the_head_does(
    office: Office, head: User, officer: User, colleague: User
) -> None:
    third = office.staff(Role.OFFICER)
    case = office.report()
    operations.take(office.session, case, user_id=officer.id, now=clock.utcnow())
    with pytest.raises(InOtherHandsError):
        give(office, case, third, colleague)
    give(office, case, third, head)
    assert office.fresh(case).assigned_to == third.id


def test_each_time_a_case_changes_hands_its_new_officer_is_told(office: Office, head: User, officer: User) -> None:
    case, other = office.report(), office.staff(Role.OFFICER)
    for to in (officer, other, officer):
        give(office, case, to, head)
    assert told(office) == [officer.id, other.id, officer.id]


def test_only_those_who_answer_for_the_unit_may_be_given_its_case(office: Office, head: User, officer: User) -> None:
    case = office.report()
    elsewhere = make.user(office.session)
    make.grant(
        office.session, elsewhere, Role.OFFICER, office.agency, make.unit(office.session, office.agency)
    )  # fmt: skip
    gone = office.staff(Role.OFFICER)
    gone.active = False
    reader, everywhere = office.staff(Role.EVALUATOR), office.staff(Role.OFFICER, everywhere=True)
    office.session.flush()
    assert names(office, case) == {head.id, officer.id, everywhere.id}
    for stranger in (elsewhere, gone, reader):
        with pytest.raises(UnknownColleagueError):
            give(office, case, stranger, head)
    assert office.fresh(case).assigned_to is None


def test_confidential_case_is_offered_to_nobody_who_may_not_see_it(office: Office, head: User, officer: User) -> None:
    everywhere = office.staff(Role.OFFICER, everywhere=True)
    case = office.report(is_confidential=True)
    assert names(office, case) == {head.id, officer.id}
    with pytest.raises(UnknownColleagueError):
        give(office, case, everywhere, head)


def test_allegation_is_offered_to_those_who_examine_it_alone(office: Office, officer: User) -> None:
    inspectorate = make.unit(office.session, office.agency, kind=UnitKind.INSPECTORATE)
    examiner, both = make.user(office.session), make.user(office.session)
    make.grant(office.session, examiner, Role.OFFICER, office.agency, inspectorate)
    make.grant(office.session, both, Role.OFFICER, office.agency, inspectorate)
    make.grant(office.session, both, Role.OFFICER, office.agency, office.unit)
    case = office.report()
    send_past_the_unit(office.session, case, now=clock.utcnow())
    assert case.unit_id == inspectorate.id
    assert names(office, case) == {examiner.id}
    with pytest.raises(UnknownColleagueError):
        give(office, case, officer, examiner)


def test_nobody_is_given_what_is_in_their_hands_or_waits_for_the_citizen(
    office: Office, head: User, officer: User
) -> None:
    case = office.report()
    give(office, case, officer, head)
    with pytest.raises(AlreadyAssignedError):
        give(office, case, officer, head)
    operations.respond(office.session, case, "Sudah kami cetak.", user_id=officer.id, now=clock.utcnow())
    with pytest.raises(NotAssignableError):
        give(office, case, head, head)
