"""The page with which a report is referred, and the reporter's way between its two sides."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.handling import operations
from feedback_app.handling.models import Case
from feedback_app.handling.rules import CaseStatus
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office
from tests.blueprints.test_proofs import open_code, reporter_hash

WHY = "Jalan ini adalah jalan provinsi, jadi perbaikannya wewenang pemerintah provinsi."


@pytest.fixture
def city(session: Session) -> Office:
    return new_office(session, name="Dinas Pekerjaan Umum")


@pytest.fixture
def province(session: Session) -> Office:
    return new_office(session, name="Biro Umum Provinsi")


@pytest.fixture
def officer(city: Office) -> User:
    return city.staff(Role.OFFICER)


@pytest.fixture
def browser(officer: User, login: Login) -> FlaskClient:
    return login(officer)


def form(case: Case, **values: object) -> dict[str, object]:
    return {"version": case.version, "explanation": WHY, **values}


def refer(browser: FlaskClient, case: Case, to: Office) -> None:
    answer = browser.post(f"/petugas/kasus/{case.id}/rujuk", data=form(case, to=to.agency.id))
    assert (answer.status_code, answer.location) == (303, f"/petugas/kasus/{case.id}")


def test_officer_refers_and_both_cases_tell_of_it(
    city: Office, province: Office, session: Session, browser: FlaskClient, login: Login
) -> None:
    case = city.report("Jalan berlubang besar di depan pasar.")
    assert f"/petugas/kasus/{case.id}/rujuk" in browser.get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    refer(browser, case, province)
    page = browser.get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    assert f"Dirujuk ke {province.agency.name} oleh" in page
    province.drain()
    there = session.scalars(sa.select(Case).where(Case.agency_id == province.agency.id)).one()
    browser.post("/keluar")
    page = login(province.staff(Role.OFFICER)).get(f"/petugas/kasus/{there.id}").get_data(as_text=True)
    assert f"Dirujuk dari {city.agency.name}" in page
    assert WHY in page


def test_reporter_goes_to_the_other_side_and_back_with_one_code(
    city: Office, province: Office, session: Session, browser: FlaskClient
) -> None:
    case = city.report("Jalan berlubang besar di depan pasar.")
    refer(browser, case, province)
    page = open_code(browser, reporter_hash(session, case))
    assert f"Dirujuk ke {province.agency.name}" in page
    assert WHY in page
    page = cross(browser, page, "to")
    assert f"Dirujuk dari {city.agency.name}" in page
    assert province.agency.name in page
    page = cross(browser, page, "from")
    assert f"Dirujuk ke {province.agency.name}" in page


def cross(browser: FlaskClient, page: str, side: str) -> str:
    seal = re.findall(r'name="report" value="([0-9a-f]+)"', page)[0]
    answer = browser.post("/lacak/rujukan", data={"side": side, "report": seal}, follow_redirects=True)
    return answer.get_data(as_text=True)


def test_form_of_another_report_opens_nothing(
    city: Office, province: Office, session: Session, browser: FlaskClient
) -> None:
    case, other = city.report("Jalan berlubang besar di depan pasar."), city.report()
    refer(browser, case, province)
    page = open_code(browser, reporter_hash(session, case))
    seal = re.findall(r'name="report" value="([0-9a-f]+)"', page)[0]
    open_code(browser, reporter_hash(session, other))
    assert browser.post("/lacak/rujukan", data={"side": "to", "report": seal}).status_code == 409
    page = open_code(browser, reporter_hash(session, other))
    assert "tidak dapat dibuka dari sini" in cross(browser, page, "to")


def test_agency_outside_needs_a_name_and_a_way(city: Office, browser: FlaskClient) -> None:
    case = city.report("Listrik di rumah saya padam setiap malam.")
    answer = browser.post(f"/petugas/kasus/{case.id}/rujuk", data=form(case, to="outside", name="", way=""))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#name"' in page
    assert 'href="#way"' in page
    assert WHY in page
    sent = form(case, to="outside", name="PLN Kupang", way="Telepon 123")
    assert browser.post(f"/petugas/kasus/{case.id}/rujuk", data=sent).status_code == 303
    assert city.fresh(case).status is CaseStatus.ARCHIVED


def test_what_was_typed_is_shown_again_where_somebody_was_faster(
    city: Office, province: Office, session: Session, browser: FlaskClient
) -> None:
    case, colleague = city.report("Jalan berlubang besar di depan pasar."), city.staff(Role.OFFICER)
    seen = case.version
    operations.take(session, case, user_id=colleague.id, now=clock.utcnow())
    session.commit()
    answer = browser.post(f"/petugas/kasus/{case.id}/rujuk", data=form(case, to=province.agency.id, version=seen))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Kasus ini berubah sejak Anda membukanya" in page
    assert "tulisan Anda masih ada di bawah" in page
    assert WHY in page
    assert session.scalars(sa.select(Submission).where(Submission.agency_id == province.agency.id)).all() == []


def test_confidential_case_offers_no_referral_and_its_page_leads_back(
    city: Office, province: Office, browser: FlaskClient
) -> None:
    case = city.report("Jalan berlubang besar di depan pasar.", is_confidential=True)
    assert "Rujuk ke instansi lain" not in browser.get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    answer = browser.get(f"/petugas/kasus/{case.id}/rujuk", follow_redirects=True)
    assert answer.request.path == f"/petugas/kasus/{case.id}"
    assert "tidak dapat dirujuk" in answer.get_data(as_text=True)
    answer = browser.post(f"/petugas/kasus/{case.id}/rujuk", data=form(case, to=province.agency.id))
    assert answer.status_code == 409


def test_case_of_another_unit_does_not_exist(province: Office, browser: FlaskClient) -> None:
    case = province.report()
    assert browser.get(f"/petugas/kasus/{case.id}/rujuk").status_code == 404
    assert browser.post(f"/petugas/kasus/{case.id}/rujuk", data=form(case)).status_code == 404


def test_agency_that_is_not_on_the_list_is_refused(city: Office, browser: FlaskClient) -> None:
    case = city.report()
    for wanted in ("", "0", "nonsense", str(city.agency.id)):
        answer = browser.post(f"/petugas/kasus/{case.id}/rujuk", data=form(case, to=wanted))
        assert answer.status_code == 422
        assert "Pilih instansi dari daftar" in answer.get_data(as_text=True)


def test_an_agency_without_units_is_not_offered(
    city: Office, province: Office, session: Session, browser: FlaskClient
) -> None:
    case, empty = city.report("Jalan berlubang besar di depan pasar."), make.agency(session)
    page = browser.get(f"/petugas/kasus/{case.id}/rujuk").get_data(as_text=True)
    assert f'<option value="{province.agency.id}">' in page
    assert f'<option value="{empty.id}">' not in page
    answer = browser.post(f"/petugas/kasus/{case.id}/rujuk", data=form(case, to=empty.id))
    assert answer.status_code == 422
