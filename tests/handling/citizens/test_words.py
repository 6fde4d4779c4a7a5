"""What a reporter adds while the case goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import ActorKind
from feedback_app.audit.operations import person
from feedback_app.handling.citizens.models import CitizenMessage
from feedback_app.handling.citizens.words import (
    MESSAGES_A_DAY,
    CaseEndedError,
    MessageLengthError,
    MessagesADayError,
    add_message,
    redacted_words,
)
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.handling.moves import move
from feedback_app.handling.operations import close_silent, judge, respond
from feedback_app.handling.queries import events_of
from feedback_app.handling.rules import CaseStatus, Classification, Outcome
from feedback_app.identity.rules import Role
from feedback_app.notifications.models import Message
from feedback_app.notifications.wording import Template
from feedback_app.organisation.models import UnitKind
from tests import factories as make
from tests.blueprints.office import Office, new_office

ANSWER = "Blangko sudah tiba; silakan ambil besok pagi."
MORE = "Petugas meminta saya kembali minggu depan."
LEVY = "Petugas loket minta uang pelicin Rp200.000 supaya KTP cepat jadi."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def test_words_are_stored_as_sent_and_read_with_personal_data_masked(session: Session, office: Office) -> None:
    case = office.report(at=make.NOW)
    add_message(session, case, "Hubungi saya di 081234567890.", now=make.NOW)
    stored = session.scalars(sa.select(CitizenMessage).where(CitizenMessage.case_id == case.id)).one()
    assert stored.text == "Hubungi saya di 081234567890."
    assert redacted_words(session, case) == [(make.NOW, "Hubungi saya di [TELEPON].")]
    assert "0812" not in str(office.acts("handling.add_message")[0].detail)


def test_a_message_on_an_answer_restarts_the_window_and_moves_nothing(session: Session, office: Office) -> None:
    case = office.report(at=make.NOW)
    respond(session, case, ANSWER, user_id=make.user(session).id, now=make.NOW)
    before = case.silence_ends_at
    add_message(session, case, MORE, now=make.NOW + timedelta(days=7))
    assert case.status is CaseStatus.ANSWERED
    assert before is not None
    assert case.silence_ends_at is not None
    assert case.silence_ends_at >= before + timedelta(days=7)


def test_an_ended_case_takes_no_message_and_says_what_to_do(session: Session, office: Office) -> None:
    case = office.report(at=make.NOW)
    respond(session, case, ANSWER, user_id=make.user(session).id, now=make.NOW)
    judge(session, case, Outcome.CONFIRMED, None, now=make.NOW)
    with pytest.raises(CaseEndedError, match="kirim laporan baru"):
        add_message(session, case, MORE, now=make.NOW)


@pytest.mark.parametrize("text", ["", "  a ", "x" * 2001], ids=["empty", "short", "long"])
def test_a_message_has_a_length(session: Session, office: Office, text: str) -> None:
    with pytest.raises(MessageLengthError):
        add_message(session, office.report(at=make.NOW), text, now=make.NOW)


def test_a_day_holds_so_many_messages_and_the_next_day_more(session: Session, office: Office) -> None:
    case = office.report(at=make.NOW)
    for minute in range(MESSAGES_A_DAY):
        add_message(session, case, MORE, now=make.NOW + timedelta(minutes=minute))
    with pytest.raises(MessagesADayError):
        add_message(session, case, MORE, now=make.NOW + timedelta(hours=1))
    add_message(session, case, MORE, now=make.NOW + timedelta(days=1, hours=1))
    assert len(redacted_words(session, case)) == MESSAGES_A_DAY + 1


def test_an_allegation_in_a_message_takes_the_case_past_the_unit(session: Session, office: Office) -> None:
    inspectorate = make.unit(session, office.agency, kind=UnitKind.INSPECTORATE)
    case = office.report(at=make.NOW)
    add_message(session, case, LEVY, now=make.NOW)
    assert (case.unit_id, case.is_confidential) == (inspectorate.id, True)
    assert case.classification is Classification.OVERSIGHT


def test_an_allegation_takes_a_report_sent_as_confidential_past_the_unit_too(session: Session, office: Office) -> None:
    inspectorate = make.unit(session, office.agency, kind=UnitKind.INSPECTORATE)
    case = office.report(at=make.NOW, is_confidential=True)
    assert case.unit_id == office.unit.id
    add_message(session, case, LEVY, now=make.NOW)
    assert (case.unit_id, case.classification) == (inspectorate.id, Classification.OVERSIGHT)


def test_an_allegation_on_an_answer_opens_the_case_again_with_the_clocks_of_an_allegation(
    session: Session, office: Office
) -> None:
    inspectorate = make.unit(session, office.agency, kind=UnitKind.INSPECTORATE)
    examiner = make.user(session)
    make.grant(session, examiner, Role.OFFICER, office.agency, inspectorate)
    case, later = office.report(at=make.NOW), make.NOW + timedelta(days=3)
    respond(session, case, ANSWER, user_id=make.user(session).id, now=make.NOW)
    add_message(session, case, LEVY, now=later)
    assert (case.unit_id, case.status, case.silence_ends_at) == (inspectorate.id, CaseStatus.IN_PROGRESS, None)
    due = clocks_of(session, case.agency_id).deadlines(Classification.OVERSIGHT, later)
    assert (case.reply_due_at, case.resolve_due_at) == (due.reply_due_at, due.resolve_due_at)
    assert close_silent(session, now=later + timedelta(days=90)) == 0
    [last] = [e for e in events_of(session, case.agency_id, case.id) if e.to_status is CaseStatus.IN_PROGRESS]
    assert (last.from_status, last.to_status, last.actor_kind) == (
        CaseStatus.ANSWERED, CaseStatus.IN_PROGRESS, ActorKind.SYSTEM,
    )  # fmt: skip
    assert last.reason is None, "the words stand in the message alone"
    assert office.acts("handling.take_up_allegation")[0].detail["to_status"] == "in_progress"
    told = session.scalars(sa.select(Message).where(Message.template == Template.REOPENED)).all()
    assert [(row.user_id, row.params) for row in told] == [(examiner.id, {"case": case.id})]


def test_a_case_on_hold_waits_for_whoever_examines_it_as_a_new_one(session: Session, office: Office) -> None:
    make.unit(session, office.agency, kind=UnitKind.INSPECTORATE)
    case = office.report(at=make.NOW)
    asker = person(make.user(session).id)
    move(
        session, case, CaseStatus.ON_HOLD, actor=asker, now=make.NOW, action="handling.ask",
        held_until=make.NOW + timedelta(days=30),
    )  # fmt: skip
    add_message(session, case, LEVY, now=make.NOW)
    assert (case.status, case.reopened_count) == (CaseStatus.NEW, 0)


def test_an_allegation_on_the_answer_of_whoever_examines_opens_the_case_again_where_it_is(
    session: Session, office: Office
) -> None:
    inspectorate = make.unit(session, office.agency, kind=UnitKind.INSPECTORATE)
    examiner = make.user(session).id
    case = office.report(at=make.NOW)
    send_past_the_unit(session, case, now=make.NOW)
    respond(session, case, ANSWER, user_id=examiner, now=make.NOW)
    add_message(session, case, LEVY, now=make.NOW)
    assert (case.unit_id, case.status, case.assigned_to) == (inspectorate.id, CaseStatus.IN_PROGRESS, examiner)
    assert len(office.acts("handling.send_past_the_unit")) == 1


def test_the_inspectorate_keeps_what_was_sent_on_to_it_and_gives_up_what_names_it(
    session: Session, office: Office
) -> None:
    above = make.unit(session, office.agency)
    inspectorate = make.unit(session, office.agency, parent=above, kind=UnitKind.INSPECTORATE)
    sent_on, named = office.report(at=make.NOW), Office(session, office.agency, inspectorate).report(at=make.NOW)
    sent_on.unit_id, named.unit_id = inspectorate.id, office.unit.id
    for case in (sent_on, named):
        add_message(session, case, LEVY, now=make.NOW)
    assert (sent_on.unit_id, named.unit_id) == (inspectorate.id, above.id)


def test_without_an_inspectorate_neither_the_named_unit_nor_the_one_that_handles_it_examines(session: Session) -> None:
    agency = make.agency(session)
    above = make.unit(session, agency)
    named = make.unit(session, agency, parent=above)
    below = make.unit(session, agency, parent=named)
    case = Office(session, agency, named).report(at=make.NOW)
    case.unit_id = below.id
    add_message(session, case, LEVY, now=make.NOW)
    assert case.unit_id == above.id
