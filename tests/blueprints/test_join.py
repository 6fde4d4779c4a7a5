"""Saya juga mengalami: joining a published report in a browser."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.db import db
from feedback_app.handling.citizens.followers import followers_of
from feedback_app.handling.citizens.models import CaseFollower
from feedback_app.handling.publication.models import Publication
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Login, new_office
from tests.blueprints.reporter import COMPLAINT, PUBLISHED, Reporter, new_reporter
from tests.conftest import Live

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


def test_the_page_leads_back_to_the_unit_and_says_what_comes_next(
    client: FlaskClient, reporter: Reporter, published: Publication
) -> None:
    page = client.get(path(reporter, published)).get_data(as_text=True)
    office = reporter.office
    assert re.search(rf'<a href="[^"]*/{office.agency.code}/{office.unit.code}">← Kembali ke', page)
    receipt = client.post(path(reporter, published), data={}, follow_redirects=True).get_data(as_text=True)
    assert "Selanjutnya: bila laporan ini ditanggapi" in receipt


def test_taps_at_the_same_moment_with_one_cookie_join_once(live: Live) -> None:
    with live.app.app_context():
        office = new_office(db.session())
        case, officer = office.report(), make.user(db.session())
        row = Publication(
            agency_id=case.agency_id, case_id=case.id, unit_id=office.unit.id, text=PUBLISHED,
            published_at=clock.utcnow(), published_by=officer.id,
        )  # fmt: skip
        db.session.add(row)
        db.session.commit()
        address, agency_id = f"/ikut/{office.agency.code}/{row.id}", case.agency_id
    live.app.config["WTF_CSRF_ENABLED"] = False
    first = live.app.test_client()
    first.get(address)
    cookie = first.get_cookie("session")
    assert cookie is not None
    barrier = threading.Barrier(8)

    def tap(number: int) -> str | None:
        client = live.app.test_client()
        client.set_cookie("session", cookie.value)
        barrier.wait()
        return client.post(address, data={"words": f"Saya juga, kata {number}."}).location

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(tap, range(8))) == {"/diterima"}
    with live.app.app_context():
        query = sa.select(sa.func.count()).select_from(CaseFollower).where(CaseFollower.agency_id == agency_id)
        assert db.session.scalar(query) == 1
