"""Who of the staff is told of a case, once, and in which language."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.models import Case
from feedback_app.handling.telling.staff import tell_staff
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.identity.staff_settings import UnknownLanguageError, choose, settings_of
from feedback_app.intake.rules import SubmissionKind
from feedback_app.notifications.models import Message
from feedback_app.notifications.wording import Template
from feedback_app.organisation.models import Agency, Unit
from tests import factories as make
from tests.drain.test_run import drain


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def unit(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency)


@pytest.fixture
def officer(session: Session, agency: Agency, unit: Unit) -> User:
    row = make.user(session)
    make.grant(session, row, Role.OFFICER, agency, unit)
    return row


@pytest.fixture
def case(session: Session, unit: Unit) -> Case:
    make.submission(session, unit, kind=SubmissionKind.COMPLAINT, rating=None, text="KTP belum jadi sejak Maret")
    drain(session)
    return session.scalars(sa.select(Case)).one()


def messages(session: Session) -> list[Message]:
    return list(session.scalars(sa.select(Message).order_by(Message.id)))


def test_an_event_is_told_once_and_the_next_one_again(session: Session, case: Case, officer: User) -> None:
    for event in ("assigned:1", "assigned:1", "assigned:2"):
        tell_staff(session, case, Template.ASSIGNED, [officer.id, officer.id], event=event, now=make.NOW)
    assert [message.user_id for message in messages(session)] == [officer.id, officer.id]


def test_the_same_name_of_an_event_on_another_subject_is_another_event(
    session: Session, case: Case, officer: User
) -> None:
    for template in (Template.ASSIGNED, Template.REVIEW_WANTED):
        tell_staff(session, case, template, [officer.id], event="1", now=make.NOW)
    assert len(messages(session)) == 2


def test_who_may_not_see_the_case_or_may_not_sign_in_is_not_told(
    session: Session, agency: Agency, unit: Unit, case: Case, officer: User
) -> None:
    stranger, gone = make.user(session), make.user(session, active=False)
    make.grant(session, stranger, Role.UNIT_HEAD, agency, make.unit(session, agency))
    make.grant(session, gone, Role.OFFICER, agency, unit)
    wanted = [stranger.id, gone.id, officer.id]
    assert tell_staff(session, case, Template.ASSIGNED, wanted, event="1", now=make.NOW) == 1
    assert [message.user_id for message in messages(session)] == [officer.id]


def test_a_message_holds_the_number_of_the_case_and_nothing_else(session: Session, case: Case, officer: User) -> None:
    tell_staff(session, case, Template.ASSIGNED, [officer.id], event="1", now=make.NOW)
    assert messages(session)[0].params == {"case": case.id}


def test_staff_are_told_in_the_language_they_chose(session: Session, case: Case, officer: User) -> None:
    choose(session, officer.id, wants_reminder=True, wants_digest=True, language="en")
    tell_staff(session, case, Template.ASSIGNED, [officer.id], event="1", now=make.NOW)
    assert messages(session)[0].language == "en"


def test_without_a_choice_everything_comes_in_indonesian(session: Session, officer: User) -> None:
    found = settings_of(session, officer.id)
    assert (found.wants_reminder, found.wants_digest, found.language) == (True, True, "id")


def test_a_second_choice_replaces_the_first(session: Session, officer: User) -> None:
    choose(session, officer.id, wants_reminder=True, wants_digest=True, language="en")
    choose(session, officer.id, wants_reminder=False, wants_digest=True, language="id")
    session.expire_all()
    found = settings_of(session, officer.id)
    assert (found.wants_reminder, found.wants_digest, found.language) == (False, True, "id")


def test_a_language_without_words_is_refused(session: Session, officer: User) -> None:
    with pytest.raises(UnknownLanguageError):
        choose(session, officer.id, wants_reminder=True, wants_digest=True, language="jv")
