"""Questionnaires that are in no index are numbered apart wherever the index is shown."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Agency, Unit
from feedback_app.reporting.files import ReportFile
from feedback_app.survey.models import Period
from feedback_app.survey.results import publish
from tests import factories as make
from tests.blueprints.office import Login
from tests.reporting.surveys import closed
from tests.survey import makers

SAID = "kuesioner dari Akta tidak masuk indeks: unsur Biaya/Tarif belum dijawab."


@pytest.fixture
def unit(session: Session) -> Unit:
    agency = make.agency(session, code="kupang")
    return make.unit(session, agency, name="Dinas Kependudukan")


def surveyed(session: Session, unit: Unit, counted: int, without: int) -> Period:
    agency = session.get_one(Agency, unit.agency_id)
    whole, other = make.service(session, unit, name="KTP"), make.service(session, unit, name="Akta")
    period = makers.open_period(session, agency, [whole, other])
    makers.respond_all(session, period, unit, [(3,) * 9] * counted, whole)
    makers.respond_all(session, period, unit, [(3, 3, 3, None, 3, 3, 3, 3, 3)] * without, other)
    closed(session, period)
    publish(session, period, now=make.NOW + timedelta(days=2), actor=SYSTEM)
    session.commit()
    return period


def words(client: FlaskClient, address: str) -> str:
    return unescape(client.get(address).get_data(as_text=True))


@pytest.mark.parametrize(("without", "many"), [(30, "30"), (3, "Kurang dari 10")])
def test_the_public_page_says_what_is_not_in_the_index(
    client: FlaskClient, session: Session, unit: Unit, without: int, many: str
) -> None:
    surveyed(session, unit, 12, without)
    address = f"/skm/kupang/{unit.code}/hasil"
    page = words(client, address)
    assert f"{many} {SAID}" in page
    assert "12 responden" in page
    [told] = client.get(f"{address}.json").get_json()["results"]
    assert told["respondents"] == 12
    assert told["not_in_index"] == [
        {
            "service": "Akta",
            "respondents": without if without >= 10 else None,
            "elements_without_answers": ["Biaya/Tarif"],
        }
    ]


def test_an_index_of_one_person_is_not_published_because_many_answered_elsewhere(
    client: FlaskClient, session: Session, unit: Unit
) -> None:
    surveyed(session, unit, 1, 30)
    [told] = client.get(f"/skm/kupang/{unit.code}/hasil.json").get_json()["results"]
    assert (told["withheld"], told["index"], told["not_in_index"]) == (True, None, [])


def test_staff_read_it_with_the_figures_and_beside_the_files(session: Session, login: Login, unit: Unit) -> None:
    period = surveyed(session, unit, 12, 3)
    who = make.user(session)
    make.grant(session, who, Role.UNIT_HEAD, session.get_one(Agency, unit.agency_id))
    client = login(who)
    for address in (f"hasil/{unit.id}", f"laporan/{unit.id}"):
        assert f"3 {SAID}" in words(client, f"/petugas/skm/periode/{period.id}/{address}")


def test_the_matrix_for_everybody_is_refused_in_a_sentence(session: Session, login: Login, unit: Unit) -> None:
    period = surveyed(session, unit, 12, 0)
    who = make.user(session)
    make.grant(session, who, Role.UNIT_HEAD, session.get_one(Agency, unit.agency_id))
    answer = login(who).post(
        f"/petugas/skm/periode/{period.id}/laporan/{unit.id}",
        data={"place": "", "signed_on": "3-7-2026", "version": "public", "file": ReportFile.MATRIX.value},
    )
    assert answer.status_code == 422
    assert "Versi untuk umum tidak memuat matriks jawaban" in unescape(answer.get_data(as_text=True))
