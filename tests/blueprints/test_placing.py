"""The page on which an administrator gives away an allegation that has no unit."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.handling.models import Case
from feedback_app.handling.rules import Classification
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Inspektorat")


@pytest.fixture
def waiting(session: Session, office: Office) -> Case:
    case = office.report("Pemeriksa meminta uang.")
    case.unit_id, case.is_confidential, case.classification = None, True, Classification.OVERSIGHT
    session.commit()
    return case


@pytest.fixture
def administrator(login: Login, office: Office) -> FlaskClient:
    return login(office.staff(Role.ADMINISTRATOR, everywhere=True))


def test_without_another_unit_that_has_staff_the_page_says_what_to_do(
    administrator: FlaskClient, waiting: Case
) -> None:
    page = administrator.get(f"/petugas/kasus/{waiting.id}").get_data(as_text=True)
    assert "Belum ada unit lain yang mempunyai petugas." in page
    assert 'serahkan"' not in page.replace('id="serahkan"', "").replace('aria-labelledby="serahkan"', "")


def test_the_administrator_gives_it_to_a_unit_and_is_led_to_the_inbox(
    session: Session, administrator: FlaskClient, office: Office, waiting: Case
) -> None:
    secretariat = make.unit(session, office.agency, name="Sekretariat Daerah")
    make.grant(session, make.user(session), Role.UNIT_HEAD, office.agency, secretariat)
    session.commit()
    page = administrator.get(f"/petugas/kasus/{waiting.id}").get_data(as_text=True)
    assert "Sekretariat Daerah" in page
    assert ">Inspektorat</option>" not in page
    sent = {"unit_id": str(secretariat.id), "reason": "Menyangkut Inspektorat.", "version": str(waiting.version)}
    answer = administrator.post(f"/petugas/kasus/{waiting.id}/serahkan", data=sent)
    assert (answer.status_code, answer.location) == (303, "/petugas/kotak-masuk")
    assert office.fresh(waiting).unit_id == secretariat.id
    assert administrator.get(f"/petugas/kasus/{waiting.id}").status_code == 404


def test_a_refused_form_keeps_what_was_typed(administrator: FlaskClient, waiting: Case) -> None:
    sent = {"unit_id": "", "reason": "Menyangkut Inspektorat.", "version": str(waiting.version)}
    answer = administrator.post(f"/petugas/kasus/{waiting.id}/serahkan", data=sent)
    assert answer.status_code == 422
    assert "Menyangkut Inspektorat." in answer.get_data(as_text=True)


def test_an_ordinary_case_has_no_such_part(login: Login, office: Office) -> None:
    case = office.report()
    page = login(office.staff(Role.ADMINISTRATOR, everywhere=True)).get(f"/petugas/kasus/{case.id}")
    assert "Serahkan kepada unit yang memeriksa" not in page.get_data(as_text=True)
