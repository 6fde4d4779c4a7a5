"""The address at which a gateway tells what became of a message."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app import clock
from feedback_app.intake.contacts import Owner, keep_contact, read_address
from feedback_app.intake.extra_models import Contact
from feedback_app.notifications.models import Message, MessageState
from feedback_app.notifications.operations import owe
from feedback_app.notifications.signatures import sign_report
from feedback_app.notifications.wording import Template
from tests import factories as make

SECRET = "rahasia-gerbang-yang-cukup-panjang-01"


@pytest.fixture(autouse=True)
def _secret(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    known = replace(app.extensions["suara_settings"], whatsapp_gateway_webhook_secret=SECRET)
    monkeypatch.setitem(app.extensions, "suara_settings", known)


@pytest.fixture
def message(app: Flask, session: Session) -> Message:
    unit, now = make.unit(session, make.agency(session)), clock.utcnow()
    sent = make.submission(session, unit)
    keep_contact(
        session, Owner(unit.agency_id, sent.id), read_address("0812 3456 7890"), vault=app.config["VAULT"],
        language="id", now=now,
    )  # fmt: skip
    contact_id = session.scalars(sa.select(Contact.id)).one()
    owe(
        session, agency_id=unit.agency_id, template=Template.REPLIED, params={}, dedupe_key="x", now=now,
        contact_id=contact_id,
    )  # fmt: skip
    session.execute(sa.update(Message).values(state="sent", sent_at=now, attempts=1))
    return session.scalars(sa.select(Message)).one()


def tell(client: FlaskClient, body: bytes | dict[str, Any], *, secret: str = SECRET, **headers: str) -> TestResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(clock.utcnow().timestamp()))
    signed = {"X-Suara-Timestamp": stamp, "X-Suara-Signature": sign_report(secret, stamp, raw), **headers}
    return client.post("/api/v1/pesan/status", data=raw, headers=signed, content_type="application/json")


def report(message: Message, status: str = "delivered", **more: Any) -> dict[str, Any]:
    number = f"{message.agency_id}.{message.id}.{int(message.created_at.timestamp())}@suara.kota.go.id"
    return {"id": number, "status": status, **more}


def test_a_true_report_is_noted_and_may_come_twice(client: FlaskClient, session: Session, message: Message) -> None:
    for _ in range(2):
        answer = tell(client, report(message))
        assert (answer.status_code, answer.data, answer.headers["Cache-Control"]) == (204, b"", "no-store")
    session.refresh(message)
    assert message.delivered_at is not None
    assert "Set-Cookie" not in answer.headers


def test_a_failure_is_noted_with_its_code(client: FlaskClient, session: Session, message: Message) -> None:
    assert tell(client, report(message, "failed", reason="not_on_whatsapp")).status_code == 204
    session.refresh(message)
    assert (message.state, message.last_error) == (MessageState.DEAD, "gateway: not_on_whatsapp")


def test_without_the_secret_nothing_is_said_or_changed(client: FlaskClient, session: Session, message: Message) -> None:
    for answer in (
        tell(client, report(message, "failed"), secret="y" * 32),
        tell(client, report(message, "failed"), **{"X-Suara-Timestamp": "1"}),
        client.post("/api/v1/pesan/status", json=report(message, "failed")),
    ):
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
        assert answer.get_json(force=True)["type"].endswith("unsigned_report")
    session.refresh(message)
    assert message.state is MessageState.SENT


def test_where_no_secret_is_set_no_report_is_accepted(
    app: Flask, client: FlaskClient, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = replace(app.extensions["suara_settings"], whatsapp_gateway_webhook_secret=None)
    monkeypatch.setitem(app.extensions, "suara_settings", known)
    assert tell(client, report(message)).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 422, id="nothing"),
        pytest.param(b"[]", 422, id="a list"),
        pytest.param(b"[" * 2000, 422, id="brackets without end"),
        pytest.param(b'{"id": "1.2.3", "status": "read"}', 422, id="another status"),
        pytest.param(b'{"id": "1.2.3", "status": ["failed"]}', 422, id="a list of statuses"),
        pytest.param(b'{"id": "1.2.3", "status": "failed"}', 404, id="no such message"),
        pytest.param(b'{"id": 7, "status": "failed"}', 404, id="a number that is none"),
        pytest.param(b'{"status": "failed"}', 404, id="no number"),
        pytest.param(b"\xff\xfe", 422, id="no text"),
        pytest.param(b" " * 2049, 413, id="too long"),
    ],
)
def test_what_cannot_be_a_report_is_refused_in_one_shape(client: FlaskClient, body: bytes, status: int) -> None:
    answer = tell(client, body)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_a_reason_that_is_no_text_is_left_out(client: FlaskClient, session: Session, message: Message) -> None:
    assert tell(client, report(message, "failed", reason={"a": 1})).status_code == 204
    session.refresh(message)
    assert message.last_error == "gateway: failed"
