"""A browser at a counter serves citizens and staff in turn."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.identity.models import User
from tests import factories as make
from tests.blueprints.office import Login

CARRIED = {"visit", "receipt", "tracked", "sent"}
HAPPENED = "Sudah tiga minggu berkas saya belum diproses."


@pytest.fixture
def user(session: Session) -> User:
    return make.user(session)


def report(client: FlaskClient, session: Session) -> None:
    """Send a report, so that the browser carries its receipt."""
    unit = make.unit(session, make.agency(session, code="kupang"), code="dukcapil")
    assert unit.code == "dukcapil"
    data = {"kind": "complaint", "happened": HAPPENED, "occurred_on": make.TODAY.isoformat(), "once": "satu"}
    assert client.post("/lapor/kupang/dukcapil", data=data).status_code == 303
    with client.session_transaction() as kept:
        assert set(kept) >= CARRIED - {"visit"}
        kept["visit"] = {"token": "x"}


def carried_in(client: FlaskClient) -> set[str]:
    with client.session_transaction() as kept:
        return CARRIED & set(kept)


def test_who_signs_in_does_not_see_what_a_citizen_sent_before(
    client: FlaskClient, session: Session, login: Login, user: User
) -> None:
    report(client, session)
    login(user)
    assert carried_in(client) == set()
    assert client.get("/lacak/status").location == "/lacak"
    assert "Tanda terima tidak lagi ditampilkan" in client.get("/diterima").get_data(as_text=True)


def test_who_comes_after_signing_out_does_not_see_what_was_opened_before(
    client: FlaskClient, session: Session, login: Login, user: User
) -> None:
    login(user)
    report(client, session)
    assert HAPPENED in client.get("/lacak/status").get_data(as_text=True)
    assert client.post("/keluar").status_code == 302
    assert carried_in(client) == set()
    assert client.get("/lacak/status").location == "/lacak"


def test_language_outlives_signing_in(client: FlaskClient, login: Login, user: User) -> None:
    client.post("/bahasa", data={"language": "en"})
    login(user)
    assert '<html lang="en">' in client.get("/privasi").get_data(as_text=True)
