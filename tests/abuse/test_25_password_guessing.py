"""Abuse case 25: tries at one account are not made more by spelling it otherwise, nor by signing in to one's own.

Both were found by attacking the running platform (docs/red-team.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from feedback_app.blueprints.known_browsers import account_mark
from feedback_app.db import db
from tests import factories as make
from tests.abuse.limited import client_from, limited_app
from tests.conftest import Live

HERE = "203.0.113.7"


@pytest.fixture
def limited(live: Live, redis: Redis) -> Iterator[Flask]:
    with limited_app(live.settings) as app:
        yield app


@pytest.fixture
def people(limited: Flask) -> tuple[str, str]:
    """The addresses of a victim and of an insider."""
    with limited.app_context():
        found = make.user(db.session()).email, make.user(db.session()).email
        db.session.commit()
    return found


def tried(browser: FlaskClient, email: str, password: str = "salah sama sekali") -> int:
    return browser.post("/masuk", data={"email": email, "password": password}).status_code


def spellings(email: str) -> Iterator[str]:
    """Addresses that the sign-in page takes for the same one: full-width letters and dots, other case."""
    name, domain = email.split("@")
    for at, char in enumerate(domain):
        wide = "\u3002" if char == "." else chr(ord(char) + 0xFEE0) if char.isalnum() else char
        yield f"{name.upper()}@{domain[:at]}{wide}{domain[at + 1 :]}"


def test_an_address_spelled_otherwise_is_the_same_account(limited: Flask, people: tuple[str, str]) -> None:
    victim, _ = people
    written = list(spellings(victim))
    assert tried(client_from(limited, "192.0.2.1"), written[1], make.PASSWORD) == 302
    guesser = client_from(limited, HERE)
    assert [tried(guesser, email) for email in islice(cycle(written), 8)] == [200] * 6 + [429] * 2


def test_spellings_have_one_mark_and_other_accounts_have_others(limited: Flask) -> None:
    with limited.app_context():
        marks = {account_mark(email) for email in [*spellings("siti@kupang.go.id"), "siti@kupang.go.id"]}
        assert len(marks) == 1
        assert account_mark("sita@kupang.go.id") not in marks
        # What is no address at all is counted as it was written.
        assert account_mark("siti") != account_mark("sita")


def test_an_insider_gains_no_tries_at_a_colleague_by_signing_in_between(
    limited: Flask, people: tuple[str, str]
) -> None:
    victim, insider = people
    counter = client_from(limited, HERE)
    assert tried(counter, victim, make.PASSWORD) == 302
    counter.post("/keluar")
    statuses = []
    for _ in range(3):
        statuses += [tried(counter, victim) for _ in range(4)]
        # One's own right password is no reason to forget the wrong ones at somebody else's account.
        assert tried(counter, insider, make.PASSWORD) == 302
        counter.post("/keluar")
    assert statuses == [200] * 6 + [429] * 6


def test_a_right_password_still_forgets_ones_own_wrong_ones(limited: Flask, people: tuple[str, str]) -> None:
    victim, _ = people
    browser = client_from(limited, HERE)
    for _ in range(3):
        assert tried(browser, victim, make.PASSWORD) == 302
        browser.post("/keluar")
        assert [tried(browser, victim) for _ in range(5)] == [200] * 5
