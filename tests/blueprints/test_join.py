"""Saya juga mengalami: joining a published report in a browser."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.handling.followers import followers_of
from feedback_app.handling.public_models import Publication
from feedback_app.identity.rules import Role
from tests.blueprints.office import Login
from tests.blueprints.reporter import COMPLAINT, PUBLISHED, Reporter, new_reporter

LEVY = "Petugas loket minta uang pelicin Rp200.000 supaya KTP cepat jadi."


@pytest.fixture
def reporter(app: Flask, client: FlaskClient, session: Session) -> Reporter:
    return new_reporter(app, client, session)


@pytest.fixture
def published(reporter: Reporter) -> Publication:
    reporter.report()
    return reporter.publish()


def path(reporter: Reporter, published: Publication) -> str:
    return f"/ikut/{reporter.office.agency.code}/{published.id}"


def test_somebody_joins_gets_a_code_and_follows_what_is_public(
    client: FlaskClient, session: Session, reporter: Reporter, published: Publication
) -> None:
    page = client.get(path(reporter, published)).get_data(as_text=True)
    assert PUBLISHED in page
    assert COMPLAINT not in page
    answer = client.post(path(reporter, published), data={"words": "Saya juga menunggu sejak Maret."})
    assert (answer.status_code, answer.location) == (303, "/diterima")
    receipt = client.get("/diterima").get_data(as_text=True)
    assert "Anda ikut dicatat" in receipt
    code = re.search(r'id="kode">([0-9A-Z-]{14})<', receipt)
    assert code
    status = reporter.look(code[1])
    assert PUBLISHED in status
    assert "Saya juga menunggu sejak Maret." in status
    assert COMPLAINT not in status
    assert len(followers_of(session, reporter.case)) == 1


def test_one_browser_joins_once(
    client: FlaskClient, session: Session, reporter: Reporter, published: Publication
) -> None:
    for _ in range(2):
        client.post(path(reporter, published), data={})
    assert len(followers_of(session, reporter.case)) == 1
    assert "Anda sudah ikut" in client.get(path(reporter, published)).get_data(as_text=True)


def test_words_about_levy_are_sent_to_a_report_of_their_own(
    client: FlaskClient, session: Session, reporter: Reporter, published: Publication
) -> None:
    answer = client.post(path(reporter, published), data={"words": LEVY})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Kirim sebagai laporan sendiri" in page
    assert LEVY in page
    assert followers_of(session, reporter.case) == []


def test_officers_read_how_many_joined_and_their_masked_words(
    client: FlaskClient, reporter: Reporter, published: Publication, login: Login
) -> None:
    client.post(path(reporter, published), data={"words": "Saya juga, hubungi 081234567890."})
    case = reporter.case
    page = login(reporter.office.staff(Role.OFFICER)).get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    assert "1 orang menyatakan juga mengalaminya." in page
    assert "Saya juga, hubungi [TELEPON]." in page
    assert "081234567890" not in page


def test_leaving_closes_the_code(
    client: FlaskClient, session: Session, reporter: Reporter, published: Publication
) -> None:
    client.post(path(reporter, published), data={})
    assert reporter.post("/lacak/keluar").location == "/lacak"
    assert followers_of(session, reporter.case) == []
    assert client.get("/lacak/status").location == "/lacak"


def test_what_is_not_published_is_not_found(client: FlaskClient, reporter: Reporter, published: Publication) -> None:
    code = reporter.office.agency.code
    assert client.get(f"/ikut/{code}/999999").status_code == 404
    assert client.get(f"/ikut/tidak-ada/{published.id}").status_code == 404
