"""What was refused leaves a line in the log, without the words of whoever tried."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy.orm import Session

from feedback_app.identity.rules import Role
from feedback_app.storage import Disk
from feedback_app.survey.paper_tables import read_table
from feedback_app.survey.paper_workbooks import UnreadablePaperFileError
from tests import factories as make
from tests.abuse import attached
from tests.abuse.limited import client_from, limited_app
from tests.blueprints.office import Login
from tests.blueprints.reporter import new_reporter
from tests.conftest import Live


@pytest.fixture(autouse=True)
def _all_levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def test_what_is_forbidden_and_what_is_hidden(
    app: Flask, session: Session, client: FlaskClient, login: Login, caplog: pytest.LogCaptureFixture
) -> None:
    case = new_reporter(app, client, session).report()
    stranger = make.user(session)
    make.grant(session, stranger, Role.OFFICER, make.agency(session))
    login(stranger)
    assert client.get(f"/petugas/kasus/{case.id}").status_code == 404
    assert f"Refused (unknown_case) at cases.case to account {stranger.id}" in caplog.text
    client.post("/keluar")
    assert client.get("/petugas/kotak-masuk").status_code == 302
    assert "at cases.inbox to account None" in caplog.text


def test_who_only_mistypes_an_address_in_public_leaves_none(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.get("/instansi/tidak-ada").status_code == 404
    assert "Refused" not in caplog.text


def test_a_webhook_and_an_api_without_their_key(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    assert client.post("/api/v1/pesan/status", json={"id": "rahasia"}).status_code == 401
    assert "Refused (unsigned_report) at delivery_webhook.report" in caplog.text
    assert "rahasia" not in caplog.text


def test_a_file(
    app: Flask, session: Session, client: FlaskClient, tmp_path: Path, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(app.extensions, "suara_storage", Disk(tmp_path / "files"))
    attached.report(client, session)
    attached.send(client, b"MZ\x90\x00 program", "rahasia.jpg")
    assert "A file was refused (unsupported_file)" in caplog.text
    assert "rahasia" not in caplog.text


def test_a_workbook(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(UnreadablePaperFileError):
        read_table(b"PK\x03\x04broken")
    assert "A workbook was refused: BadZipFile" in caplog.text


def test_a_budget_that_is_used_up(live: Live, redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    with limited_app(live.settings) as app:
        guesser = client_from(app, "203.0.113.9")
        for _ in range(40):
            if guesser.post("/masuk", data={"email": "a@b.id", "password": "x"}).status_code == 429:
                break
    assert "A budget is used up at security.login" in caplog.text
    assert "a@b.id" not in caplog.text
