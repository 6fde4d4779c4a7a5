"""The page of odd runs: everybody of the unit sees them, only who evaluates the whole agency decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.identity.rules import Role
from feedback_app.measures.anomalies import detect
from feedback_app.measures.anomaly_runs import is_newest
from feedback_app.measures.release_models import Anomaly, AnomalyState
from tests.abuse.flood import NOON, Sent, send_all
from tests.blueprints.office import Office, new_office

Login = Callable[[object], FlaskClient]
PAGE = "/petugas/kejanggalan"
REASON = "Pembagian KTP massal di kecamatan."


@pytest.fixture
def office(session: Session) -> Office:
    made = new_office(session)
    send_all(session, made.unit, [Sent(NOON + timedelta(seconds=place), 1) for place in range(200)])
    detect(session, now=NOON + timedelta(minutes=4))
    return made


def _anomaly(office: Office) -> Anomaly:
    query = sa.select(Anomaly).where(Anomaly.agency_id == office.agency.id, is_newest())
    return office.session.scalars(query.execution_options(populate_existing=True)).one()


def test_the_unit_sees_what_was_set_aside_and_has_no_button(office: Office, login: Login) -> None:
    page = login(office.staff(Role.UNIT_HEAD)).get(PAGE).get_data(as_text=True)
    assert "Lonjakan mendadak" in page
    assert "200 penilaian" in page
    assert "Hitung kembali</" not in page
    assert "<textarea" not in page


def test_the_unit_cannot_decide_for_itself(office: Office, login: Login) -> None:
    client = login(office.staff(Role.UNIT_HEAD))
    path = f"{PAGE}/{_anomaly(office).id}/hitung"
    assert client.post(path, data={"reason": REASON}).status_code == 403
    assert _anomaly(office).state is AnomalyState.QUARANTINED


def test_an_evaluator_of_the_unit_alone_cannot_decide_either(office: Office, login: Login) -> None:
    client = login(office.staff(Role.EVALUATOR))
    assert "Lonjakan mendadak" not in client.get(PAGE).get_data(as_text=True)
    assert client.post(f"{PAGE}/{_anomaly(office).id}/hitung", data={"reason": REASON}).status_code == 404


def test_who_evaluates_the_whole_agency_puts_back_with_a_reason_and_takes_it_back(office: Office, login: Login) -> None:
    client = login(office.staff(Role.EVALUATOR, everywhere=True))
    path = f"{PAGE}/{_anomaly(office).id}"
    refused = client.post(f"{path}/hitung", data={"reason": "wajar"})
    assert refused.status_code == 422
    assert "Tuliskan alasannya" in refused.get_data(as_text=True)
    assert ">wajar</textarea>" in refused.get_data(as_text=True)
    assert client.post(f"{path}/hitung", data={"reason": REASON}).status_code == 303
    assert (_anomaly(office).state, _anomaly(office).reason) == (AnomalyState.CLEARED, REASON)
    assert REASON in client.get(PAGE).get_data(as_text=True)
    assert client.post(f"{path}/hitung", data={"reason": REASON}).status_code == 409
    assert client.post(f"{path}/sisihkan").status_code == 303
    assert _anomaly(office).state is AnomalyState.QUARANTINED
    page = client.get(PAGE).get_data(as_text=True)
    assert page.count("Lonjakan mendadak</") + page.count('Lonjakan mendadak <span class="tag"') == 1
    assert REASON not in page


def test_another_agency_sees_nothing_of_it(office: Office, session: Session, login: Login) -> None:
    other = new_office(session)
    client = login(other.staff(Role.EVALUATOR, everywhere=True))
    assert "Tidak ada kejanggalan" in client.get(PAGE).get_data(as_text=True)
    assert client.post(f"{PAGE}/{_anomaly(office).id}/sisihkan").status_code == 404


def test_what_looked_automatic_says_why_and_when_and_compares_with_nothing(session: Session, login: Login) -> None:
    office = new_office(session)
    send_all(session, office.unit, [Sent(NOON, 4, signals=("honeypot",))])
    detect(session, now=NOON + timedelta(minutes=4))
    page = login(office.staff(Role.UNIT_HEAD)).get(PAGE).get_data(as_text=True)
    assert "Mungkin dikirim program" in page
    assert "isian tersembunyi terisi (1 kali)" in page
    assert "lebih cepat daripada" not in page
    assert "menurut riwayat" not in page
    assert "dari 0 penilaian" not in page
    assert "23.59" not in page
    assert "tidak ada penilaian lain dalam waktu itu" in page


def test_evaluators_find_the_page_in_their_menu(office: Office, login: Login) -> None:
    evaluator = login(office.staff(Role.EVALUATOR, everywhere=True))
    assert f'href="{PAGE}"' in evaluator.get("/petugas/").get_data(as_text=True)
    assert "Menu kasus" not in evaluator.get(PAGE).get_data(as_text=True)


def test_officers_keep_the_menu_of_cases(office: Office, login: Login) -> None:
    officer = login(office.staff(Role.OFFICER))
    for address in (PAGE, "/petugas/perbaikan"):
        page = officer.get(address).get_data(as_text=True)
        assert "Menu kasus" in page
        assert 'href="/petugas/kotak-masuk"' in page


def test_a_report_that_looked_automatic_is_marked_in_the_inbox_and_no_rating_is_spoken_of(
    session: Session, login: Login
) -> None:
    office = new_office(session)
    office.report("Antrean dimulai sebelum loket dibuka.")
    case = office.report("KTP saya belum jadi sejak Maret.", signals=("too_fast",))
    officer = login(office.staff(Role.OFFICER))
    assert officer.get("/petugas/kotak-masuk").get_data(as_text=True).count("Mungkin otomatis") == 1
    page = officer.get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    assert "Mungkin otomatis" in page
    assert "nilainya yang belum ikut dihitung" not in page
