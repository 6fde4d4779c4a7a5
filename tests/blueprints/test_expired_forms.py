"""A form whose token no longer holds: everything typed comes back with a token that does."""

from __future__ import annotations

import re
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.blueprints.places import AgencyCard
from feedback_app.intake.models import Submission
from tests import factories as make

EXPIRED = "Halaman ini terbuka terlalu lama. Isian Anda masih ada di bawah; kirim sekali lagi."
NO_COOKIE = "izinkan kuki untuk situs ini"
WORDS = 'Sudah tiga minggu berkas "saya" belum diproses <b>.'


@pytest.fixture(autouse=True)
def protected(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


@pytest.fixture
def place(session: Session) -> str:
    agency = make.agency(session)
    return f"{agency.code}/{make.unit(session, agency, code='dukcapil').code}"


def stored(session: Session) -> list[Submission]:
    session.expire_all()
    return list(session.scalars(sa.select(Submission)))


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return found[1]


def report(**changes: str) -> dict[str, str]:
    today = AgencyCard(0, "", "", "Asia/Makassar").today().isoformat()
    return {"kind": "complaint", "happened": WORDS, "where": "Loket 3", "occurred_on": today, "once": "satu", **changes}


def test_report_comes_back_as_it_was_typed_and_goes_with_the_new_token(
    client: FlaskClient, session: Session, place: str
) -> None:
    client.get(f"/lapor/{place}")
    old = report(csrf_token="lama", is_anonymous="y", expected="Selesai.", reviewed="1")
    answer = client.post(f"/lapor/{place}", data=old)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, answer.headers["Cache-Control"], stored(session)) == (400, "no-store", [])
    assert EXPIRED in page
    assert NO_COOKIE not in page
    assert WORDS in unescape(page)
    assert "Selesai." in page
    assert 'value="Loket 3"' in page
    assert re.search(r'<input[^>]*checked[^>]*name="is_anonymous"', page)
    assert re.search(r'<input[^>]*checked[^>]*value="complaint"', page)
    assert re.search(r'name="reviewed"[^>]*value=""', page), "what was not looked at is looked at now"
    assert client.post(f"/lapor/{place}", data={**old, "csrf_token": token_of(page)}).status_code == 303
    assert [row.text for row in stored(session)] == [f"{WORDS}\n\nYang diharapkan:\nSelesai.\n\nTempat:\nLoket 3"]


def test_rating_comes_back_with_its_face_and_reasons(client: FlaskClient, session: Session, place: str) -> None:
    client.get(f"/nilai/{place}")
    typed = {"rating": "2", "reasons": "slow", "text": WORDS, "wants_reply": "y"}
    answer = client.post(f"/nilai/{place}", data=typed)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, answer.headers["Cache-Control"], stored(session)) == (400, "no-store", [])
    assert EXPIRED in page
    assert WORDS in unescape(page)
    assert re.search(r'value="2"[^>]*checked', page)
    assert re.search(r'value="slow"[^>]*checked', page)
    assert client.post(f"/nilai/{place}", data={**typed, "csrf_token": token_of(page)}).status_code == 303
    assert len(stored(session)) == 1


@pytest.mark.parametrize("form", ["nilai", "lapor"])
def test_browser_without_cookies_is_told_to_allow_them(
    client: FlaskClient, session: Session, place: str, form: str
) -> None:
    answer = client.post(f"/{form}/{place}", data=report(rating="2"))
    assert answer.status_code == 400
    assert NO_COOKIE in answer.get_data(as_text=True)
    assert stored(session) == []


def test_form_on_another_site_puts_no_words_into_ours(client: FlaskClient, place: str) -> None:
    answer = client.post(f"/lapor/{place}", data=report(), headers={"Sec-Fetch-Site": "cross-site"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "terlalu lama terbuka" in page
    assert "Loket 3" not in page


def test_program_and_unknown_unit_read_an_ordinary_error(client: FlaskClient, place: str) -> None:
    program = client.post(f"/lapor/{place}", data=report(), headers={"Accept": "application/json"})
    assert (program.status_code, program.mimetype) == (400, "application/problem+json")
    nowhere = client.post(f"/lapor/{place}-tidak-ada", data=report())
    assert nowhere.status_code == 400
    assert "terlalu lama terbuka" in nowhere.get_data(as_text=True)


@pytest.mark.parametrize("form", ["nilai", "lapor"])
def test_empty_form_is_kept_by_its_own_browser_only_and_refused_words_by_none(
    client: FlaskClient, place: str, form: str
) -> None:
    page = client.get(f"/{form}/{place}")
    assert page.headers["Cache-Control"] == "private, no-cache"
    refused = client.post(f"/{form}/{place}", data={"csrf_token": token_of(page.get_data(as_text=True))})
    assert (refused.status_code, refused.headers["Cache-Control"]) == (422, "no-store")
