"""What several tests of pages need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.blueprints.office import Login


@pytest.fixture
def sign_in(login: Login, client: FlaskClient) -> Login:
    """Sign out whoever is signed in, then sign somebody in."""

    def sign_in_as(user: object) -> FlaskClient:
        client.post("/keluar")
        return login(user)

    return sign_in_as


@pytest.fixture
def keeping_app(app: Flask, connection: sa.Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application with places and pages kept, its shelf in use and tokens asked for, as outside tests."""
    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    _forget(app)
    yield app
    _forget(app)


def _forget(app: Flask) -> None:
    for store in ("suara_places", "suara_pages"):
        app.extensions.pop(store, None)
    app.extensions["suara_shelf"].clear()
