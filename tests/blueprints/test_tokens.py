"""Visit tokens on paper: who may print them, for what, and what stays behind."""

from __future__ import annotations

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.identity.rules import Role
from feedback_app.intake.codes import visit_token_hash
from feedback_app.intake.models import VisitToken
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Kependudukan")


@pytest.fixture
def officer(login: Login, office: Office) -> FlaskClient:
    return login(office.staff(Role.OFFICER))


def local_today() -> date:
    return clock.utcnow().astimezone(ZoneInfo("Asia/Makassar")).date()


def wanted(office: Office, **values: object) -> dict[str, object]:
    return {
        "unit_id": office.unit.id, "service_id": "", "visited_on": local_today().isoformat(), "count": 3, **values
    }  # fmt: skip


def tokens_on(page: str) -> list[str]:
    return sorted(set(re.findall(r"/k/([0-9A-Z]{26})", page)))


def stored(session: Session, office: Office) -> list[VisitToken]:
    return list(session.scalars(sa.select(VisitToken).where(VisitToken.agency_id == office.agency.id)))


def test_a_sheet_shows_the_tokens_once_and_only_their_hashes_are_kept(
    app: Flask, officer: FlaskClient, session: Session, office: Office
) -> None:
    service = make.service(session, office.unit, name="Kartu Tanda Penduduk")
    answer = officer.post("/petugas/token", data=wanted(office, service_id=service.id))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    tokens = tokens_on(page)
    assert len(tokens) == page.count("slip-qr") == 3
    rows = stored(session, office)
    key = app.config["TRACKING_KEY"]
    assert {row.token_hash for row in rows} == {visit_token_hash(token, key) for token in tokens}
    assert {(row.unit_id, row.service_id, row.visited_on) for row in rows} == {
        (office.unit.id, service.id, local_today())
    }
    for table in ("visit_tokens", "audit_events"):
        kept = str(session.execute(sa.text(f"SELECT * FROM {table}")).all())
        assert not any(token in kept for token in tokens)
    assert tokens_on(officer.get("/petugas/token").get_data(as_text=True)) == []


def test_issuing_is_noted_with_its_count(officer: FlaskClient, office: Office) -> None:
    officer.post("/petugas/token", data=wanted(office, count=7))
    (noted,) = office.acts("intake.issue_visit_tokens")
    assert (noted.subject_id, noted.detail["count"], noted.actor_id is not None) == (office.unit.id, 7, True)


def test_a_printed_token_opens_the_rating_of_its_unit(officer: FlaskClient, office: Office) -> None:
    page = officer.post("/petugas/token", data=wanted(office, count=1)).get_data(as_text=True)
    (token,) = tokens_on(page)
    opened = officer.get(f"/k/{token}")
    assert opened.status_code == 303
    assert opened.location.startswith("/nilai/")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({"count": 0}, "count", id="none"),
        pytest.param({"count": 51}, "count", id="too many"),
        pytest.param({"count": "banyak"}, "count", id="not a number"),
        pytest.param({"visited_on": (local_today() + timedelta(days=1)).isoformat()}, "visited_on", id="a day to come"),
        pytest.param({"visited_on": (local_today() - timedelta(days=8)).isoformat()}, "visited_on", id="long ago"),
        pytest.param({"visited_on": "kemarin"}, "visited_on", id="not a day"),
        pytest.param({"visited_on": ""}, "visited_on", id="no day"),
        pytest.param({"unit_id": "x"}, "unit_id", id="no unit"),
        pytest.param({"service_id": "999999"}, "service_id", id="no such service"),
    ],
)
def test_what_cannot_be_issued_is_refused_beside_its_field(
    officer: FlaskClient, session: Session, office: Office, values: dict[str, object], field: str
) -> None:
    answer = officer.post("/petugas/token", data=wanted(office, **values))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.get_data(as_text=True)
    assert stored(session, office) == []


def test_the_bounds_of_the_count_are_allowed(officer: FlaskClient, session: Session, office: Office) -> None:
    for count in (1, 50):
        assert officer.post("/petugas/token", data=wanted(office, count=count)).status_code == 200
    assert len(stored(session, office)) == 51


def test_a_unit_out_of_reach_and_a_service_of_another_unit_are_refused(
    officer: FlaskClient, session: Session, office: Office
) -> None:
    other = make.unit(session, office.agency, name="Dinas Tetangga")
    foreign = make.service(session, other)
    assert "Dinas Tetangga" not in officer.get("/petugas/token").get_data(as_text=True)
    for values in ({"unit_id": other.id}, {"service_id": foreign.id}):
        assert officer.post("/petugas/token", data=wanted(office, **values)).status_code == 422
    assert stored(session, office) == []


def test_a_head_of_several_units_cannot_mix_unit_and_service(login: Login, session: Session, office: Office) -> None:
    below = make.unit(session, office.agency, parent=office.unit, name="Bidang Kecil")
    service = make.service(session, below, name="Akta Lahir")
    head = login(office.staff(Role.UNIT_HEAD))
    page = head.get("/petugas/token").get_data(as_text=True)
    assert '<optgroup label="Bidang Kecil">' in page
    refused = head.post("/petugas/token", data=wanted(office, service_id=service.id))
    assert refused.status_code == 422
    assert "tidak diberikan oleh Dinas Kependudukan" in refused.get_data(as_text=True)
    for unit_id in (below.id, ""):
        right = head.post("/petugas/token", data=wanted(office, unit_id=unit_id, service_id=service.id))
        assert right.status_code == 200
    assert {row.unit_id for row in stored(session, office)} == {below.id}
    nothing = head.post("/petugas/token", data=wanted(office, unit_id=""))
    assert nothing.status_code == 422


def test_the_form_begins_with_today_at_the_agency(officer: FlaskClient) -> None:
    page = officer.get("/petugas/token").get_data(as_text=True)
    assert f'value="{local_today().isoformat()}"' in page
