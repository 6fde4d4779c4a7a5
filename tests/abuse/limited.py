"""An application with its budgets on, on the database of a test, and clients that come from any address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Flask
from flask.testing import FlaskClient

from feedback_app.config import Settings
from feedback_app.db import db
from tests.conftest import application


@contextmanager
def limited_app(settings: Settings, **changes: object) -> Iterator[Flask]:
    """The application as an operator runs it behind one proxy, its forms without tokens."""
    known = replace(settings, rate_limits=True, trusted_proxies=1, **changes)  # type: ignore[arg-type]
    app = application(known)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def client_from(app: Flask, address: str) -> FlaskClient:
    """A browser whose requests come from an address, through the proxy."""
    client = app.test_client()
    client.environ_base["HTTP_X_FORWARDED_FOR"] = address
    return client
