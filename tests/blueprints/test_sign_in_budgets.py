"""Guessing passwords is slowed down, and nobody can keep the owner of an account out by guessing at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from feedback_app.blueprints.known_browsers import ACCOUNTS_MOST
from feedback_app.db import db
from tests import factories as make
from tests.abuse.limited import client_from, limited_app
from tests.conftest import Live

HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def limited(live: Live, redis: Redis) -> Iterator[Flask]:
    with limited_app(live.settings) as app:
        yield app


@pytest.fixture
def owner(limited: Flask) -> str:
    with limited.app_context():
        email = make.user(db.session()).email
        db.session.commit()
    return email


def tried(browser: FlaskClient, email: str, password: str = "salah sama sekali") -> int:
    return browser.post("/masuk", data={"email": email, "password": password}).status_code


def worn_out(browser: FlaskClient, email: str) -> None:
    assert [tried(browser, email) for _ in range(7)][-1] == 429


def test_whoever_shares_an_address_cannot_keep_the_owner_out_of_the_usual_browser(limited: Flask, owner: str) -> None:
    usual = client_from(limited, HERE)
    assert tried(usual, owner, make.PASSWORD) == 302
    usual.post("/keluar")
    worn_out(client_from(limited, HERE), owner)
    # A browser never seen before behind that address has to wait; the usual one has its own tries.
    assert tried(client_from(limited, HERE), owner, make.PASSWORD) == 429
    assert tried(usual, owner) == 200
    assert tried(usual, owner, make.PASSWORD) == 302


def test_an_office_is_not_kept_out_by_one_who_guesses_there(limited: Flask, owner: str) -> None:
    usual = client_from(limited, HERE)
    assert tried(usual, owner, make.PASSWORD) == 302
    usual.post("/keluar")
    guesser = client_from(limited, HERE)
    statuses = [tried(guesser, f"siapa{number}@contoh.go.id") for number in range(31)]
    assert statuses == [200] * 30 + [429]
    assert tried(usual, owner, make.PASSWORD) == 302


def test_a_known_browser_is_slowed_down_too(limited: Flask, owner: str) -> None:
    usual = client_from(limited, HERE)
    tried(usual, owner, make.PASSWORD)
    usual.post("/keluar")
    assert [tried(usual, owner) for _ in range(8)] == [200] * 6 + [429] * 2


def test_a_browser_known_to_one_account_gains_nothing_for_another(limited: Flask, owner: str) -> None:
    with limited.app_context():
        mine = make.user(db.session()).email
        db.session.commit()
    browser = client_from(limited, HERE)
    assert tried(browser, mine, make.PASSWORD) == 302
    browser.post("/keluar")
    assert [tried(browser, owner) for _ in range(7)] == [200] * 6 + [429]


@pytest.mark.parametrize("value", ["", "x", "W10.x.y", "a" * 4000])
def test_a_made_up_mark_is_no_mark(limited: Flask, owner: str, value: str) -> None:
    guesser = client_from(limited, HERE)
    guesser.set_cookie("known", value)
    assert [tried(guesser, owner) for _ in range(7)] == [200] * 6 + [429]


def test_the_mark_says_nothing_and_opens_nothing(limited: Flask, owner: str) -> None:
    browser = client_from(limited, HERE)
    answer = browser.post("/masuk", data={"email": owner, "password": make.PASSWORD})
    (header,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("known=")]
    for attribute in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in header
    mark = browser.get_cookie("known")
    assert mark is not None
    assert owner.split("@")[0] not in mark.value
    stranger = client_from(limited, ELSEWHERE)
    stranger.set_cookie("known", mark.value)
    assert stranger.get("/petugas/").status_code == 302
    assert tried(stranger, owner) == 200


def test_a_computer_of_a_counter_knows_several_accounts_and_no_more_than_fit(limited: Flask) -> None:
    with limited.app_context():
        emails = [make.user(db.session()).email for _ in range(ACCOUNTS_MOST + 1)]
        db.session.commit()
    browser = client_from(limited, HERE)
    for email in emails:
        assert tried(browser, email, make.PASSWORD) == 302
        browser.post("/keluar")
    worn_out(client_from(limited, HERE), emails[1])
    assert tried(browser, emails[1], make.PASSWORD) == 302
    browser.post("/keluar")
    worn_out(client_from(limited, HERE), emails[0])
    assert tried(browser, emails[0], make.PASSWORD) == 429


def test_guesses_from_many_addresses_slow_everybody_down_but_lock_nobody_out(limited: Flask, owner: str) -> None:
    usual = client_from(limited, ELSEWHERE)
    assert tried(usual, owner, make.PASSWORD) == 302
    usual.post("/keluar")
    for last in range(1, 12):
        [tried(client_from(limited, f"203.0.113.{last}"), owner) for _ in range(4)]
    # Above thirty misses in an hour a strange browser has one try a minute; the usual one keeps its six.
    strange = client_from(limited, "192.0.2.9")
    assert [tried(strange, owner) for _ in range(2)] == [200, 429]
    assert [tried(usual, owner) for _ in range(3)] == [200] * 3
    assert tried(usual, owner, make.PASSWORD) == 302


def test_recovery_is_asked_for_a_few_times_from_one_place_and_still_from_others(limited: Flask, owner: str) -> None:
    limited.extensions["suara_settings"] = _with_mail(limited)
    guesser = client_from(limited, HERE)
    statuses = [guesser.post("/masuk/lupa", data={"email": owner}).status_code for _ in range(5)]
    assert statuses == [303] * 3 + [429] * 2
    # The same for an address without an account, so that a refusal tells nothing.
    statuses = [guesser.post("/masuk/lupa", data={"email": "siapa@contoh.go.id"}).status_code for _ in range(5)]
    assert statuses == [303] * 3 + [429] * 2
    assert client_from(limited, ELSEWHERE).post("/masuk/lupa", data={"email": owner}).status_code == 303


def test_made_up_links_are_slowed_down(limited: Flask) -> None:
    guesser = client_from(limited, HERE)
    statuses = [guesser.get(f"/masuk/tautan/x{number}").status_code for number in range(22)]
    assert statuses == [410] * 20 + [429] * 2
    assert client_from(limited, ELSEWHERE).get("/undangan/x").status_code == 410


def _with_mail(app: Flask) -> object:
    from dataclasses import replace

    return replace(
        app.extensions["suara_settings"], smtp_url="smtp://127.0.0.1:25", mail_from="kabar@kota.go.id",
        public_url="https://suara.kota.go.id",
    )  # fmt: skip
