"""Who has roles in several agencies works in one at a time, and says in which."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Agency
from tests import factories as make

Login = Callable[[object], FlaskClient]


@pytest.fixture
def two(session: Session) -> list[Agency]:
    return [make.agency(session, name=f"Pemerintah Kota {name}") for name in ("Ambon", "Bima")]


@pytest.fixture
def somebody(session: Session, two: list[Agency]) -> User:
    """A head in one city who looks after another."""
    who = make.user(session)
    make.grant(session, who, Role.UNIT_HEAD, two[0], make.unit(session, two[0]))
    make.grant(session, who, Role.ADMINISTRATOR, two[1])
    return who


def _chosen(page: str) -> str:
    found = re.search(r'<option value="\d+" selected>([^<]+)</option>', page)
    assert found, page
    return found[1]


def test_one_works_in_the_first_until_another_is_chosen(somebody: User, two: list[Agency], login: Login) -> None:
    client = login(somebody)
    home = client.get("/petugas/").text
    assert "Anda bekerja di" in home
    assert _chosen(home) == "Pemerintah Kota Ambon"
    # Templates are the head's, messages the administrator's.
    assert client.get("/petugas/templat").status_code == 200
    assert client.get("/petugas/pesan").status_code == 403
    answer = client.post("/petugas/instansi", data={"agency": two[1].id})
    assert (answer.status_code, answer.location) == (303, "/petugas/")
    home = client.get("/petugas/").text
    assert "Anda sekarang bekerja di Pemerintah Kota Bima." in home
    assert _chosen(home) == "Pemerintah Kota Bima"
    assert client.get("/petugas/templat").status_code == 403
    assert client.get("/petugas/pesan").status_code == 200


def test_an_address_that_names_an_agency_is_about_that_one(somebody: User, two: list[Agency], login: Login) -> None:
    client = login(somebody)
    page = client.get(f"/petugas/tenggat/{two[1].id}")
    assert page.status_code == 200
    assert _chosen(page.text) == "Pemerintah Kota Bima"
    assert _chosen(client.get("/petugas/").text) == "Pemerintah Kota Ambon"


@pytest.mark.parametrize("wanted", ["", "x", "0", "99999999999", "-1"])
def test_no_agency_is_chosen_but_ones_own(
    somebody: User, two: list[Agency], login: Login, session: Session, wanted: str
) -> None:
    client = login(somebody)
    answer = client.post("/petugas/instansi", data={"agency": wanted or make.agency(session).id}, follow_redirects=True)
    assert "Anda tidak memiliki wewenang di instansi itu hari ini." in answer.text
    assert _chosen(answer.text) == "Pemerintah Kota Ambon"


def test_a_role_that_ended_takes_its_agency_away_at_once(
    somebody: User, two: list[Agency], login: Login, session: Session
) -> None:
    client = login(somebody)
    client.post("/petugas/instansi", data={"agency": two[1].id})
    grant = next(row for row in session.query(RoleGrant).filter_by(user_id=somebody.id, agency_id=two[1].id))
    grant.starts_on, grant.ends_on = make.LONG_AGO, clock.office_day(clock.utcnow()) - timedelta(days=1)
    session.flush()
    assert client.get("/petugas/pesan").status_code == 403
    assert "Anda bekerja di" not in client.get("/petugas/").text
    assert client.get("/petugas/templat").status_code == 200


def test_whoever_works_in_one_agency_is_asked_nothing(two: list[Agency], login: Login, session: Session) -> None:
    who = make.user(session)
    make.grant(session, who, Role.UNIT_HEAD, two[0], make.unit(session, two[0]))
    assert "Anda bekerja di" not in login(who).get("/petugas/").text


def test_a_public_page_of_another_city_keeps_the_menu_of_ones_own(
    somebody: User, two: list[Agency], login: Login, session: Session
) -> None:
    elsewhere = make.agency(session, code="sabang")
    make.unit(session, elsewhere, name="Dinas Dukcapil Sabang")
    page = login(somebody).get("/instansi/sabang").text
    assert "Dinas Dukcapil Sabang" in page
    assert "/petugas/kotak-masuk" in page
