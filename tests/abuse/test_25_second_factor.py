"""Somebody who knows the password guesses at the second factor: slowed down, told of, and never in."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from redis import Redis

from feedback_app.db import db
from feedback_app.identity.factors.models import AccountFactors
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.notifications.models import Message
from tests import factories as make
from tests.abuse.limited import client_from, limited_app
from tests.blueprints.factored import Clock, code, with_app, wrong
from tests.conftest import Live


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def _account(app: Flask) -> tuple[str, bytes]:
    with app.app_context():
        who = make.user(db.session())
        make.grant(db.session(), who, Role.REVIEWER, make.agency(db.session()))
        secret = with_app(app, db.session(), who)
        db.session.commit()
        return who.email, secret


@pytest.mark.slow
def test_guesses_from_many_addresses_are_held_by_the_account(live: Live, redis: Redis, time: Clock) -> None:
    """300 guesses in half an hour from 60 addresses: no more are looked at than the pause lets through."""
    with limited_app(live.settings) as app:
        email, secret = _account(app)
        for number in range(60):
            attacker = client_from(app, f"203.0.{number}.7")
            attacker.post("/masuk", data={"email": email, "password": make.PASSWORD})
            for _ in range(5):
                attacker.post("/masuk/kedua", data={"code": wrong(secret)})
            time.turn(seconds=30)
        with app.app_context():
            misses = db.session.scalars(sa.select(AccountFactors.misses)).one()
            told = Counter(db.session.scalars(sa.select(Message.template)))
        # Five at once, then after 30 s, 1, 2, 4, 8 and 15 minutes.
        assert misses <= 5 + 6
        assert told["factor_missed"] == 1
        # The owner waits at the most a quarter of an hour, and then is in.
        time.turn(minutes=15)
        owner = client_from(app, "198.51.100.9")
        owner.post("/masuk", data={"email": email, "password": make.PASSWORD})
        assert owner.post("/masuk/kedua", data={"code": code(secret)}).status_code == 303
        assert owner.get("/petugas/akun").status_code == 200


def test_guesses_from_one_address_are_refused_before_they_reach_the_account(
    live: Live, redis: Redis, time: Clock
) -> None:
    with limited_app(live.settings) as app:
        email, secret = _account(app)
        attacker, answers = client_from(app, "203.0.113.7"), Counter[int]()
        for _ in range(6):
            attacker.post("/masuk", data={"email": email, "password": make.PASSWORD})
            for _ in range(5):
                answers[attacker.post("/masuk/kedua", data={"code": wrong(secret)}).status_code] += 1
        assert answers[429] > 0
        with app.app_context():
            assert db.session.scalars(sa.select(AccountFactors.misses)).one() <= 6
        refused = attacker.post("/masuk/kedua", data={"code": wrong(secret)})
        assert int(refused.headers["Retry-After"]) > 0


def test_right_codes_cost_no_budget(live: Live, redis: Redis, time: Clock) -> None:
    """A whole office signs in from one address in the morning."""
    with limited_app(live.settings) as app:
        for _ in range(15):
            email, secret = _account(app)
            client = client_from(app, "198.51.100.9")
            client.post("/masuk", data={"email": email, "password": make.PASSWORD})
            assert client.post("/masuk/kedua", data={"code": code(secret)}).status_code == 303


def test_a_miss_tells_nothing_of_the_account_but_that_it_missed(live: Live, redis: Redis, time: Clock) -> None:
    with limited_app(live.settings) as app:
        email, secret = _account(app)
        client = client_from(app, "203.0.113.8")
        client.post("/masuk", data={"email": email, "password": make.PASSWORD})
        page = client.post("/masuk/kedua", data={"code": wrong(secret)}).get_data(as_text=True)
        with app.app_context():
            who = db.session.scalars(sa.select(User)).one()
        assert who.email not in page
        assert who.name not in page


def test_one_code_sent_ten_times_at_once_signs_in_once(live: Live, time: Clock) -> None:
    """Whoever looks over a shoulder and is faster than the owner is the only one; nobody comes in behind them."""
    email, secret = _account(live.app)
    live.app.config["WTF_CSRF_ENABLED"] = False
    clients = [live.app.test_client() for _ in range(10)]
    for client in clients:
        assert client.post("/masuk", data={"email": email, "password": make.PASSWORD}).status_code == 303
    typed = code(secret)
    with ThreadPoolExecutor(10) as at_once:
        answers = list(at_once.map(lambda client: client.post("/masuk/kedua", data={"code": typed}), clients))
    assert Counter(answer.status_code for answer in answers) == {303: 1, 422: 9}
    assert sum(client.get("/petugas/akun").status_code == 200 for client in clients) == 1
