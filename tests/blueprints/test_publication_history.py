"""What was shown of a case in the course of time, and two officers who publish at once."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.handling import operations
from feedback_app.handling.models import Case
from feedback_app.handling.publication import publishing
from feedback_app.handling.publication.history import releases
from feedback_app.handling.publication.text_differences import Change
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from tests.blueprints.office import Login, Office, new_office

FIRST, SECOND = "Loket KTP tutup pukul 14.00.", "Loket KTP tutup pukul 15.00."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def officer(office: Office) -> User:
    return office.staff(Role.OFFICER)


@pytest.fixture
def case(office: Office, officer: User) -> Case:
    found = office.report()
    operations.take(office.session, found, user_id=officer.id, now=clock.utcnow())
    office.session.commit()
    return found


@pytest.fixture
def browser(officer: User, login: Login) -> FlaskClient:
    return login(officer)


def publish(office: Office, case: Case, by: User, text: str) -> int:
    found = publishing.publish(office.session, case, text, None, user_id=by.id, now=clock.utcnow())
    office.session.commit()
    return found.id


def test_history_tells_who_released_what_and_what_changed(
    office: Office, case: Case, officer: User, browser: FlaskClient
) -> None:
    colleague = office.staff(Role.OFFICER)
    publish(office, case, officer, FIRST)
    publish(office, case, colleague, SECOND)
    newest, oldest = releases(office.session, case)
    assert (newest.published_by, newest.withdrawn_at, oldest.withdrawn_by) == (colleague.id, None, colleague.id)
    assert [piece.text for piece in newest.text_changes or [] if piece.change is not Change.KEPT] == [
        "14.00.",
        "15.00.",
    ]
    assert oldest.repeats
    page = browser.get(f"/petugas/kasus/{case.id}/terbitan").get_data(as_text=True)
    assert re.search(r"<del>.*?14\.00\..*?</del><ins>.*?15\.00\..*?</ins>", page, re.S)
    assert re.findall(r'<p class="hint">oleh ([^.]+)\.', page) == [colleague.name, officer.name]
    assert "Masih tampil" in page


def test_what_the_platform_took_back_is_told_as_such(
    office: Office, case: Case, officer: User, browser: FlaskClient
) -> None:
    publish(office, case, officer, FIRST)
    publishing.withdraw_all(office.session, case, now=clock.utcnow())
    office.session.commit()
    assert "Ditarik sistem" in browser.get(f"/petugas/kasus/{case.id}/terbitan").get_data(as_text=True)


def test_case_that_was_never_shown_says_so_and_that_of_others_does_not_exist(
    session: Session, case: Case, browser: FlaskClient
) -> None:
    assert "Belum pernah diterbitkan" in browser.get(f"/petugas/kasus/{case.id}/terbitan").get_data(as_text=True)
    foreign = new_office(session).report()
    assert browser.get(f"/petugas/kasus/{foreign.id}/terbitan").status_code == 404


def test_of_two_who_publish_at_once_the_second_reads_that_and_keeps_what_was_typed(
    office: Office, case: Case, officer: User, browser: FlaskClient
) -> None:
    page = browser.get(f"/petugas/kasus/{case.id}/terbitkan").get_data(as_text=True)
    (seen,) = re.findall(r'name="seen" value="(\d+)"', page)
    shown = publish(office, case, office.staff(Role.OFFICER), FIRST)
    sent = {"text": SECOND, "reply": "", "seen": seen, "step": "publish"}
    answer = browser.post(f"/petugas/kasus/{case.id}/terbitkan", data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "mengubah terbitan kasus ini" in page
    assert SECOND in page
    current = publishing.current_publication(office.session, case)
    assert current is not None
    assert current.id == shown
    answer = browser.post(f"/petugas/kasus/{case.id}/terbitkan", data={**sent, "seen": shown})
    assert answer.status_code == 303


def test_second_who_takes_a_publication_back_is_told_that_nothing_is_shown(
    office: Office, case: Case, officer: User, browser: FlaskClient
) -> None:
    publish(office, case, officer, FIRST)
    browser.post(f"/petugas/kasus/{case.id}/tarik-terbitan")
    answer = browser.post(f"/petugas/kasus/{case.id}/tarik-terbitan", follow_redirects=True)
    assert answer.request.path == f"/petugas/kasus/{case.id}"
    assert "Tidak ada yang sedang terbit" in answer.get_data(as_text=True)


def test_question_to_the_reporter_is_not_proposed_as_an_answer(office: Office, case: Case, officer: User) -> None:
    from feedback_app.handling.answers.saying import say
    from feedback_app.handling.rules import ReplyKind

    now = clock.utcnow()
    say(office.session, case, ReplyKind.PROGRESS, "Blangko dipesan.", user_id=officer.id, now=now)
    say(office.session, case, ReplyKind.QUESTION, "Kapan Anda datang?", user_id=officer.id, now=now)
    assert publishing.proposal(office.session, case).reply == "Blangko dipesan."
