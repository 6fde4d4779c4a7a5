"""What a reporter adds while the case goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.citizen_models import CitizenMessage
from feedback_app.handling.citizen_words import (
    MESSAGES_A_DAY,
    CaseEndedError,
    MessageLengthError,
    MessagesADayError,
    add_message,
    redacted_words,
)
from feedback_app.handling.operations import judge, respond
from feedback_app.handling.rules import CaseStatus, Classification, Outcome
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
