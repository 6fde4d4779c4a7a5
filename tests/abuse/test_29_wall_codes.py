"""A sticker over a poster, a borrowed link, a code that was taken down: the landing of a wall code can be trusted."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.identity.rules import Role
from feedback_app.intake.counter_models import WallCode
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel
from feedback_app.intake.wall_codes import hang, take_down
from feedback_app.organisation.models import PublicService
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office

STRANGE = [
    "<script>alert(1)</script>", "https:contoh.id", "..", "%0d%0aLocation:%20https://contoh.id", "' OR 1=1 --",
    "0000000000", "A" * 300, "@contoh.id", "%5c%5ccontoh.id",
]  # fmt: skip


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Kependudukan")


@pytest.fixture
def service(session: Session, office: Office) -> PublicService:
    return make.service(session, office.unit, name="Penerbitan KTP-el")


@pytest.fixture
def code(session: Session, office: Office, service: PublicService) -> WallCode:
    row = hang(
        session, agency_id=office.agency.id, unit_id=office.unit.id, service_id=service.id, hangs_at="Pintu masuk",
        actor=SYSTEM, now=clock.utcnow(),
    )  # fmt: skip
    session.commit()
    return row


def address_of(office: Office) -> str:
    return f"/nilai/{office.agency.code}/{office.unit.code}"


def test_a_code_leads_to_its_unit_with_the_service_chosen_and_the_rating_is_open(
    client: FlaskClient, session: Session, office: Office, service: PublicService, code: WallCode
) -> None:
    landing = client.get(f"/q/{code.code}")
    assert (landing.status_code, landing.location) == (303, address_of(office))
    page = client.get(landing.location).get_data(as_text=True)
    assert f'<option value="{service.id}" selected>' in page
    client.post(address_of(office), data={"rating": "3", "service_id": str(service.id)})
    [row] = session.scalars(sa.select(Submission).where(Submission.unit_id == office.unit.id)).all()
    assert (row.channel, row.service_id) == (Channel.OPEN, service.id)


def test_the_choice_stays_with_the_browser_that_scanned(client: FlaskClient, office: Office, code: WallCode) -> None:
    assert " selected>" not in client.get(address_of(office)).get_data(as_text=True)
    client.get(f"/q/{code.code}")
    other = make.unit(office.session, office.agency)
    page = client.get(f"/nilai/{office.agency.code}/{other.code}").get_data(as_text=True)
    assert " selected>" not in page


def test_spelling_of_a_code_is_forgiven(client: FlaskClient, office: Office, code: WallCode) -> None:
    typed = code.code.lower().replace("0", "o").replace("1", "l")
    assert client.get(f"/q/{typed}").location == address_of(office)


def test_a_code_taken_down_and_one_that_never_was_are_refused_alike(
    client: FlaskClient, session: Session, code: WallCode
) -> None:
    take_down(session, code, actor=SYSTEM, now=clock.utcnow())
    session.commit()
    revoked, unknown = client.get(f"/q/{code.code}"), client.get("/q/ZZZZZZZZZZ")
    assert revoked.status_code == unknown.status_code == 404
    assert revoked.data == unknown.data
    assert "beri tahu petugas" in revoked.get_data(as_text=True)
    assert "Dinas Kependudukan" not in revoked.get_data(as_text=True)


@pytest.mark.parametrize("strange", STRANGE)
def test_the_landing_says_nothing_back_and_leads_nowhere_else(client: FlaskClient, strange: str) -> None:
    answer = client.get(f"/q/{strange}")
    assert answer.status_code in {404, 308}
    assert "contoh.id" not in answer.headers.get("Location", "").replace("/q/", "")
    body = answer.get_data(as_text=True)
    assert strange not in body
    assert "alert(1)" not in body


@pytest.mark.parametrize("name", ["next", "url", "redirect", "to", "return", "service"])
def test_no_parameter_changes_where_a_code_leads(
    client: FlaskClient, office: Office, code: WallCode, name: str
) -> None:
    landing = client.get(f"/q/{code.code}?{name}=https://contoh.id/&{name}=//contoh.id")
    assert (landing.status_code, landing.location) == (303, address_of(office))


def test_another_host_is_never_written_into_a_poster_or_a_redirect(client: FlaskClient, code: WallCode) -> None:
    landing = client.get(f"/q/{code.code}", headers={"X-Forwarded-Host": "contoh.id"})
    assert "contoh.id" not in landing.location


def test_whoever_doubts_a_code_is_told_whose_it_is_and_where_it_hangs(client: FlaskClient, code: WallCode) -> None:
    page = client.post("/periksa-kode", data={"code": code.code}).get_data(as_text=True)
    assert "Kode ini milik kami" in page
    assert "Dinas Kependudukan" in page
    assert "Pintu masuk" in page
    whole = client.post("/periksa-kode", data={"code": f"http://localhost/q/{code.code}"}).get_data(as_text=True)
    assert "Kode ini milik kami" in whole


@pytest.mark.parametrize("strange", [*STRANGE, "", "\x00"])
def test_a_foreign_code_is_called_foreign_and_not_repeated(client: FlaskClient, strange: str) -> None:
    page = client.post("/periksa-kode", data={"code": strange}).get_data(as_text=True)
    assert "Kode ini bukan milik kami" in page
    if len(strange) > 2:
        assert strange not in page


def test_a_code_taken_down_is_called_so(client: FlaskClient, session: Session, code: WallCode) -> None:
    take_down(session, code, actor=SYSTEM, now=clock.utcnow())
    session.commit()
    page = client.post("/periksa-kode", data={"code": code.code}).get_data(as_text=True)
    assert "Kode ini sudah dicabut" in page


def test_a_head_prints_a_poster_and_takes_it_down(
    client: FlaskClient, login: Login, session: Session, office: Office
) -> None:
    head = login(office.staff(Role.UNIT_HEAD))
    made = head.post("/petugas/loket/dinding", data={"unit_id": office.unit.id, "hangs_at": "Ruang tunggu"})
    assert made.status_code == 303
    poster = head.get(made.location).get_data(as_text=True)
    [row] = session.scalars(sa.select(WallCode).where(WallCode.unit_id == office.unit.id)).all()
    assert f"http://localhost/q/{row.code}" in poster
    assert "localhost/periksa-kode" in poster
    assert "<svg" in poster
    assert client.get(f"/q/{row.code}").status_code == 303
    assert head.post(f"{made.location}/cabut").status_code == 303
    assert client.get(f"/q/{row.code}").status_code == 404
    assert [len(office.acts(f"intake.{act}_wall_code")) for act in ("hang", "take_down")] == [1, 1]


def test_codes_of_other_units_are_out_of_reach(login: Login, session: Session, code: WallCode) -> None:
    stranger = login(new_office(session).staff(Role.UNIT_HEAD))
    poster = f"/petugas/loket/dinding/{code.agency_id}/{code.id}"
    assert stranger.get(poster).status_code == 404
    assert stranger.post(f"{poster}/cabut").status_code == 404
    assert code.code not in stranger.get("/petugas/loket/dinding").get_data(as_text=True)


def test_codes_are_ten_characters_that_cannot_be_misread(session: Session, office: Office) -> None:
    rows = [
        hang(
            session, agency_id=office.agency.id, unit_id=office.unit.id, service_id=None, hangs_at="x", actor=SYSTEM,
            now=clock.utcnow(),
        ).code
        for _ in range(50)
    ]  # fmt: skip
    assert len(set(rows)) == 50
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{10}", row) for row in rows)
