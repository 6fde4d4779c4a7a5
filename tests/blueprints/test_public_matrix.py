"""Every address that asks for no account, called without what opens it: nothing is told and nothing changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from feedback_app import clock
from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import SYSTEM
from feedback_app.blueprints.access import KEY_ENDPOINTS, PUBLIC_ENDPOINTS
from feedback_app.identity.rules import Role
from feedback_app.intake.counter_keys import create_key, key_by_id, keys_of, revoke_key
from tests import factories as make
from tests.blueprints.office import new_office
from tests.gates.public_gates import OPENERS, Opener
from tests.gates.sight import Kind
from tests.gates.world import World, canary, standing_world

WORDS = {"text": "Tulisan orang asing.", "reason": "Alasan orang asing.", "verdict": "solved", "confirm": "y"}


@pytest.fixture
def world(app: Flask, session: Session, tmp_path: Path) -> Iterator[World]:
    with standing_world(app, session, tmp_path) as made:
        made.session.commit()
        yield made


def opened_by(app: Flask, opener: Opener) -> list[Rule]:
    found = [rule for rule in app.url_map.iter_rules() if OPENERS.get(rule.endpoint) is opener]
    assert found, opener
    return found


def calls(world: World, rule: Rule) -> Iterator[tuple[str, str]]:
    """Every method and address of a rule, with objects in it that exist."""
    for kind in Kind:
        objects = {
            "attachment_id": world.hung[kind].attachment.id, "proof_id": world.hung[kind].proof.id,
            "token": "tebakan-yang-panjang",
        }  # fmt: skip
        path = rule.rule
        for name in rule.arguments:
            path = re.sub(rf"<(?:\w+:)?{name}>", str(objects.get(name, 1)), path)
        yield from ((method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"}))


def acts(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) or 0


def test_every_public_address_says_what_opens_it() -> None:
    assert set(OPENERS) == PUBLIC_ENDPOINTS
    assert {name for name, opener in OPENERS.items() if opener in {Opener.KEY, Opener.SIGNATURE}} == KEY_ENDPOINTS


def test_without_a_tracking_code_nothing_of_a_report_is_told_or_done(
    app: Flask, client: FlaskClient, session: Session, world: World
) -> None:
    before = acts(session)
    for rule in opened_by(app, Opener.TRACKING_CODE):
        for method, path in calls(world, rule):
            with client.open(path, method=method, data=WORDS if method == "POST" else None) as answer:
                page = answer.get_data(as_text=True)
                assert answer.status_code in {302, 303, 404, 422}, (method, path, answer.status_code)
                if answer.status_code in {302, 303}:
                    assert answer.location in {"/lacak", "/lacak/status"}, (method, path, answer.location)
            assert not [kind for kind in Kind if canary(kind) in page], (method, path)
    assert acts(session) == before


def test_a_token_of_nobody_opens_nothing(app: Flask, client: FlaskClient, session: Session, world: World) -> None:
    before = acts(session)
    for rule in opened_by(app, Opener.TOKEN):
        for method, path in calls(world, rule):
            with client.open(path, method=method, data=WORDS if method == "POST" else None) as answer:
                assert answer.status_code in {400, 404, 410, 422}, (method, path, answer.status_code)
    assert acts(session) == before


def _refused(answer: TestResponse) -> bool:
    return answer.status_code in {401, 403, 404} and answer.mimetype == "application/problem+json"


def test_a_key_of_nobody_of_another_kind_or_revoked_opens_no_api(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    office = new_office(session)
    raw = create_key(
        session, agency_id=office.agency.id, unit_id=office.unit.id, name="mesin lama", tokens_a_day=9, actor=SYSTEM,
        key=app.config["TRACKING_KEY"], now=clock.utcnow(),
    )  # fmt: skip
    [row] = keys_of(session, office.agency.id)
    revoke_key(session, key_by_id(session, office.agency.id, row.id), actor=SYSTEM, now=clock.utcnow())
    session.flush()
    before = acts(session)
    heads: tuple[dict[str, str], ...] = (
        {},
        {"Authorization": "Bearer x"},
        {"Authorization": f"Bearer {raw}"},
        {"Authorization": f"Basic {raw}"},
    )
    for endpoint in (*opened_by(app, Opener.KEY), *opened_by(app, Opener.SIGNATURE)):
        for headers in heads:
            answer = client.post(endpoint.rule, json={"count": 1}, headers=headers)
            assert _refused(answer), (endpoint.rule, headers, answer.status_code)
            assert set(json.loads(answer.get_data())) == {"type", "title", "status"}
    assert acts(session) == before


# An inspector belongs to the Inspektorat alone.
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.INSPECTOR}))
def test_an_account_opens_no_api_whatever_its_role(
    app: Flask, client: FlaskClient, session: Session, login: object, role: Role
) -> None:
    who = make.user(session)
    make.grant(session, who, role, make.agency(session))
    login(who)  # type: ignore[operator]
    for endpoint in (*opened_by(app, Opener.KEY), *opened_by(app, Opener.SIGNATURE)):
        assert _refused(client.post(endpoint.rule, json={"count": 1})), endpoint.rule


def test_every_error_of_an_api_is_a_problem_without_details(app: Flask, client: FlaskClient) -> None:
    paths = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")}
    for path in (*paths, "/api/v1/tidak-ada", "/api/"):
        for method in ("GET", "PUT", "DELETE", "PATCH", "POST"):
            answer = client.open(path, method=method, data=b"\xff{", content_type="application/json")
            assert answer.status_code in {400, 401, 403, 404, 405, 415, 422}, (method, path)
            assert answer.mimetype == "application/problem+json", (method, path)
            told = json.loads(answer.get_data())
            assert set(told) == {"type", "title", "status"}
            assert not re.search(r"Traceback|File \"|psycopg|sqlalchemy|SELECT ", str(told)), told
