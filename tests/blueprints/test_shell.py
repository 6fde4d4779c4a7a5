"""The kept rating page and static files: what is shared between visitors, and what is not."""

from __future__ import annotations

import gzip
import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories


def token_of(page: str) -> str:
    tokens: set[str] = set(re.findall(r'name="csrf_token" value="([^"]*)"', page))
    assert len(tokens) == 1
    return tokens.pop()


def test_kept_page_carries_each_visitors_own_token(keeping_app: Flask, session: Session) -> None:
    agency = factories.agency(session)
    unit = factories.unit(session, agency)
    address = f"/nilai/{agency.code}/{unit.code}"
    first = keeping_app.test_client().get(f"{address}?asal=tetangga").get_data(as_text=True)
    other = keeping_app.test_client()
    second = other.get(address).get_data(as_text=True)
    assert "tetangga" not in second
    assert first.replace(token_of(first), "") == second.replace(token_of(second), "")
    assert other.post(address, data={"rating": "3", "csrf_token": token_of(first)}).status_code == 400
    assert other.post(address, data={"rating": "3", "csrf_token": token_of(second)}).status_code == 303


def test_kept_page_is_kept_for_each_language(keeping_app: Flask, session: Session) -> None:
    client = keeping_app.test_client()
    agency = factories.agency(session)
    address = f"/nilai/{agency.code}/{factories.unit(session, agency).code}"
    token = token_of(client.get(address).get_data(as_text=True))
    client.post("/bahasa", data={"language": "en", "csrf_token": token})
    assert '<html lang="en">' in client.get(address).get_data(as_text=True)
    assert '<html lang="id">' in keeping_app.test_client().get(address).get_data(as_text=True)


def test_style_sheet_is_sent_compressed_and_kept_by_the_browser(client: FlaskClient) -> None:
    plain = client.get("/bootstrap/static/css/bootstrap.min.css", buffered=True)
    packed = client.get(
        "/bootstrap/static/css/bootstrap.min.css", headers={"Accept-Encoding": "gzip, br"}, buffered=True
    )
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < 40_000
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "max-age" in packed.headers["Cache-Control"]
    again = client.get(
        "/bootstrap/static/css/bootstrap.min.css",
        headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]},
        buffered=True,
    )
    assert again.status_code == 304


def test_own_files_are_named_by_their_content(client: FlaskClient) -> None:
    page = client.get("/privasi").get_data(as_text=True)
    address = re.search(r'href="(/static/css/app\.css\?v=[0-9a-f]+)"', page)
    assert address
    assert client.get(address[1], buffered=True).headers["Cache-Control"] == "public, max-age=31536000"


def test_first_view_of_a_page_weighs_at_most_60_kb(client: FlaskClient) -> None:
    page = client.get("/lacak")
    files = re.findall(r'(?:href|src)="(/(?:bootstrap/)?static/[^"]+)"', page.get_data(as_text=True))
    assert files
    packed = [client.get(file, headers={"Accept-Encoding": "gzip"}, buffered=True).data for file in files]
    assert len(page.data) + sum(map(len, packed)) < 60_000
