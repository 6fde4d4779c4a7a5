"""An allegation that nobody examines is given to a unit it does not speak of."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.handing_on.disposition import ReasonLengthError
from feedback_app.handling.handing_on.placement import NoExaminerError, PlacedError, examining_units, place
from feedback_app.handling.models import Case
from feedback_app.handling.queries import UnknownCaseError, case_for
from feedback_app.handling.rules import Classification
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission, Role
from feedback_app.intake.rules import SubmissionKind
from feedback_app.notifications.models import Message
from feedback_app.organisation.models import Agency, Unit, UnitKind
from tests import factories as make

REASON = "Menyangkut petugas Inspektorat sendiri."
DAY = make.NOW.date()


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def accused(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency, kind=UnitKind.INSPECTORATE, name="Inspektorat")


@pytest.fixture
def secretariat(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency, name="Sekretariat Daerah")


@pytest.fixture
def administrator(session: Session, agency: Agency) -> User:
    who = make.user(session)
    make.grant(session, who, Role.ADMINISTRATOR, agency)
    return who


def staffed(session: Session, unit: Unit, role: Role = Role.UNIT_HEAD) -> User:
    who = make.user(session)
    make.grant(session, who, role, session.get_one(Agency, unit.agency_id), unit)
    return who


def waiting(session: Session, accused: Unit) -> Case:
    sent = make.submission(
        session, accused, kind=SubmissionKind.COMPLAINT, rating=None, text="Pemeriksa meminta uang.",
    )  # fmt: skip
    make.labels(session, sent, integrity=True)
    return make.case(session, sent, unit_id=None, is_confidential=True, classification=Classification.OVERSIGHT)


def may_read(session: Session, who: User, case: Case, permission: Permission = Permission.READ_INBOX) -> bool:
    try:
        case_for(session, who.id, case.id, permission=permission, day=DAY)
    except UnknownCaseError:
        return False
    return True


def test_from_then_on_its_examiners_read_it_and_whoever_gave_it_away_does_not(
    session: Session, accused: Unit, secretariat: Unit, administrator: User
) -> None:
    case, secretary, inspector = waiting(session, accused), staffed(session, secretariat), staffed(session, accused)
    assert may_read(session, administrator, case, Permission.PLACE_CASE)
    place(session, case, secretariat.id, REASON, user_id=administrator.id, now=make.NOW)
    session.flush()
    assert [may_read(session, who, case) for who in (secretary, inspector, administrator)] == [True, False, False]
    assert may_read(session, secretary, case, Permission.ANSWER_CASE)
    told = session.scalars(sa.select(Message.user_id).where(Message.agency_id == case.agency_id)).all()
    assert told == [secretary.id]


def test_neither_the_accused_nor_who_has_nobody_nor_who_belongs_to_the_accused_is_offered(
    session: Session, agency: Agency, accused: Unit, secretariat: Unit
) -> None:
    empty, own = make.unit(session, agency), make.unit(session, agency)
    both = staffed(session, own)
    make.grant(session, both, Role.OFFICER, agency, accused)
    staffed(session, accused)
    staffed(session, secretariat)
    case = waiting(session, accused)
    assert [unit.id for unit in examining_units(session, case, day=DAY)] == [secretariat.id]
    for unit in (accused, empty, own):
        with pytest.raises(NoExaminerError):
            place(session, case, unit.id, REASON, user_id=both.id, now=make.NOW)


def test_what_has_a_unit_is_not_given_away_and_a_reason_is_asked_for(
    session: Session, accused: Unit, secretariat: Unit, administrator: User
) -> None:
    staffed(session, secretariat)
    case = waiting(session, accused)
    with pytest.raises(ReasonLengthError):
        place(session, case, secretariat.id, " a ", user_id=administrator.id, now=make.NOW)
    place(session, case, secretariat.id, REASON, user_id=administrator.id, now=make.NOW)
    with pytest.raises(PlacedError):
        place(session, case, secretariat.id, REASON, user_id=administrator.id, now=make.NOW)
