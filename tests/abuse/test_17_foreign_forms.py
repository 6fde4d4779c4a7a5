"""Abuse case 17: a page elsewhere sends our forms with a victim's cookies.

Every unsafe method of every route wants the token of the very session, whoever is signed in; the cookies stay behind
when another site posts; and no address that only shows something changes anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.blueprints.access import KEY_ENDPOINTS
from feedback_app.db import Base
from feedback_app.identity.models import User
from tests import factories as make
from tests.gates.addresses import UNSAFE, addresses
from tests.gates.sight import Kind
from tests.gates.world import World, signed_in, standing_world, token_of

# The language of one's own browser; calls signed with a key; a link that is its own authority (RFC 8058).
WITHOUT_TOKEN = {"public.language", "tracking.unsubscription", *KEY_ENDPOINTS}


@pytest.fixture
def world(app: Flask, session: Session, tmp_path: Path) -> Iterator[World]:
    with standing_world(app, session, tmp_path) as made:
        yield made


@pytest.fixture
def everything(world: World) -> User:
    """An account with every role over the agency, so that nothing but the token stands in the way."""
    who = make.user(world.session)
    own = [unit for unit in world.units.values() if unit.agency_id == world.agency.id]
    make.every_role(world.session, who, world.agency, None, *own)
    world.session.commit()
    return who


@pytest.fixture
def guarded_forms(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


def unsafe_calls(app: Flask, world: World) -> list[tuple[str, str]]:
    """Return method and path of every unsafe call of staff, with objects that exist."""
    return [(one.method, one.path) for one in addresses(app, world) if one.method in UNSAFE]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_signed_in_officer_sends_nothing_without_the_token(
    app: Flask, world: World, everything: User, guarded_forms: None
) -> None:
    client = signed_in(app, everything)
    stranger, mine = token_of(app.test_client(), "/masuk"), token_of(client, "/petugas/")
    calls = unsafe_calls(app, world)
    assert len(calls) > 20
    for method, path in calls:
        for form in ({"x": "y"}, {"csrf_token": "salah"}, {"csrf_token": stranger}):
            answer = client.open(path, method=method, data=form)
            assert answer.status_code == 400, (method, path, form, answer.status_code)
        # Its own token too, where it does not belong.
        assert client.open(f"{path}?csrf_token={mine}", method=method, data={"x": "y"}).status_code == 400, path
    # It was good all the while.
    publish = f"/petugas/kasus/{world.cases[Kind.PLAIN].id}/terbitkan"
    answer = client.post(publish, data={"csrf_token": mine, "text": "Loket dua menolak berkas."})
    assert answer.status_code == 200


def test_every_unsafe_method_of_every_route_wants_the_token(app: Flask, guarded_forms: None) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & set(UNSAFE)):
            if rule.endpoint in WITHOUT_TOKEN:
                continue
            path = re.sub(r"<(?:int:)?\w+>", "1", rule.rule)
            assert "<" not in path, f"{rule.rule}: a converter this test does not know"
            assert client.open(path, method=method, data={"x": "y"}).status_code == 400, (method, path)


def test_a_form_from_another_site_is_refused_even_with_the_token(
    app: Flask, world: World, everything: User, guarded_forms: None
) -> None:
    client = signed_in(app, everything)
    path = f"/petugas/kasus/{world.cases[Kind.PLAIN].id}/terbitkan"
    token = token_of(client, path)
    for referer, status in (("https://jahat.example/", 400), ("", 400), ("https://localhost/petugas/", 200)):
        answer = client.post(
            path, data={"csrf_token": token, "text": "Loket dua menolak berkas."}, base_url="https://localhost",
            headers={"Referer": referer} if referer else {},
        )  # fmt: skip
        assert answer.status_code == status, referer


def test_the_cookie_of_the_session_stays_behind_when_another_site_posts(app: Flask, world: World) -> None:
    client = app.test_client()
    answer = client.post("/masuk", data={"email": world.answerer.email, "password": make.PASSWORD})
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert "SameSite=Lax" in cookie
        assert "HttpOnly" in cookie


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_looking_changes_nothing(app: Flask, connection: sa.Connection, world: World, everything: User) -> None:
    client = signed_in(app, everything)
    before = contents(connection)
    for address in addresses(app, world):
        if address.method == "GET":
            with client.get(address.path) as answer:
                answer.get_data()
            after = contents(connection)
            assert {name for name in before if before[name] != after[name]} == set(), address.path


def contents(connection: sa.Connection) -> dict[str, str | None]:
    """Return a digest of every table; the audit trail notes who read what and may grow."""
    names = [table.name for table in Base.metadata.sorted_tables if table.name != "audit_events"]
    digest = "SELECT '{0}' AS name, md5(string_agg(t::text, chr(10) ORDER BY t::text)) AS digest FROM \"{0}\" t"
    digests = (digest.format(name) for name in names)
    rows = connection.execute(sa.text(" UNION ALL ".join(digests)))
    return {row.name: row.digest for row in rows}
