"""Whatever is tried to prove an identity and does not leaves a line in the log, and no address in it."""

from __future__ import annotations

import logging
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.factored import Clock, code, hash_cheaply, password, with_app, wrong
from tests.blueprints.office import Login, new_office

LINE = re.compile(r"Missed: (.+) at (\S+), account mark ([0-9a-f]{10}), network mark (\S+)")
HERE = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    hash_cheaply(monkeypatch)
    return Clock(monkeypatch)


@pytest.fixture
def officer(session: Session, time: Clock) -> User:
    return new_office(session).staff(Role.OFFICER)


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, ...]]:
    return [found.groups() for record in caplog.records if (found := LINE.fullmatch(record.getMessage()))]


def tried(client: FlaskClient, email: str, words: str = "salah sama sekali", **environ: str) -> int:
    data = {"email": email, "password": words}
    return client.post("/masuk", data=data, environ_overrides={**HERE, **environ}).status_code


def test_a_wrong_password_is_noted_by_marks_alone(
    client: FlaskClient, officer: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for email in (officer.email, officer.email.upper(), "siapa@contoh.go.id"):
        assert tried(client, email) == 200
    tried(client, officer.email, REMOTE_ADDR="198.51.100.9")
    first, again, other, elsewhere = lines(caplog)
    assert first[:2] == ("password", "security.login")
    # The same account and network are known again, others are told apart.
    assert first == again
    assert (first[2] != other[2], first[3] == other[3]) == (True, True)
    assert (first[2] == elsewhere[2], first[3] != elsewhere[3]) == (True, True)
    for secret in (officer.email, officer.email.partition("@")[0], "salah sama sekali", "203.0.113", "siapa@"):
        assert secret.lower() not in caplog.text.lower()


def test_a_right_password_is_noted_as_no_miss(
    client: FlaskClient, officer: User, caplog: pytest.LogCaptureFixture
) -> None:
    assert tried(client, officer.email, make.PASSWORD) == 302
    client.get("/masuk")
    assert lines(caplog) == []


def test_a_mark_of_a_network_is_another_one_on_another_day(
    client: FlaskClient, officer: User, time: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    tried(client, officer.email)
    time.turn(days=1)
    tried(client, officer.email)
    today, tomorrow = lines(caplog)
    assert (today[2] == tomorrow[2], today[3] != tomorrow[3]) == (True, True)


def test_missed_codes_and_confirmations_are_noted_under_the_same_mark(
    app: Flask, session: Session, client: FlaskClient, officer: User, time: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    tried(client, officer.email)
    secret = with_app(app, session, officer)
    password(client, officer)
    client.post("/masuk/kedua", data={"code": wrong(secret)})
    client.post("/masuk/kedua", data={"code": code(secret)})
    time.turn(minutes=31)
    client.post("/petugas/konfirmasi", data={"step_up_code": wrong(secret)})
    found = lines(caplog)
    assert [line[:2] for line in found] == [
        ("password", "security.login"), ("second factor", "second_step.show"), ("confirmation", "step_up.confirm"),
    ]  # fmt: skip
    assert len({line[2] for line in found}) == 1


def test_a_wrong_present_password_is_noted(
    login: Login, client: FlaskClient, officer: User, caplog: pytest.LogCaptureFixture
) -> None:
    login(officer)
    new = {"present": "bukan yang ini", "password": "jangkrik kuning berenang", "again": "jangkrik kuning berenang"}
    assert client.post("/petugas/akun/kata-sandi", data=new).status_code == 422
    assert [line[0] for line in lines(caplog)] == ["present password"]
