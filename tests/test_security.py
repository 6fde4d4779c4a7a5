"""Signing in and out, and what the application refuses to trust."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.app import create_app
from feedback_app.db import db
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.conftest import Live

Login = Callable[[object], FlaskClient]


@pytest.fixture
def officer(session: Session) -> User:
    agency = make.agency(session)
    who = make.user(session)
    make.grant(session, who, Role.OFFICER, agency, make.unit(session, agency))
    return who


def test_a_copied_cookie_ends_with_the_session(app: Flask, officer: User, client: FlaskClient, login: Login) -> None:
    login(officer)
    assert client.get("/petugas/").status_code == 200
    copied = client.get_cookie("session")
    assert copied is not None
    client.post("/keluar")
    client.set_cookie("session", copied.value)
    assert client.get("/petugas/").status_code == 302


def test_no_cookie_outlives_the_browser(officer: User, client: FlaskClient) -> None:
    answer = client.post("/masuk", data={"email": officer.email, "password": make.PASSWORD, "remember": "y"})
    assert answer.status_code == 302
    assert client.get_cookie("remember_token") is None


def test_a_wrong_password_and_an_unknown_account_answer_alike(officer: User, client: FlaskClient) -> None:
    wrong = client.post("/masuk", data={"email": officer.email, "password": "bukan-kata-sandi"})
    unknown = client.post("/masuk", data={"email": "siapa@contoh.go.id", "password": "bukan-kata-sandi"})
    for answer in (wrong, unknown):
        assert "tidak cocok" in answer.get_data(as_text=True)
    assert wrong.status_code == unknown.status_code


def test_a_deactivated_account_is_out_at_once(
    session: Session, officer: User, client: FlaskClient, login: Login
) -> None:
    login(officer)
    session.execute(sa.update(User).where(User.id == officer.id).values(active=False))
    session.flush()
    assert client.get("/petugas/").status_code == 302


def test_only_the_cookie_opens_pages(officer: User, client: FlaskClient, app: Flask) -> None:
    with app.test_request_context():
        token = officer.get_auth_token()
    for request in ({"headers": {"Authentication-Token": token}}, {"query_string": {"auth_token": token}}):
        assert client.get("/petugas/", **request).status_code == 302


def test_a_password_kept_too_cheaply_is_kept_dearer_once_its_owner_signs_in(live: Live) -> None:
    application = create_app(live.settings)
    application.config["WTF_CSRF_ENABLED"] = False
    with application.app_context():
        who = make.user(db.session())
        assert cost_of(who) == {"m": 8, "t": 1, "p": 1}
        db.session.commit()
        credentials = {"email": who.email, "password": make.PASSWORD}
    for _ in range(2):
        assert application.test_client().post("/masuk", data=credentials).status_code == 302
    with application.app_context():
        # At least what RFC 9106 asks for where memory is scarce.
        kept = cost_of(db.session.scalars(sa.select(User)).one())
        assert kept["m"] >= 64 * 1024
        assert kept["t"] >= 3
    with application.app_context():
        db.engine.dispose()


def cost_of(who: User) -> dict[str, int]:
    """Return the memory (KiB), the rounds and the lanes of the hash of a password."""
    assert who.password is not None
    kind, costs = who.password.split("$")[1], who.password.split("$")[3]
    assert kind == "argon2id"
    return {name: int(number) for name, number in (part.split("=") for part in costs.split(","))}


@pytest.mark.slow
def test_another_host_is_refused_where_the_address_is_known(live: Live) -> None:
    application = create_app(replace(live.settings, public_url="https://suara.kupangkota.go.id"))
    try:
        client = application.test_client()
        assert client.get("/", headers={"Host": "suara.kupangkota.go.id"}).status_code == 200
        assert client.get("/", headers={"Host": "jahat.example"}).status_code == 400
    finally:
        with application.app_context():
            db.engine.dispose()


def test_every_page_forbids_foreign_scripts_and_frames(client: FlaskClient) -> None:
    headers = client.get("/").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
