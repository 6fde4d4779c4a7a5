"""Every endpoint that changes something, or costs much to read, stands under a budget; people are never near theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from feedback_app.blueprints.budgets import BUDGETS
from feedback_app.blueprints.guessing import Tallies
from feedback_app.blueprints.staff_budgets import COSTLY, staff_budgets
from feedback_app.config import Settings
from feedback_app.db import db
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.abuse.limited import client_from, limited_app
from tests.conftest import TEMPLATE, fresh_database

# They change nothing but the caller's own cookie.
FREE = {"public.language", "security.logout", "second_step.cancel"}


def test_every_endpoint_that_takes_something_has_a_budget(app: Flask) -> None:
    covered = {endpoint for budget in (*BUDGETS, *staff_budgets(app)) for endpoint in budget.endpoints}
    taking = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())}
    assert taking - covered == FREE


def test_what_is_costly_is_an_endpoint(app: Flask) -> None:
    assert set(app.view_functions) >= COSTLY


@pytest.fixture(scope="module")
def site(servers: Settings, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    with fresh_database(servers, f"{TEMPLATE}_worked", template=template) as url:
        settings = dict(database_url=url, home=tmp_path_factory.mktemp("worked"))  # noqa: C408 - names of fields
        with limited_app(servers, **settings) as made:
            with made.app_context():
                who = make.user(db.session())
                make.grant(db.session(), who, Role.ADMINISTRATOR, make.agency(db.session()))
                db.session.commit()
                email = who.email
            yield made, email


@pytest.fixture
def signed_in(site: tuple[Flask, str], redis: object) -> FlaskClient:
    made, email = site
    made.extensions["suara_tallies"] = Tallies()
    client = client_from(made, "203.0.113.9")
    assert client.post("/masuk", data={"email": email, "password": make.PASSWORD}).status_code == 302
    return client


@pytest.mark.slow
def test_a_program_that_copies_with_somebodys_session_is_slowed(signed_in: FlaskClient) -> None:
    found = [signed_in.get("/petugas/pegawai").status_code for _ in range(380)]
    assert found[:300] == [200] * 300
    assert found[-1] == 429


def test_what_costs_seconds_has_a_budget_of_its_own(signed_in: FlaskClient) -> None:
    found = [signed_in.get("/petugas/pegawai/impor").status_code for _ in range(45)]
    assert found[:30] == [200] * 30
    assert found[-1] == 429
    # Other work goes on.
    assert signed_in.get("/petugas/pegawai").status_code == 200


def test_a_colleague_behind_the_same_address_is_not_slowed_with_them(
    site: tuple[Flask, str], signed_in: FlaskClient
) -> None:
    made, _email = site
    with made.app_context():
        colleague = make.user(db.session())
        make.grant(db.session(), colleague, Role.ADMINISTRATOR, make.agency(db.session()))
        db.session.commit()
        email = colleague.email
    while signed_in.get("/petugas/pegawai/impor").status_code != 429:
        pass
    other = client_from(made, "203.0.113.9")
    other.post("/masuk", data={"email": email, "password": make.PASSWORD})
    assert other.get("/petugas/pegawai/impor").status_code == 200
