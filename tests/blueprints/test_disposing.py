"""The panel with which an officer sends a case on, and what happens when they do."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.drain.run import drain_batch
from feedback_app.handling.models import Case
from feedback_app.identity.rules import Role
from feedback_app.intake.rules import SubmissionKind
from feedback_app.organisation.models import Agency, Unit, UnitKind
from tests import factories as make
from tests.blueprints.office import NumberHider, Office

Login = Callable[[object], FlaskClient]
TOLD = "KTP elektronik saya belum dicetak sejak Maret, blangko habis."


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def reception(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency, name="Bagian Umum")


@pytest.fixture
def office(session: Session, agency: Agency) -> Unit:
    found = make.unit(session, agency, name="Dinas Kependudukan")
    make.service(session, found, name="KTP elektronik", sector="civil_registry")
    return found


@pytest.fixture
def browser(session: Session, agency: Agency, reception: Unit, login: Login) -> FlaskClient:
    officer = make.user(session)
    make.grant(session, officer, Role.OFFICER, agency, reception)
    return login(officer)


def a_case(session: Session, to: Unit, text: str = TOLD, *, is_unknown: bool = True) -> Case:
    sent = make.submission(
        session, to, kind=SubmissionKind.COMPLAINT, rating=None, text=text, unit_is_unknown=is_unknown
    )
    drain_batch(session, NumberHider(), limit=10, now=make.NOW)
    session.commit()
    return session.scalars(sa.select(Case).where(Case.submission_id == sent.id)).one()


def test_reception_reads_a_suggestion_and_sends_the_case_on(
    session: Session, browser: FlaskClient, reception: Unit, office: Unit
) -> None:
    case = a_case(session, reception)
    page = browser.get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    assert "Pelapor tidak tahu unitnya" in page
    assert re.search(
        r"Dugaan sistem:</?[^<]*<strong>Dinas Kependudukan|Dugaan sistem: <strong>Dinas Kependudukan", page
    )
    answer = browser.post(
        f"/petugas/kasus/{case.id}/teruskan",
        data={"unit_id": str(office.id), "reason": "Urusan KTP.", "version": str(case.version)},
        follow_redirects=True,
    )
    assert "Kasus sudah diteruskan" in answer.get_data(as_text=True)
    assert answer.request.path == "/petugas/kotak-masuk", "the case lies with another unit now"
    session.expire_all()
    assert session.get_one(Case, (case.agency_id, case.id)).unit_id == office.id
    assert browser.get(f"/petugas/kasus/{case.id}").status_code == 404


def test_next_officer_reads_where_it_came_from_and_why(
    session: Session, agency: Agency, browser: FlaskClient, reception: Unit, office: Unit, login: Login
) -> None:
    case = a_case(session, reception)
    browser.post(f"/petugas/kasus/{case.id}/teruskan", data={"unit_id": str(office.id), "reason": "Urusan KTP."})
    browser.post("/keluar")
    next_officer = make.user(session)
    make.grant(session, next_officer, Role.OFFICER, agency, office)
    page = login(next_officer).get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    assert "Diteruskan ke Dinas Kependudukan oleh" in page
    assert "Urusan KTP." in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"reason": "Bukan urusan kami."}, "Pilih unit yang dituju"),
        ({"unit_id": "0", "reason": "Bukan urusan kami."}, "tidak ditemukan"),
        ({"unit_id": "office", "reason": "a"}, "Tulis alasan"),
        ({"unit_id": "office", "reason": "Bukan urusan kami.", "version": "99"}, "berubah sejak"),
    ],
)
def test_refusal_says_why_and_moves_nothing(
    session: Session, browser: FlaskClient, reception: Unit, office: Unit, data: dict[str, str], words: str
) -> None:
    case = a_case(session, reception)
    sent = {name: str(office.id) if value == "office" else value for name, value in data.items()}
    answer = browser.post(f"/petugas/kasus/{case.id}/teruskan", data=sent, follow_redirects=True)
    assert words in answer.get_data(as_text=True)
    session.expire_all()
    assert session.get_one(Case, (case.agency_id, case.id)).unit_id == reception.id


def test_case_of_a_unit_out_of_reach_does_not_exist(
    session: Session, browser: FlaskClient, office: Unit, reception: Unit
) -> None:
    case = a_case(session, office, is_unknown=False)
    data = {"unit_id": str(reception.id), "reason": "Bukan urusan kami."}
    assert browser.post(f"/petugas/kasus/{case.id}/teruskan", data=data).status_code == 404


def test_inspectorate_as_reception_reads_an_allegation_that_names_no_unit(
    session: Session, agency: Agency, login: Login
) -> None:
    inspectorate = make.unit(session, agency, name="Inspektorat", kind=UnitKind.INSPECTORATE)
    make.unit(session, agency)
    examiner = make.user(session)
    make.grant(session, examiner, Role.OFFICER, agency, inspectorate)
    case = a_case(session, inspectorate)
    session.execute(sa.update(Case).where(Case.id == case.id).values(classification="oversight", is_confidential=True))
    session.commit()
    page = login(examiner).get(f"/petugas/kasus/{case.id}")
    assert page.status_code == 200
    assert "Teruskan ke unit lain" not in page.get_data(as_text=True), "an allegation has nowhere else to go"


def test_form_of_a_confidential_case_offers_only_the_units_above(
    session: Session, agency: Agency, office: Unit, login: Login
) -> None:
    below = make.unit(session, agency, name="Seksi Cetak", parent=office)
    make.unit(session, agency, name="Dinas Perhubungan")
    officer = make.user(session)
    make.grant(session, officer, Role.OFFICER, agency, below)
    case = a_case(session, below, is_unknown=False)
    case.is_confidential = True
    session.commit()
    page = login(officer).get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    assert re.findall(r'<option value="(\d+)"', page) == [str(office.id)]


def test_what_was_typed_to_a_case_that_went_to_another_unit_stands_on_the_page_that_says_so(
    session: Session, login: Login
) -> None:
    agency = make.agency(session)
    here, there = (Office(session, agency, make.unit(session, agency)) for _ in range(2))
    case, typed = here.report(), "Kami <b>sudah</b> memeriksa loket itu."
    browser = login(here.staff(Role.OFFICER))
    case.unit_id = there.unit.id
    session.commit()
    answer = browser.post(f"/petugas/kasus/{case.id}/tanggapi", data={"text": typed, "version": str(case.version)})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "Kami &lt;b&gt;sudah&lt;/b&gt; memeriksa loket itu." in page
    assert page.count("<textarea") == 1
