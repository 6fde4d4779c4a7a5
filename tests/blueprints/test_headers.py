"""What every answer tells the browser, route by route, and which pages may be kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from feedback_app import config
from feedback_app.app import create_app
from feedback_app.blueprints.access import PUBLIC_ENDPOINTS
from feedback_app.blueprints.headers import OPEN_DATA
from feedback_app.blueprints.security_txt import wording
from feedback_app.db import db
from feedback_app.errors import ConfigurationError
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.conftest import Live

Login = Callable[[object], FlaskClient]
WANTED = {
    "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options", "Permissions-Policy",
    "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
}  # fmt: skip


def readable(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every address that is read, with a made-up object in it."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()):
            yield rule, re.sub(r"<(?:\w+:)?\w+>", "1", rule.rule)


def test_every_answer_of_every_route_carries_the_headers(app: Flask, client: FlaskClient) -> None:
    found = list(readable(app))
    assert len(found) > 100
    for _rule, path in found:
        with client.get(path) as answer:
            assert set(answer.headers.keys()) >= WANTED, path
            policy = answer.headers["Content-Security-Policy"]
            told = [part.split() for part in policy.split(";")]
            directives = {name: values for name, *values in told}
            # What is said first of a thing counts (CSP 3, 4.2.1), so nothing is said twice.
            assert len(directives) == len(told), path
            for name in ("default-src", "base-uri", "frame-ancestors"):
                assert directives[name] == ["'none'"], (path, name)
            assert not directives.keys() & {"object-src", "frame-src", "child-src"}, path
            assert not re.search(r"unsafe-|https?:|\*", policy), path


@pytest.mark.slow
def test_no_page_of_staff_may_be_kept_by_anybody(
    app: Flask, session: Session, client: FlaskClient, login: Login
) -> None:
    agency = make.agency(session)
    who = make.user(session)
    # As many as one person may hold at once.
    for role in (Role.ADMINISTRATOR, Role.OFFICER, Role.UNIT_HEAD, Role.PERSONNEL, Role.SUPERIOR, Role.EMPLOYEE):
        make.grant(session, who, role, agency)
    login(who)
    tried = 0
    for rule, path in readable(app):
        if rule.endpoint in PUBLIC_ENDPOINTS:
            continue
        with client.get(path) as answer:
            kept = answer.headers["Cache-Control"]
            assert "no-store" in kept, (path, kept)
            tried += answer.status_code == 200
    assert tried >= 15


@pytest.mark.parametrize("path", ["/masuk", "/petugas/", "/lupa-kata-sandi"])
def test_pages_of_accounts_are_told_in_words_that_caches_know(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        assert "no-store" in {word.strip() for word in answer.headers["Cache-Control"].split(",")}, path


def test_what_is_refused_leaves_a_line(
    session: Session, client: FlaskClient, login: Login, caplog: pytest.LogCaptureFixture
) -> None:
    who = make.user(session)
    make.grant(session, who, Role.EMPLOYEE, make.agency(session))
    login(who)
    assert client.get("/petugas/kotak-masuk").status_code == 403
    assert f"Refused (not_permitted) at cases.inbox to account {who.id}" in caplog.text


def test_what_sets_a_cookie_is_in_no_shared_cache(app: Flask) -> None:
    for _rule, path in readable(app):
        with app.test_client() as client, client.get(path) as answer:
            if "Set-Cookie" in answer.headers:
                assert "public" not in answer.headers.get("Cache-Control", ""), path


def test_only_open_data_may_be_shown_elsewhere(app: Flask, client: FlaskClient) -> None:
    for rule, path in readable(app):
        with client.get(path) as answer:
            wanted = "cross-origin" if rule.endpoint in OPEN_DATA else "same-origin"
            assert answer.headers["Cross-Origin-Resource-Policy"] == wanted, path


PUBLIC = "https://suara.kupangkota.go.id"


@pytest.mark.parametrize(("secure", "public_url"), [(True, None), (False, PUBLIC)])
def test_a_site_on_tls_is_asked_for_by_tls_alone(live: Live, secure: bool, public_url: str | None) -> None:
    made = create_app(replace(live.settings, cookie_secure=secure, public_url=public_url))
    answer = made.test_client().get("/masuk", base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    cookie = answer.headers["Set-Cookie"]
    assert ("Secure" in cookie) is secure
    assert cookie.startswith("__Host-") is secure
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain=" not in cookie


@pytest.mark.parametrize(
    ("said", "secure"),
    [({}, True), ({"COOKIE_SECURE": "true"}, True), ({"COOKIE_SECURE": "false"}, False), ({"COOKIE_SECURE": ""}, True)],
)
def test_beside_an_address_on_tls_cookies_are_for_tls_alone_unless_somebody_says_no(
    said: dict[str, str], secure: bool
) -> None:
    assert config.load({"PUBLIC_URL": PUBLIC, **said}).cookie_secure is secure
    assert config.load({"PUBLIC_URL": "http://localhost:8000"}).cookie_secure is False
    assert config.load({}).cookie_secure is False


def test_every_cookie_of_a_site_on_tls_has_the_prefix_of_its_host(live: Live) -> None:
    made = create_app(replace(live.settings, cookie_secure=True, public_url=PUBLIC))
    made.config["WTF_CSRF_ENABLED"] = False
    with made.app_context():
        email = make.user(db.session()).email
        db.session.commit()
        db.session.remove()
    browser = made.test_client()
    answer = browser.post("/masuk", base_url=PUBLIC, data={"email": email, "password": make.PASSWORD})
    given = answer.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in given} == {"__Host-session", "__Host-known"}
    for cookie in given:
        attributes = {part.strip() for part in cookie.split(";")[1:]}
        assert attributes >= {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}, cookie
        assert "domain" not in cookie.lower(), cookie
    assert browser.get_cookie("__Host-known", domain="suara.kupangkota.go.id") is not None


def test_a_site_without_tls_promises_none(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_somebody_who_found_a_weakness_learns_where_to_write(live: Live) -> None:
    settings = replace(
        live.settings, security_contact="mailto:keamanan@contoh.go.id", public_url="https://suara.contoh.go.id"
    )
    answer = create_app(settings).test_client().get("/.well-known/security.txt", base_url="https://suara.contoh.go.id")
    assert answer.mimetype == "text/plain"
    fields = dict(line.split(": ", 1) for line in answer.get_data(as_text=True).splitlines())
    assert fields["Contact"] == "mailto:keamanan@contoh.go.id"
    assert fields["Canonical"] == "https://suara.contoh.go.id/.well-known/security.txt"
    expires = datetime.fromisoformat(fields["Expires"].replace("Z", "+00:00"))
    assert 170 < (expires - datetime.now(UTC)).days < 365


def test_without_a_contact_there_is_no_file_that_names_none(client: FlaskClient) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404


def test_the_file_says_what_holds_that_day() -> None:
    settings = config.Settings(
        home=config.project_root(), database_url=None, redis_url=None, secret_key=None,
        security_contact="https://contoh.go.id/lapor-celah",
    )  # fmt: skip
    assert wording(settings, datetime(2026, 5, 12, 9, 30, tzinfo=UTC)) == (
        "Contact: https://contoh.go.id/lapor-celah\nExpires: 2026-11-08T00:00:00Z\nPreferred-Languages: id, en\n"
    )


@pytest.mark.parametrize("contact", ["keamanan@contoh.go.id", "http://contoh.go.id", "mailto:a@b.id\nExpires: 1"])
def test_a_contact_nobody_could_use_is_refused(contact: str) -> None:
    with pytest.raises(ConfigurationError, match="SECURITY_CONTACT"):
        config.load({"SECURITY_CONTACT": contact})
