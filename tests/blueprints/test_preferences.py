"""The page of one's own account: roles, and which mails come by themselves."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.identity.models import StaffSettings
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office

PAGE = "/petugas/akun"


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Kependudukan")


def kept(session: Session) -> list[tuple[bool, bool, str]]:
    rows = session.execute(
        sa.select(StaffSettings.wants_reminder, StaffSettings.wants_digest, StaffSettings.language)
    ).all()
    return [(row.wants_reminder, row.wants_digest, row.language) for row in rows]


def test_the_page_shows_who_one_is_and_that_everything_comes_until_told_otherwise(login: Login, office: Office) -> None:
    who = office.staff(Role.UNIT_HEAD)
    page = login(who).get(PAGE).get_data(as_text=True)
    assert who.email in page
    assert f"Kepala unit · Dinas Kependudukan, {office.agency.name}" in page
    assert page.count("checked") == 3


def test_a_choice_is_kept_and_shown_again(session: Session, login: Login, office: Office) -> None:
    client = login(office.staff(Role.OFFICER))
    answer = client.post(PAGE, data={"wants_digest": "y", "language": "en"}, follow_redirects=True)
    assert "Pilihan Anda disimpan." in answer.get_data(as_text=True)
    assert kept(session) == [(False, True, "en")]
    client.post(PAGE, data={"wants_reminder": "y", "language": "id"})
    assert kept(session) == [(True, False, "id")]


def test_a_language_that_is_not_offered_is_refused_and_nothing_is_kept(
    session: Session, login: Login, office: Office
) -> None:
    answer = login(office.staff(Role.OFFICER)).post(PAGE, data={"language": "jv"})
    assert answer.status_code == 422
    assert "Ada yang perlu diperbaiki" in answer.get_data(as_text=True)
    assert kept(session) == []


def test_a_choice_is_ones_own(session: Session, login: Login, office: Office) -> None:
    one, other = office.staff(Role.OFFICER), office.staff(Role.OFFICER)
    client = login(one)
    client.post(PAGE, data={"language": "en"})
    client.post("/keluar")
    page = login(other).get(PAGE).get_data(as_text=True)
    assert page.count("checked") == 3


def test_no_browser_keeps_the_page(login: Login, office: Office) -> None:
    assert login(office.staff(Role.OFFICER)).get(PAGE).headers["Cache-Control"] == "no-store"


def test_an_account_without_a_role_has_no_page(login: Login, session: Session) -> None:
    assert login(make.user(session)).get(PAGE).status_code == 403
