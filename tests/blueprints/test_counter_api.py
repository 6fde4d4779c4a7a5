"""A counter's own system asks for tokens and tells its count of visits, with a key and nothing else."""

from __future__ import annotations

import re
import shlex
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app import clock, config
from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import SYSTEM
from feedback_app.db import db
from feedback_app.identity.rules import Role
from feedback_app.intake.codes import visit_token_hash
from feedback_app.intake.counter_keys import TokensADayError, create_key, key_by_id, keys_of, revoke_key
from feedback_app.intake.counter_models import VisitCount
from feedback_app.intake.models import VisitToken
from feedback_app.organisation.models import PublicService
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office
from tests.conftest import Live

TOKENS, COUNTS = "/api/v1/visit-tokens", "/api/v1/visit-counts"


@dataclass
class Machine:
    """A counter's own system, with its key."""

    client: FlaskClient
    key: str

    def __call__(self, address: str, **body: Any) -> TestResponse:
        return self.client.post(address, json=body, headers={"Authorization": f"Bearer {self.key}"})


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Kependudukan")


@pytest.fixture
def service(session: Session, office: Office) -> PublicService:
    return make.service(session, office.unit, code="ktp-el")


@pytest.fixture
def machine(app: Flask, client: FlaskClient, office: Office) -> Machine:
    return Machine(client, new_key(app, office))


def new_key(app: Flask, office: Office, *, tokens_a_day: int = 2000) -> str:
    return create_key(
        office.session, agency_id=office.agency.id, unit_id=office.unit.id, name="mesin antrean",
        tokens_a_day=tokens_a_day, actor=SYSTEM, key=app.config["TRACKING_KEY"], now=clock.utcnow(),
    )  # fmt: skip


def local_today() -> date:
    return clock.utcnow().astimezone(ZoneInfo("Asia/Makassar")).date()


def test_tokens_come_with_address_picture_and_last_day_and_only_their_hashes_stay(
    app: Flask, machine: Machine, session: Session, office: Office, service: PublicService
) -> None:
    answer = machine(TOKENS, service="ktp-el", count=3)
    body = answer.get_json()
    assert (answer.status_code, body["service"], body["day"]) == (201, "ktp-el", local_today().isoformat())
    assert answer.headers["Cache-Control"] == "no-store"
    assert all(set(token) == {"url", "svg", "expires_at"} for token in body["tokens"])
    assert all(token["svg"].startswith("<svg") for token in body["tokens"])
    raw = [token["url"].rpartition("/k/")[2] for token in body["tokens"]]
    rows = session.scalars(sa.select(VisitToken).where(VisitToken.unit_id == office.unit.id)).all()
    assert {row.token_hash for row in rows} == {visit_token_hash(one, app.config["TRACKING_KEY"]) for one in raw}
    assert {(row.service_id, row.visited_on, row.issued_by) for row in rows} == {(service.id, local_today(), None)}
    assert all(row.counter_key_id is not None for row in rows)
    assert all(one not in str(session.execute(sa.text("SELECT * FROM audit_events")).all()) for one in raw)


def test_a_token_of_the_machine_opens_the_rating_of_its_unit(machine: Machine, office: Office) -> None:
    [token] = machine(TOKENS).get_json()["tokens"]
    landing = machine.client.get(token["url"])
    assert (landing.status_code, landing.location) == (303, f"/nilai/{office.agency.code}/{office.unit.code}")


def test_every_call_leaves_one_row_in_the_audit_trail_and_the_moment_of_its_use(
    machine: Machine, session: Session, office: Office, service: PublicService
) -> None:
    [key] = keys_of(session, office.agency.id)
    assert key.last_used_at is None
    machine(TOKENS, service="ktp-el", count=4)
    machine(COUNTS, service="ktp-el", day=local_today().isoformat(), transactions=12)
    session.expire_all()
    [issued] = office.acts("intake.issue_visit_tokens")
    [counted] = office.acts("intake.count_visits")
    assert (issued.subject_id, issued.detail["count"], issued.detail["service_id"]) == (key.id, 4, service.id)
    assert (counted.detail["transactions"], counted.detail["unit_id"]) == (12, office.unit.id)
    assert key_by_id(session, office.agency.id, key.id).last_used_at is not None


def test_a_count_sent_again_replaces_the_number(machine: Machine, session: Session, office: Office) -> None:
    make.service(session, office.unit, code="kk")
    day = local_today().isoformat()
    for service, transactions in ((None, 40), ("kk", 9), (None, 41), ("kk", 9)):
        assert machine(COUNTS, service=service, day=day, transactions=transactions).status_code == 200
    rows = session.scalars(sa.select(VisitCount).where(VisitCount.unit_id == office.unit.id)).all()
    assert sorted((row.service_id is None, row.transactions) for row in rows) == [(False, 9), (True, 41)]


def test_no_cookie_is_set_and_a_signed_in_session_opens_nothing(
    app: Flask, login: Login, office: Office, machine: Machine
) -> None:
    assert "Set-Cookie" not in machine(TOKENS).headers
    signed_in = login(office.staff(Role.UNIT_HEAD))
    assert signed_in.post(TOKENS, json={}).status_code == 401


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer x", "Basic abc", "Bearer slk_" + "A" * 43, "Bearer \x01é"])
def test_a_key_that_nobody_has_is_refused_the_same_way_everywhere(client: FlaskClient, given: str) -> None:
    for address in (TOKENS, COUNTS):
        answer = client.post(address, data="{", headers={"Authorization": given})
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
        assert answer.get_json(force=True)["type"] == "urn:suara-layanan:error:unknown_counter_key"


def test_a_revoked_key_looks_like_one_that_never_was(
    machine: Machine, client: FlaskClient, session: Session, office: Office
) -> None:
    [key] = keys_of(session, office.agency.id)
    revoke_key(session, key, actor=SYSTEM, now=clock.utcnow())
    session.commit()
    unknown = client.post(TOKENS, json={}, headers={"Authorization": "Bearer slk_" + "A" * 43})
    assert machine(TOKENS).data == unknown.data
    assert len(office.acts("intake.revoke_counter_key")) == 1


@pytest.mark.parametrize(
    ("address", "body"),
    [
        pytest.param(TOKENS, {"count": 0}, id="no token"),
        pytest.param(TOKENS, {"count": 51}, id="too many at once"),
        pytest.param(TOKENS, {"count": True}, id="a truth value"),
        pytest.param(TOKENS, {"count": "5"}, id="a number in words"),
        pytest.param(TOKENS, {"service": "akta"}, id="service of another unit"),
        pytest.param(TOKENS, {"service": ["ktp-el"]}, id="a list"),
        pytest.param(TOKENS, {"day": "kemarin"}, id="no date"),
        pytest.param(TOKENS, {"day": 20260512}, id="a number for a date"),
        pytest.param(TOKENS, {"day": "2020-01-01"}, id="long ago"),
        pytest.param(TOKENS, {"next": "https://contoh.id"}, id="a field nobody knows"),
        pytest.param(COUNTS, {"transactions": 5}, id="no day"),
        pytest.param(COUNTS, {"day": "2026-05-12"}, id="no number"),
        pytest.param(COUNTS, {"day": "9999-12-31", "transactions": 5}, id="a day to come"),
        pytest.param(COUNTS, {"day": "2026-05-12", "transactions": -1}, id="less than none"),
        pytest.param(COUNTS, {"day": "2026-05-12", "transactions": 1e99}, id="a fraction or an absurd number"),
    ],
)
def test_a_call_that_makes_no_sense_is_a_problem_and_changes_nothing(
    machine: Machine, session: Session, office: Office, service: PublicService, address: str, body: dict[str, Any]
) -> None:
    answer = machine(address, **body)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert set(answer.get_json(force=True)) == {"type", "title", "status"}
    for model in (VisitToken, VisitCount):
        assert session.scalars(sa.select(model).where(model.agency_id == office.agency.id)).all() == []


@pytest.mark.parametrize(
    "raw",
    ["", "[]", "null", "{", '"x"', "\x00", "[" * 2000, "[" * 30_000, '{"count": 1' + " " * 3000 + "}"],
    ids=["nothing", "list", "null", "half", "word", "zero", "deep", "deep and long", "long"],
)
def test_what_is_no_json_object_is_a_problem(machine: Machine, raw: str) -> None:
    answer = machine.client.post(TOKENS, data=raw, headers={"Authorization": f"Bearer {machine.key}"})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


@pytest.mark.parametrize("count", [0, 51, "x"])
def test_a_number_of_tokens_out_of_range_is_told_the_range(machine: Machine, count: object) -> None:
    assert (
        machine(TOKENS, count=count).get_json(force=True)["title"]
        == "Isi count dengan bilangan bulat dari 1 sampai 50."
    )


def test_the_key_itself_is_stored_nowhere(machine: Machine, session: Session) -> None:
    machine(TOKENS)
    for table in ("counter_keys", "audit_events", "visit_tokens"):
        kept = str(session.execute(sa.text(f"SELECT * FROM {table}")).all())
        assert machine.key not in kept
        assert machine.key.removeprefix("slk_") not in kept
    assert len(machine.key) >= len("slk_") + 43


def test_the_budget_of_a_day_holds_when_many_call_at_once(live: Live) -> None:
    with live.app.app_context():
        office = new_office(db.session())
        key = new_key(live.app, office, tokens_a_day=25)
        db.session.commit()
        db.session.remove()
    together = threading.Barrier(10)

    def ask(_: int) -> int:
        with live.app.test_client() as client:
            together.wait()
            return Machine(client, key)(TOKENS, count=4).status_code

    with ThreadPoolExecutor(10) as pool:
        statuses = Counter(pool.map(ask, range(10)))
    assert statuses == {201: 6, 429: 4}
    with live.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(VisitToken)) == 24
        acts = db.session.scalar(sa.select(sa.func.count()).where(AuditEvent.action == "intake.issue_visit_tokens"))
        assert acts == 6


def test_the_examples_of_the_documentation_work_as_they_stand(
    machine: Machine, session: Session, office: Office
) -> None:
    make.service(session, office.unit, code="ktp-elektronik")
    written = (config.project_root() / "docs/counter.md").read_text()
    calls = [shlex.split(block.replace("\\\n", " ")) for block in re.findall(r"```sh\n(curl .*?)```", written, re.S)]
    assert len(calls) == 2
    statuses = []
    for words in calls:
        address = next(word for word in words if word.startswith("https://"))
        body = words[words.index("-d") + 1].replace("$(date +%F)", local_today().isoformat())
        header = words[words.index("-H") + 1].replace("$KUNCI", machine.key)
        name, _, value = header.partition(": ")
        path = "/" + address.split("/", 3)[3]
        statuses.append(machine.client.post(path, data=body, headers={name: value}).status_code)
    assert statuses == [201, 200]


def test_a_head_makes_a_key_sees_its_last_use_and_revokes_it(
    app: Flask, login: Login, session: Session, office: Office
) -> None:
    head = login(office.staff(Role.UNIT_HEAD))
    wanted = {"unit_id": office.unit.id, "name": "mesin antrean", "tokens_a_day": 300}
    page = head.post("/petugas/loket/kunci", data=wanted).get_data(as_text=True)
    [raw] = set(re.findall(r"slk_[\w-]{43}", page))
    again = head.get("/petugas/loket/kunci").get_data(as_text=True)
    assert raw not in again
    assert "belum pernah" in again
    assert Machine(head, raw)(TOKENS).status_code == 201
    assert "belum pernah" not in head.get("/petugas/loket/kunci").get_data(as_text=True)
    session.expire_all()
    [key] = keys_of(session, office.agency.id)
    assert (key.tokens_a_day, key.created_by is not None) == (300, True)
    assert head.post(f"/petugas/loket/kunci/{office.agency.id}/{key.id}/cabut").status_code == 303
    assert Machine(head, raw)(TOKENS).status_code == 401
    assert "Dicabut" in head.get("/petugas/loket/kunci").get_data(as_text=True)


def test_a_key_out_of_reach_looks_like_one_that_does_not_exist(
    app: Flask, login: Login, session: Session, office: Office
) -> None:
    other = new_office(session)
    raw = new_key(app, other)
    [key] = keys_of(session, other.agency.id)
    head = login(office.staff(Role.UNIT_HEAD))
    assert head.post(f"/petugas/loket/kunci/{other.agency.id}/{key.id}/cabut").status_code == 404
    assert head.post("/petugas/loket/kunci", data={"unit_id": other.unit.id, "name": "x"}).status_code == 422
    assert Machine(head, raw)(TOKENS).status_code == 201


def test_an_officer_sees_the_keys_and_neither_makes_nor_revokes_one(
    app: Flask, login: Login, session: Session, office: Office
) -> None:
    new_key(app, office)
    [key] = keys_of(session, office.agency.id)
    officer = login(office.staff(Role.OFFICER))
    page = officer.get("/petugas/loket/kunci").get_data(as_text=True)
    assert "mesin antrean" in page
    assert "Kunci dibuat dan dicabut oleh kepala unit." in page
    assert "Cabut" not in page
    assert officer.post("/petugas/loket/kunci", data={"name": "x", "tokens_a_day": 10}).status_code == 403
    assert officer.post(f"/petugas/loket/kunci/{office.agency.id}/{key.id}/cabut").status_code == 403
    assert len(keys_of(session, office.agency.id)) == 1


def test_an_administrator_makes_a_key_and_finds_the_way_there(login: Login, session: Session, office: Office) -> None:
    administrator = login(office.staff(Role.ADMINISTRATOR))
    assert 'href="/petugas/loket/kunci"' in administrator.get("/petugas/kotak-masuk").get_data(as_text=True)
    page = administrator.get("/petugas/loket/kunci").get_data(as_text=True)
    assert 'href="/petugas/loket"' not in page
    wanted = {"unit_id": office.unit.id, "name": "mesin antrean", "tokens_a_day": 5000}
    assert administrator.post("/petugas/loket/kunci", data=wanted).status_code == 200
    assert [key.tokens_a_day for key in keys_of(session, office.agency.id)] == [5000]


@pytest.mark.parametrize("tokens_a_day", [0, 5001])
def test_a_budget_that_no_counter_needs_is_refused(
    app: Flask, login: Login, session: Session, office: Office, tokens_a_day: int
) -> None:
    wanted = {"unit_id": office.unit.id, "name": "mesin", "tokens_a_day": tokens_a_day}
    assert login(office.staff(Role.UNIT_HEAD)).post("/petugas/loket/kunci", data=wanted).status_code == 422
    with pytest.raises(TokensADayError):
        new_key(app, office, tokens_a_day=tokens_a_day)
    assert keys_of(session, office.agency.id) == []
