"""What stands before the application: only pages without anybody's own, and only for who carries no cookie of ours."""

from __future__ import annotations

import gzip
import re
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.blueprints import shelf
from tests import factories
from tests.blueprints.test_kept_pages import statements_of


@pytest.fixture
def unit_path(session: Session) -> str:
    agency = factories.agency(session)
    return f"{agency.code}/{factories.unit(session, agency).code}"


@pytest.fixture
def asked(keeping_app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses for which the application itself was asked."""
    addresses: list[str] = []
    inner = keeping_app.extensions["suara_shelf"]._inner

    def noting(environ, start_response):  # type: ignore[no-untyped-def]
        addresses.append(environ["PATH_INFO"])
        return inner(environ, start_response)

    monkeypatch.setattr(keeping_app.extensions["suara_shelf"], "_inner", noting)
    return addresses


def newcomer(app: Flask) -> FlaskClient:
    return app.test_client()


def test_second_newcomer_is_answered_without_the_application(
    keeping_app: Flask, unit_path: str, asked: list[str]
) -> None:
    for path in (f"/unit/{unit_path}", f"/nilai/{unit_path}"):
        first, second = (newcomer(keeping_app).get(path) for _ in range(2))
        assert asked.count(path) == 1
        without = {"Content-Length", "Set-Cookie", "Date"}
        kept = {name: value for name, value in second.headers.items() if name not in without}
        assert {name: value for name, value in first.headers.items() if name not in without}.keys() == kept.keys()
        assert kept["Content-Security-Policy"] == first.headers["Content-Security-Policy"]


def test_form_from_the_shelf_can_be_sent_by_its_own_browser_only(keeping_app: Flask, unit_path: str) -> None:
    path = f"/nilai/{unit_path}"
    newcomer(keeping_app).get(path)
    browsers = [newcomer(keeping_app) for _ in range(2)]
    tokens = [re.findall(r'name="csrf_token" value="([^"]+)"', b.get(path).get_data(as_text=True))[0] for b in browsers]
    assert tokens[0] != tokens[1]
    assert browsers[0].post(path, data={"rating": "3", "csrf_token": tokens[1]}).status_code == 400
    assert browsers[0].post(path, data={"rating": "3", "csrf_token": tokens[0]}).status_code == 303


def test_page_without_a_form_is_packed_for_who_takes_it_and_known_again(keeping_app: Flask, unit_path: str) -> None:
    path = f"/unit/{unit_path}"
    first = newcomer(keeping_app).get(path)
    packed = newcomer(keeping_app).get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == first.data
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Cookie" in packed.headers["Vary"]
    assert "Set-Cookie" not in packed.headers
    again = newcomer(keeping_app).get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_who_carries_a_cookie_of_ours_is_served_by_the_application(
    keeping_app: Flask, unit_path: str, asked: list[str]
) -> None:
    path = f"/unit/{unit_path}"
    newcomer(keeping_app).get(path)
    english = newcomer(keeping_app)
    english.post("/bahasa", data={"language": "en", "next": path})
    asked.clear()
    assert '<html lang="en">' in english.get(path).get_data(as_text=True)
    assert asked == [path]
    assert '<html lang="id">' in newcomer(keeping_app).get(path).get_data(as_text=True)


@pytest.mark.parametrize("form", ["session={}", "session ={}", " session = {}", "a=b;session={}"])
def test_cookie_in_whatever_spelling_puts_no_page_of_its_own_on_the_shelf(
    keeping_app: Flask, unit_path: str, form: str
) -> None:
    path = f"/unit/{unit_path}"
    english = newcomer(keeping_app)
    english.post("/bahasa", data={"language": "en", "next": path})
    held = english.get_cookie("session")
    assert held is not None
    bare = keeping_app.test_client(use_cookies=False)
    bare.get(path, headers={"Cookie": form.format(held.value)})
    assert '<html lang="id">' in newcomer(keeping_app).get(path).get_data(as_text=True)


def test_another_host_never_reads_from_the_shelf(keeping_app: Flask, unit_path: str, asked: list[str]) -> None:
    path = f"/unit/{unit_path}"
    newcomer(keeping_app).get(path)
    newcomer(keeping_app).get(path, headers={"Host": "contoh.invalid"})
    assert asked.count(path) == 2


def test_page_is_drawn_anew_once_its_time_is_over(
    keeping_app: Flask, unit_path: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/unit/{unit_path}"
    newcomer(keeping_app).get(path)
    late = time.monotonic() + 31
    monkeypatch.setattr("feedback_app.blueprints.shelf.time.monotonic", lambda: late)
    newcomer(keeping_app).get(path)
    assert asked.count(path) == 2


def test_shelf_shows_a_page_no_longer_than_the_application_keeps_it(
    keeping_app: Flask, unit_path: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, start = f"/unit/{unit_path}", time.monotonic()
    known = newcomer(keeping_app)
    known.post("/bahasa", data={"language": "id", "next": path})
    known.get(path)
    # Drawn for somebody whose cookie keeps it off the shelf; the next visitor puts it there when its time is half over.
    monkeypatch.setattr("feedback_app.blueprints.shelf.time.monotonic", lambda: start + 20)
    newcomer(keeping_app).get(path)
    asked.clear()
    newcomer(keeping_app).get(path)
    assert asked == []
    monkeypatch.setattr("feedback_app.blueprints.shelf.time.monotonic", lambda: start + 31)
    newcomer(keeping_app).get(path)
    assert asked == [path]


def test_shelf_stays_small_and_keeps_no_long_address(
    keeping_app: Flask, unit_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = keeping_app.extensions["suara_shelf"]._pages
    newcomer(keeping_app).get(f"/unit/{unit_path}?x={'y' * shelf.ADDRESS_MAX}")
    assert len(pages) == 0
    monkeypatch.setattr(shelf, "MOST_PAGES", 3)
    for number in range(8):
        newcomer(keeping_app).get(f"/unit/{unit_path}?x={number}")
    assert 0 < len(pages) <= 3


def test_nothing_is_asked_of_the_database_from_the_shelf(keeping_app: Flask, session: Session, unit_path: str) -> None:
    path = f"/unit/{unit_path}"
    newcomer(keeping_app).get(path)
    statements = statements_of(session)
    newcomer(keeping_app).get(path)
    assert statements == []
