"""The pages on which units, services and populations of a period are set."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.identity.rules import Role
from feedback_app.survey.models import Period, Target
from feedback_app.survey.queries import targets_of
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office
from tests.blueprints.test_survey_setup import post, seen_in, text_of
from tests.survey import makers


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Dukcapil", code="dukcapil")


@pytest.fixture
def admin(login: Login, office: Office) -> FlaskClient:
    return login(office.staff(Role.ADMINISTRATOR, everywhere=True))


@pytest.fixture
def period(session: Session, office: Office) -> Period:
    return makers.draft_period(session, office.agency)


def stored(session: Session, period: Period) -> list[Target]:
    session.expire_all()
    return list(targets_of(session, period.agency_id, period.id))


def at(period: Period, rest: str = "") -> str:
    return f"/petugas/skm/periode/{period.id}/sasaran{rest}"


def test_units_are_added_and_their_sample_is_shown_at_once(
    admin: FlaskClient, session: Session, office: Office, period: Period
) -> None:
    ktp = make.service(session, office.unit, code="ktp", name="KTP elektronik")
    assert "Tambahkan unit di bawah" in text_of(admin, at(period))
    post(admin, at(period), unit_id=office.unit.id, scope="below", by_service="1")
    assert [one.service_id for one in stored(session, period)] == [ktp.id]
    unit = at(period, f"/{office.unit.id}")
    page = text_of(admin, unit)
    sent = {"seen": seen_in(page), "on": [str(ktp.id)], f"population-{ktp.id}": "1.000", f"source-{ktp.id}": "Loket"}
    post(admin, unit, **sent)
    assert [(one.population, one.population_source) for one in stored(session, period)] == [(1000, "Loket")]
    listed = text_of(admin, at(period))
    assert "paling sedikit 278 responden" in listed
    assert "278 responden menurut tabel" in text_of(admin, unit)


def test_the_second_writer_of_a_unit_keeps_what_was_typed(
    admin: FlaskClient, session: Session, office: Office, period: Period
) -> None:
    unit = at(period, f"/{office.unit.id}")
    seen = seen_in(text_of(admin, unit))
    post(admin, unit, seen=seen, on="unit", **{"population-unit": "300"})
    page = post(admin, unit, 409, seen=seen, on="unit", **{"population-unit": "400"})
    assert "baru saja diubah orang lain" in page
    assert 'value="400"' in page
    assert stored(session, period)[0].population == 300
    post(admin, unit, seen=seen_in(page), on="unit", **{"population-unit": "400"})
    assert stored(session, period)[0].population == 400


@pytest.mark.parametrize("typed", ["nol", "0", "-5", "999999999", "9" * 30])
def test_a_population_that_is_none_is_refused_and_shown_again(
    admin: FlaskClient, session: Session, office: Office, period: Period, typed: str
) -> None:
    unit = at(period, f"/{office.unit.id}")
    page = post(admin, unit, 422, seen=seen_in(text_of(admin, unit)), on="unit", **{"population-unit": typed})
    assert "Populasi adalah jumlah penerima layanan" in page
    assert f'value="{typed}"' in page
    assert stored(session, period) == []


def test_a_service_may_have_a_questionnaire_of_its_own(
    admin: FlaskClient, session: Session, office: Office, period: Period
) -> None:
    online = make.service(session, office.unit, name="KTP daring")
    web = makers.instrument(session, office.agency)
    unit = at(period, f"/{office.unit.id}")
    sent = {"on": [str(online.id)], f"instrument-{online.id}": str(web.id)}
    post(admin, unit, seen=seen_in(text_of(admin, unit)), **sent)
    assert stored(session, period)[0].instrument_id == web.id


def test_populations_are_pasted_all_or_none(
    admin: FlaskClient, session: Session, office: Office, period: Period
) -> None:
    makers.target(session, period, office.unit)
    paste = at(period, "/populasi")
    page = post(admin, paste, 422, rows="dukcapil,,759\nantah,,5", source="Loket")
    assert "Baris 2:" in page
    assert "antah,,5" in page
    assert stored(session, period)[0].population is None
    post(admin, paste, rows="unit;layanan;populasi\r\ndukcapil;;759", source="Loket")
    assert stored(session, period)[0].population == 759
    assert "Tempel barisnya dahulu." in post(admin, paste, 422, rows="", source="")


def test_a_unit_of_another_agency_does_not_exist(
    admin: FlaskClient, session: Session, office: Office, period: Period
) -> None:
    foreign = new_office(session)
    assert admin.get(at(period, f"/{foreign.unit.id}")).status_code == 404
    assert "Pilih unit dari daftar" in post(admin, at(period), 422, unit_id=foreign.unit.id, scope="one", by_service="")
    theirs = makers.draft_period(session, foreign.agency)
    assert admin.get(at(theirs)).status_code == 404
    assert admin.post(at(theirs), data={"scope": "agency", "by_service": ""}).status_code == 404


def test_a_closed_period_says_that_it_is_closed(admin: FlaskClient, session: Session, office: Office) -> None:
    period = makers.shut(session, makers.open_period(session, office.agency, [office.unit]))
    unit = at(period, f"/{office.unit.id}")
    page = post(admin, unit, 409, seen=seen_in(text_of(admin, unit)), on="unit", **{"population-unit": "5"})
    assert "sudah ditutup" in page
