"""The page of an error when the database is the error."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from feedback_app.blueprints import places
from feedback_app.db import db
from tests import factories as make
from tests.blueprints.office import Login

Raise = Callable[..., object]
PRIVATE = "tulisan warga yang rahasia"


def raising(error: Exception) -> Raise:
    def fail(*_args: object, **_kwargs: object) -> object:
        raise error

    return fail


def gone() -> OperationalError:
    return OperationalError("SELECT 1", {}, Exception("connection refused"))


def break_in_view(app: Flask, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let the front page fail half way, and nobody's account be read from then on."""

    def fail(_session: object) -> object:
        monkeypatch.setattr(app.login_manager, "_user_callback", raising(gone()))  # type: ignore[attr-defined]
        db.session.expire_all()
        raise error

    monkeypatch.setattr(places, "agency_cards", fail)


@pytest.fixture
def staff(app: Flask, login: Login, session: Session, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Somebody who signed in before the database went away."""
    client = login(make.user(session))
    # Errors are shown as in production, where nothing propagates them to a test.
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    return client


def test_signed_in_staff_read_that_the_database_is_away(
    app: Flask, staff: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.login_manager, "_user_callback", raising(gone()))  # type: ignore[attr-defined]
    for path in ("/petugas/", "/", "/privasi"):
        answer = staff.get(path)
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5"), path
        assert "Layanan sedang penuh" in answer.get_data(as_text=True)
        assert "Keluar" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("error", [gone(), PoolTimeoutError("QueuePool limit")], ids=["away", "no connection left"])
def test_view_that_cannot_reach_the_database_answers_503(
    app: Flask, staff: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    break_in_view(app, monkeypatch, error)
    assert "Layanan sedang penuh" in staff.get("/").get_data(as_text=True)
    program = staff.get("/", headers={"Accept": "application/json"})
    assert (program.status_code, program.mimetype) == (503, "application/problem+json")


def test_connection_that_breaks_again_while_it_is_let_go_is_still_503(
    staff: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "agency_cards", raising(gone()))
    monkeypatch.setattr(db.session, "rollback", raising(gone()))
    assert staff.get("/").status_code == 503


def test_error_of_ours_is_shown_without_the_database(
    app: Flask, staff: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_in_view(app, monkeypatch, RuntimeError("ours"))
    answer = staff.get("/")
    assert answer.status_code == 500
    assert "Permintaan ini belum berhasil" in answer.get_data(as_text=True)


def test_value_that_the_database_cannot_hold_is_refused_and_not_logged(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(places, "agency_cards", raising(DataError(PRIVATE, {"text": PRIVATE}, ValueError(PRIVATE))))
    with caplog.at_level(logging.INFO):
        answer = client.get("/")
    assert answer.status_code == 400
    assert "ValueError" in caplog.text
    assert PRIVATE not in caplog.text
    assert PRIVATE not in answer.get_data(as_text=True)


def test_row_that_the_database_refuses_reaches_no_log(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refused = IntegrityError("INSERT", {}, Exception(f"DETAIL: Failing row contains ({PRIVATE})"))
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr(places, "agency_cards", raising(refused))
    with caplog.at_level(logging.DEBUG):
        assert client.get("/").status_code == 500
    assert "Unexpected" in caplog.text
    assert PRIVATE not in caplog.text
