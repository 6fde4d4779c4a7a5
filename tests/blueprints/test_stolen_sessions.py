"""Abuse case 31: a session that somebody planted, copied or kept opens nothing (ASVS 5.0, V7)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.blueprints.access import PUBLIC_ENDPOINTS, requires
from feedback_app.blueprints.sign_in_edge import renew_sign_in
from feedback_app.db import db
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission, Role
from feedback_app.identity.sign_in_models import SignIn
from feedback_app.identity.sign_ins import end_all
from tests import factories as make
from tests.blueprints.office import new_office
from tests.conftest import Live


@pytest.fixture
def officer(session: Session) -> User:
    who = new_office(session).staff(Role.OFFICER)
    session.commit()
    return who


def cookie_of(client: FlaskClient) -> str:
    found = client.get_cookie("session")
    assert found is not None
    return found.value


def with_cookie(app: Flask, value: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("session", value)
    return client


def enter(client: FlaskClient, email: str, **more: str) -> None:
    assert client.post("/masuk", data={"email": email, "password": make.PASSWORD, **more}).status_code == 302


def test_a_planted_cookie_never_becomes_anybodys_wherever_it_was_made(app: Flask, officer: User) -> None:
    """The walk: a stranger collects a cookie at each public page, plants it, the victim signs in with it."""
    planted = {cookie_of(client) for client in strangers_of_every_page(app)}
    assert len(planted) >= 3
    for value in planted:
        victim = with_cookie(app, value)
        enter(victim, officer.email)
        assert cookie_of(victim) != value
        assert victim.get("/petugas/").status_code == 200
        assert with_cookie(app, value).get("/petugas/").status_code == 302


def strangers_of_every_page(app: Flask) -> list[FlaskClient]:
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in PUBLIC_ENDPOINTS or "GET" not in (rule.methods or set()):
            continue
        client = app.test_client()
        client.get(re.sub(r"<(?:\w+:)?\w+>", "1", rule.rule))
        if client.get_cookie("session") is not None:
            found.append(client)
    client = app.test_client()
    client.post("/bahasa", data={"language": "en"})
    return [*found, client]


def test_whoever_knew_the_secret_of_the_forms_before_does_not_know_it_after(
    app: Flask, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    stranger = app.test_client()
    token = token_of(stranger.get("/masuk").get_data(as_text=True))
    planted = cookie_of(stranger)
    victim = with_cookie(app, planted)
    enter(victim, officer.email, csrf_token=token)
    form = {"wants_reminder": "y", "language": "en", "csrf_token": token}
    assert victim.post("/petugas/akun", data=form).status_code == 400
    with stranger.session_transaction() as before, victim.session_transaction() as after:
        assert before["csrf_token"] != after["csrf_token"]


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return found[1]


@pytest.mark.parametrize("guess", ["", "x", "a" * 43, None, 7, ["a"], {"a": 1}])
def test_a_signed_cookie_without_a_token_of_ours_is_nobodys(app: Flask, officer: User, guess: object) -> None:
    client = app.test_client()
    with client.session_transaction() as made:
        made["_user_id"], made["_fresh"], made["sign_in"] = officer.fs_uniquifier, True, guess
    assert client.get("/petugas/").status_code == 302


def test_the_token_of_one_account_opens_no_other(app: Flask, officer: User, session: Session) -> None:
    other = new_office(session).staff(Role.OFFICER)
    session.commit()
    client = app.test_client()
    enter(client, other.email)
    with client.session_transaction() as made:
        made["_user_id"] = officer.fs_uniquifier
    assert client.get("/petugas/").status_code == 302


def test_a_change_of_what_somebody_may_do_makes_the_cookie_of_before_worthless(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the second factor and the confirmation do it, on a page of the test's own."""

    @requires(*Permission)
    def more() -> str:
        renew_sign_in()
        db.session.commit()
        return "lebih"

    live.app.add_url_rule("/petugas/uji-lebih", "test.more", more, methods=["POST"])
    live.app.config.update(WTF_CSRF_ENABLED=False)
    client = live.app.test_client()
    enter(client, one_officer(live))
    before = cookie_of(client)
    assert client.post("/petugas/uji-lebih").get_data(as_text=True) == "lebih"
    assert client.get("/petugas/").status_code == 200
    assert with_cookie(live.app, before).get("/petugas/").status_code == 302


def test_an_end_reaches_every_browser_in_the_midst_of_its_requests(live: Live) -> None:
    live.app.config.update(WTF_CSRF_ENABLED=False)
    email = one_officer(live)
    clients = [live.app.test_client() for _ in range(4)]
    for client in clients:
        enter(client, email)

    def ask(client: FlaskClient) -> list[int]:
        return [client.get("/petugas/akun").status_code for _ in range(6)]

    with ThreadPoolExecutor(5) as pool:
        asked = [pool.submit(ask, client) for client in clients]
        with live.app.app_context():
            user = db.session.scalars(sa.select(User).where(User.email == email)).one()
            assert end_all(db.session(), user.id, reason="revoked", now=clock.utcnow()) == 4
            db.session.commit()
            db.session.remove()
        statuses = [future.result() for future in asked]
    assert all(set(one) <= {200, 302} for one in statuses)
    # Once refused, always refused.
    assert all(one == sorted(one) for one in statuses)
    assert [client.get("/petugas/").status_code for client in clients] == [302] * 4


def test_requests_at_once_note_being_seen_once(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    live.app.config.update(WTF_CSRF_ENABLED=False)
    client, now = live.app.test_client(), clock.utcnow()
    enter(client, one_officer(live))
    value, noted = cookie_of(client), []
    monkeypatch.setattr(clock, "utcnow", lambda: now + timedelta(minutes=5))
    with live.app.app_context():
        sa.event.listen(
            db.engine, "after_cursor_execute",
            lambda _link, cursor, words, *_more: noted.append(cursor.rowcount) if "UPDATE sign_ins" in words else None,
        )  # fmt: skip
    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(lambda _n: with_cookie(live.app, value).get("/petugas/akun").status_code, range(6)))
    assert statuses == [200] * 6
    assert sum(noted) == 1
    with live.app.app_context():
        assert db.session.scalars(sa.select(SignIn)).one().last_seen_at == now + timedelta(minutes=5)
        db.session.remove()


def one_officer(live: Live) -> str:
    with live.app.app_context():
        email = new_office(db.session()).staff(Role.OFFICER).email
        db.session.commit()
        db.session.remove()
    return email


def test_no_cookie_holds_what_another_site_or_script_could_read(app: Flask, officer: User) -> None:
    client = app.test_client()
    answer = client.post("/masuk", data={"email": officer.email, "password": make.PASSWORD})
    (written,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("session=")]
    assert "HttpOnly" in written
    assert "SameSite=Lax" in written
