"""Walks over every address: who may read an answer, in which letters it is written, what a borrowed phone keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.blueprints.access import PUBLIC_ENDPOINTS
from feedback_app.blueprints.headers import FILE_POLICY
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Login
from tests.blueprints.reporter import new_reporter
from tests.blueprints.test_headers import readable
from tests.blueprints.test_receipt import receipt
from tests.gates.public_gates import OPENERS, Opener

ELSEWHERE = "https://jahat.contoh"


def test_no_other_site_may_read_an_answer_or_ask_what_it_may_send(app: Flask, client: FlaskClient) -> None:
    asks = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x"}
    tried = 0
    for rule, path in readable(app):
        with client.get(path, headers={"Origin": ELSEWHERE}) as answer:
            assert not [name for name, _value in answer.headers if name.lower().startswith("access-control")], path
            tried += rule.endpoint in PUBLIC_ENDPOINTS and answer.status_code == 200
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<", "1").replace(">", "")
        for method in ("OPTIONS", "POST"):
            with client.open(path, method=method, headers=asks) as answer:
                assert not [name for name, _value in answer.headers if name.lower().startswith("access-control")], path
    assert tried >= 10
    assert any(rule.rule.startswith("/api/") for rule in app.url_map.iter_rules())


@pytest.mark.slow
def test_whatever_is_text_names_its_letters(app: Flask, session: Session, client: FlaskClient, login: Login) -> None:
    agency, who = make.agency(session), make.user(session)
    unit = make.unit(session, agency)
    make.grant(session, who, Role.ADMINISTRATOR, agency)
    figures = [f"/instansi/{agency.code}/unit/{unit.code}{ending}" for ending in (".csv", ".json", "")]
    public = [path for rule, path in readable(app) if rule.endpoint in PUBLIC_ENDPOINTS]
    kinds = _kinds(client, [*public, *figures, *_statics(app), "/tidak-ada"])
    login(who)
    kinds |= _kinds(client, [path for rule, path in readable(app) if rule.endpoint not in PUBLIC_ENDPOINTS])
    assert {"text/html", "text/css", "text/javascript"} <= kinds


def _statics(app: Flask) -> Iterator[str]:
    folder = Path(app.static_folder or "")
    return (f"/static/{path.relative_to(folder)}" for path in folder.rglob("*") if path.is_file())


def _kinds(client: FlaskClient, paths: list[str]) -> set[str]:
    """The kinds of text answered; each is checked."""
    found: set[str] = set()
    for path in paths:
        with client.get(path) as answer:
            kind = answer.mimetype or ""
            if kind.startswith("text/") or kind.endswith("+xml"):
                assert answer.mimetype_params.get("charset", "").lower() == "utf-8", (path, answer.content_type)
                found.add(kind)
            if answer.get_data():
                assert kind, path
    return found


def test_nothing_of_who_follows_a_report_is_kept(app: Flask, session: Session, client: FlaskClient) -> None:
    reporter = new_reporter(app, client, session)
    reporter.report()
    assert "no-store" in client.post("/lacak", data={"code": reporter.code}).headers["Cache-Control"]
    reporter.answer()
    opened = 0
    for rule, path in readable(app):
        if OPENERS.get(rule.endpoint) is Opener.TRACKING_CODE:
            with client.get(path) as answer:
                assert "no-store" in answer.headers.get("Cache-Control", ""), (path, answer.status_code)
                opened += answer.status_code == 200
    assert opened >= 5


def test_the_page_with_a_new_code_is_not_kept(client: FlaskClient, session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    receipt(client, agency, unit.code)
    answer = client.get("/diterima")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


def test_who_signs_out_leaves_no_page_behind(session: Session, client: FlaskClient, login: Login) -> None:
    login(make.user(session))
    assert "Clear-Site-Data" not in client.get("/petugas/").headers
    assert client.post("/keluar").headers["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in client.get("/masuk").headers


def test_a_file_may_do_nothing_and_stand_nowhere() -> None:
    assert {part.strip() for part in FILE_POLICY.split(";")} == {
        "sandbox", "default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"
    }  # fmt: skip
