"""How many questionnaires one address may send, with and without a visit, and what becomes of one too many."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from limits import parse_many
from redis import Redis
from sqlalchemy.orm import Session

from feedback_app.blueprints.budgets import BUDGETS
from feedback_app.db import db
from feedback_app.survey.models import Response
from tests.abuse.limited import client_from, limited_app
from tests.blueprints.surveyed import Surveyed, surveyed
from tests.conftest import Live

CROWD = "203.0.113.7"


@pytest.fixture
def limited(live: Live, redis: Redis) -> Iterator[Flask]:
    with limited_app(live.settings) as app:
        yield app


@pytest.fixture
def place(limited: Flask) -> Iterator[Surveyed]:
    with limited.app_context():
        engine = db.engine
    with Session(engine) as session:
        yield surveyed(session)


def count(place: Surveyed) -> int:
    return place.session.scalar(sa.select(sa.func.count()).select_from(Response)) or 0


def send(client: FlaskClient, place: Surveyed, number: int, **values: str) -> int:
    return client.post(place.address, data=place.filled(once=f"{number:032x}", **values)).status_code


def test_one_address_stuffs_ten_questionnaires_a_minute_and_no_more(limited: Flask, place: Surveyed) -> None:
    stuffer, neighbour = client_from(limited, CROWD), client_from(limited, "198.51.100.9")
    statuses = [send(stuffer, place, number, **{"q-waktu": "1"}) for number in range(14)]
    assert statuses == [303] * 10 + [429] * 4
    assert count(place) == 10
    assert send(neighbour, place, 99) == 303


def test_what_is_one_too_many_is_shown_again_as_it_was_filled_in(limited: Flask, place: Surveyed) -> None:
    hall = client_from(limited, CROWD)
    for number in range(10):
        send(hall, place, number)
    refused = hall.post(place.address, data=place.filled(once="ab" * 16, age="51", **{"q-waktu": "1"}))
    page = refused.get_data(as_text=True)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert re.search(r"belum disimpan.*Coba lagi dalam sekitar 1 menit", page, re.S)
    assert page.count(" checked") == 9
    assert 'name="q-waktu" value="1" id="q-waktu-0" checked' in page
    assert 'value="51"' in page
    assert "ab" * 16 in page


def test_a_program_is_refused_in_its_own_shape(limited: Flask, place: Surveyed) -> None:
    hall = client_from(limited, CROWD)
    for number in range(10):
        send(hall, place, number)
    refused = hall.post(place.address, data=place.filled(), headers={"Accept": "application/json"})
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")


def test_a_form_that_is_shown_again_costs_nothing(limited: Flask, place: Surveyed) -> None:
    hall = client_from(limited, CROWD)
    assert {send(hall, place, number, age="tua") for number in range(15)} == {422}
    assert send(hall, place, 99) == 303


def test_who_proves_a_visit_is_taken_in_a_hall_that_has_sent_too_many(limited: Flask, place: Surveyed) -> None:
    for number in range(11):
        send(client_from(limited, CROWD), place, number)
    for number in range(12):
        visitor = client_from(limited, CROWD)
        assert visitor.get(f"{place.address}?k={place.token(limited)}").status_code == 303
        assert send(visitor, place, 100 + number) == 303
        # One visit is one questionnaire; the next from the same phone waits like everybody's.
        assert send(visitor, place, 200 + number) == 429
    assert count(place) == 22


def test_a_cookie_with_a_visit_that_was_used_opens_no_second_way_in(limited: Flask, place: Surveyed) -> None:
    visitor = client_from(limited, CROWD)
    visitor.get(f"{place.address}?k={place.token(limited)}")
    kept = visitor.get_cookie("session")
    assert kept is not None
    assert send(visitor, place, 1) == 303
    for number in range(2, 5):
        visitor.set_cookie("session", kept.value)
        assert send(visitor, place, number) == 409
    assert count(place) == 1


def test_the_budget_holds_by_the_minute_the_hour_and_the_day() -> None:
    [budget] = [one for one in BUDGETS if one.scope == "survey_without_visit"]
    assert isinstance(budget.limit, str)
    assert [(one.amount, one.get_expiry()) for one in parse_many(budget.limit)] == [(10, 60), (60, 3600), (200, 86400)]
    assert budget.soft is None
