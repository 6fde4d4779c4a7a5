"""Accounts with a second factor, an installation that asks for it, and a clock that tests turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.identity.factors import recovery
from feedback_app.identity.factors.accounts import locked
from feedback_app.identity.factors.rules import step_of
from feedback_app.identity.factors.totp import code_at, new_secret
from feedback_app.identity.models import User
from tests.factories import PASSWORD


class Clock:
    """A clock that stands until it is turned, at the machine's present time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)
        monkeypatch.setattr(clock, "utcnow", lambda: self.now)

    def turn(self, **by: float) -> None:
        """Let time go by."""
        self.now += timedelta(**by)


def hash_cheaply(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash recovery codes at the lowest cost; what it is worth in earnest one test looks at."""
    for name, cheap in (("ROUNDS", 1), ("MEMORY_KIB", 8), ("LANES", 1)):
        monkeypatch.setattr(recovery, name, cheap)


def with_app(app: Flask, session: Session, user: User) -> bytes:
    """Give an account an authenticator app; return its secret."""
    secret = new_secret()
    row = locked(session, user.id)
    row.totp_sealed = app.config["FACTOR_BOX"].seal(secret, user_id=user.id)
    row.totp_since, row.totp_last_step = clock.utcnow(), 0
    session.flush()
    return secret


def code(secret: bytes, *, steps: int = 0) -> str:
    """Return the code an app shows now, or so many steps from now."""
    return code_at(secret, step_of(clock.utcnow()) + steps)


def wrong(secret: bytes) -> str:
    """Return a code that is right at no step near now."""
    near = {code(secret, steps=steps) for steps in range(-3, 4)}
    return next(found for number in range(1_000_000) if (found := f"{number:06d}") not in near)


def password(client: FlaskClient, user: User, **more: str) -> object:
    """Type the right password; return the answer."""
    return client.post("/masuk", data={"email": user.email, "password": PASSWORD, **more})


def required(app: Flask, monkeypatch: pytest.MonkeyPatch, asked: str = "required") -> None:
    """Let the shared application ask for second factors, for one test."""
    known = app.extensions["suara_settings"]
    monkeypatch.setitem(app.extensions, "suara_settings", replace(known, second_factor=asked))
