"""The act with which a case is given to a colleague or taken over."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.handling import operations
from feedback_app.handling.models import Case
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from tests.blueprints.office import Login, Office, new_office


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def colleague(office: Office) -> User:
    return office.staff(Role.OFFICER)


@pytest.fixture
def head(office: Office) -> User:
    return office.staff(Role.UNIT_HEAD)


@pytest.fixture
def browser(head: User, login: Login) -> FlaskClient:
    return login(head)


def give(browser: FlaskClient, case: Case, **data: object) -> str:
    sent = {"version": case.version, **data}
    answer = browser.post(f"/petugas/kasus/{case.id}/tugaskan", data=sent, follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def act(page: str) -> str:
    found = re.search(r'<details class="act" id="tugaskan">.*?</details>', page, re.S)
    return found[0] if found else ""


def test_head_gives_a_case_to_somebody_of_the_list(office: Office, browser: FlaskClient, colleague: User) -> None:
    case = office.report()
    offered = act(browser.get(f"/petugas/kasus/{case.id}").get_data(as_text=True))
    assert re.findall(r'<option value="(\d+)">([^<]+)', offered) == [(str(colleague.id), colleague.name)]
    page = give(browser, case, user_id=colleague.id)
    assert f"Kasus ditugaskan kepada {colleague.name}" in page
    assert office.fresh(case).assigned_to == colleague.id


def test_case_in_other_hands_is_taken_over_with_one_button(
    office: Office, browser: FlaskClient, head: User, colleague: User
) -> None:
    case = office.report()
    operations.take(office.session, case, user_id=colleague.id, now=clock.utcnow())
    office.session.commit()
    offered = act(browser.get(f"/petugas/kasus/{case.id}").get_data(as_text=True))
    assert "Ambil alih kasus ini" in offered
    assert colleague.name in offered
    page = give(browser, case, user_id=head.id)
    assert "sekarang ada di tangan Anda" in page
    assert office.fresh(case).assigned_to == head.id


def test_of_two_who_give_at_once_the_second_is_told_and_changes_nothing(
    office: Office, browser: FlaskClient, colleague: User
) -> None:
    case, other = office.report(), office.staff(Role.OFFICER)
    seen = case.version
    give(browser, case, user_id=colleague.id)
    page = give(browser, case, user_id=other.id, version=seen)
    assert "Kasus ini berubah sejak Anda membukanya" in page
    assert office.fresh(case).assigned_to == colleague.id


def test_without_a_choice_or_with_a_stranger_the_case_stays(
    office: Office, session: Session, browser: FlaskClient
) -> None:
    case, stranger = office.report(), new_office(session).staff(Role.OFFICER)
    assert "Pilih rekan yang akan menangani" in give(browser, case, user_id="")
    assert "hanya yang bertugas pada unit ini" in give(browser, case, user_id=stranger.id)
    assert office.fresh(case).assigned_to is None


def test_case_of_another_unit_does_not_exist(session: Session, browser: FlaskClient, head: User) -> None:
    case = new_office(session).report()
    answer = browser.post(f"/petugas/kasus/{case.id}/tugaskan", data={"user_id": head.id})
    assert answer.status_code == 404
