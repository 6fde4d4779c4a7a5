"""Notes between colleagues: masked, signed, and taken back within the hour by their author alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from feedback_app.handling.desk.notes import (
    TAKE_BACK_MINUTES,
    NoteLengthError,
    NoteStaysError,
    UnknownNoteError,
    add_note,
    notes_of,
    take_back,
)
from feedback_app.nlp.personal.redact import redact
from tests import factories as make
from tests.blueprints.office import Office, new_office

NOW = make.NOW
HOUR = timedelta(minutes=TAKE_BACK_MINUTES)


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def test_a_note_masks_personal_data_and_the_trail_holds_its_number_alone(session: Session, office: Office) -> None:
    case, officer = office.report(), make.user(session)
    note = add_note(session, case, " Sudah ditelepon ke 081234567890. ", user_id=officer.id, now=NOW)
    assert note.text == redact("Sudah ditelepon ke 081234567890.").text != "Sudah ditelepon ke 081234567890."
    assert [(one.id, one.author_id) for one in notes_of(session, case)] == [(note.id, officer.id)]
    [act] = office.acts("handling.add_note")
    assert act.detail == {"note_id": note.id}


def test_a_note_leaves_the_case_and_its_version_alone(session: Session, office: Office) -> None:
    case, officer = office.report(), make.user(session)
    before = case.version
    add_note(session, case, "Tunggu blangko dari pusat.", user_id=officer.id, now=NOW)
    assert office.fresh(case).version == before


@pytest.mark.parametrize("text", ["", " x ", "a" * 4001])
def test_a_note_that_tells_nothing_or_too_much_is_refused(session: Session, office: Office, text: str) -> None:
    case = office.report()
    with pytest.raises(NoteLengthError):
        add_note(session, case, text, user_id=make.user(session).id, now=NOW)


def test_its_author_takes_it_back_until_the_hour_is_over(session: Session, office: Office) -> None:
    case, officer = office.report(), make.user(session)
    first = add_note(session, case, "Salah kasus.", user_id=officer.id, now=NOW)
    second = add_note(session, case, "Terlalu lama.", user_id=officer.id, now=NOW)
    take_back(session, case, first.id, user_id=officer.id, now=NOW + HOUR)
    with pytest.raises(NoteStaysError):
        take_back(session, case, second.id, user_id=officer.id, now=NOW + HOUR + timedelta(seconds=1))
    assert [one.id for one in notes_of(session, case)] == [second.id]
    assert len(office.acts("handling.take_back_note")) == 1


def test_nobody_takes_back_a_note_of_a_colleague_or_of_another_case(session: Session, office: Office) -> None:
    case, other, officer = office.report(), office.report(), make.user(session)
    note = add_note(session, case, "Catatan saya.", user_id=officer.id, now=NOW)
    with pytest.raises(UnknownNoteError):
        take_back(session, case, note.id, user_id=make.user(session).id, now=NOW)
    with pytest.raises(UnknownNoteError):
        take_back(session, other, note.id, user_id=officer.id, now=NOW)
