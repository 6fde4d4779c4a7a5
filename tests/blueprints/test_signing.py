"""What browsers carry is signed with SHA-256, and nothing else is believed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from itsdangerous import URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode
from sqlalchemy.orm import Session

from feedback_app.blueprints.shelf import Visitors
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Login

BYTES = hashlib.sha256().digest_size


def signature(signed: str) -> bytes:
    return base64_decode(signed.rpartition(".")[2])


def test_sessions_marks_and_tokens_of_forms(app: Flask, client: FlaskClient, session: Session) -> None:
    answer = client.post("/masuk", data={"email": make.user(session).email, "password": make.PASSWORD})
    assert answer.status_code == 302
    for name in ("session", "known"):
        cookie = client.get_cookie(name)
        assert cookie is not None
        assert len(signature(cookie.value)) == BYTES, name
    with app.test_request_context():
        assert len(signature(generate_csrf())) == BYTES
    # What stands before the application gives newcomers the same.
    header, token = Visitors(app).newcomer()
    assert len(signature(header.partition(";")[0])) == len(signature(token)) == BYTES


def test_a_session_signed_in_another_way_opens_nothing(
    app: Flask, client: FlaskClient, session: Session, login: Login
) -> None:
    who = make.user(session)
    make.grant(session, who, Role.EMPLOYEE, make.agency(session))
    login(who)
    held = client.get_cookie("session")
    assert held is not None
    interface = app.session_interface
    assert isinstance(interface, SecureCookieSessionInterface)
    usual = interface.get_signing_serializer(app)
    assert usual is not None
    data: dict[str, Any] = usual.loads(held.value)

    def forged(digest: Callable[..., Any]) -> str:
        signer = URLSafeTimedSerializer(
            str(app.secret_key), salt=interface.salt, serializer=interface.serializer,
            signer_kwargs={"key_derivation": "hmac", "digest_method": digest},
        )  # fmt: skip
        return str(signer.dumps(data))

    for digest, status in ((hashlib.sha1, 302), (hashlib.sha256, 200)):
        client.set_cookie("session", forged(digest))
        assert client.get("/petugas/").status_code == status, digest
