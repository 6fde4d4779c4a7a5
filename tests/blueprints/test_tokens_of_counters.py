"""A token of one counter leads a rating to whoever served there: by the page, by the machine's key, by the drain."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.drain.run import drain_batch
from feedback_app.identity.rules import Role
from feedback_app.intake.counter_keys import create_key
from feedback_app.intake.models import Submission, VisitToken
from feedback_app.intake.operations import Draft, submit
from feedback_app.intake.rules import SubmissionKind
from feedback_app.measures.models import DailyMeasure
from feedback_app.measures.operations import recount
from feedback_app.organisation.models import Unit
from feedback_app.organisation.people.models import Counter
from tests import factories as make
from tests.blueprints.office import Login, NumberHider, Office, new_office

ZONE: Final = ZoneInfo("Asia/Makassar")


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Kependudukan")


def counter(session: Session, unit: Unit, name: str = "Loket 2") -> Counter:
    row = Counter(
        agency_id=unit.agency_id, unit_id=unit.id, code=name.lower().replace(" ", "-"), name=name,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    session.add(row)
    session.commit()
    return row


def officer(login: Login, office: Office) -> FlaskClient:
    return login(office.staff(Role.OFFICER))


def test_a_sheet_for_a_counter_leads_its_ratings_there(
    app: Flask, login: Login, session: Session, office: Office
) -> None:
    desk = counter(session, office.unit)
    page = officer(login, office).post(
        "/petugas/token",
        data={
            "unit_id": str(office.unit.id), "service_id": "", "counter_id": str(desk.id), "count": "1",
            "visited_on": clock.utcnow().astimezone(ZONE).date().isoformat(),
        },
    )  # fmt: skip
    assert page.status_code == 200
    assert "Loket 2" in page.text
    token = re.findall(r"/k/([0-9A-Za-z-]+)", page.text)[0]
    row = session.scalars(sa.select(VisitToken)).one()
    assert row.counter_id == desk.id
    draft = Draft(
        agency_id=office.agency.id, unit_id=office.unit.id, kind=SubmissionKind.RATING, occurred_on=row.visited_on,
        rating=4, visit_token=token,
    )  # fmt: skip
    submit(session, draft, key=app.config["TRACKING_KEY"], now=clock.utcnow(), today=row.visited_on)
    assert session.scalars(sa.select(Submission.counter_id)).all() == [desk.id]
    drain_batch(session, NumberHider(), limit=10, now=clock.utcnow())
    assert session.scalars(sa.select(DailyMeasure.counter_id)).all() == [desk.id]
    assert recount(session) == []


def test_ratings_of_one_day_at_two_counters_are_two_cells(app: Flask, session: Session, office: Office) -> None:
    desks = [counter(session, office.unit, f"Loket {number}") for number in (1, 2)]
    for place, rating in ((0, 4), (0, 3), (1, 2)):
        row = make.submission(
            session, office.unit, channel="token", counter_id=desks[place].id, rating=rating,
            visit_token_hash=_token(session, office.unit, desks[place]),
        )  # fmt: skip
        assert row.id
    drain_batch(session, NumberHider(), limit=10, now=clock.utcnow())
    cells = session.execute(sa.select(DailyMeasure.counter_id, DailyMeasure.n).order_by(DailyMeasure.counter_id)).all()
    assert cells == [(desks[0].id, 2), (desks[1].id, 1)]
    assert recount(session) == []


def test_a_counter_of_another_unit_is_refused_at_its_field(login: Login, session: Session, office: Office) -> None:
    counter(session, office.unit)
    foreign = counter(session, make.unit(session, office.agency), "Loket 9")
    page = officer(login, office).post(
        "/petugas/token",
        data={
            "unit_id": str(office.unit.id), "service_id": "", "counter_id": str(foreign.id), "count": "1",
            "visited_on": clock.utcnow().astimezone(ZONE).date().isoformat(),
        },
    )  # fmt: skip
    assert page.status_code == 422
    assert "Loket itu bukan milik" in page.text
    assert session.scalars(sa.select(VisitToken)).all() == []


def test_a_unit_without_counters_is_not_asked_for_one(login: Login, session: Session, office: Office) -> None:
    client = officer(login, office)
    assert "counter_id" not in client.get("/petugas/token").text
    counter(session, office.unit)
    assert 'name="counter_id"' in client.get("/petugas/token").text


def test_the_key_of_a_counters_machine_proves_visits_to_it(app: Flask, session: Session, office: Office) -> None:
    desk = counter(session, office.unit)
    key = create_key(
        session, agency_id=office.agency.id, unit_id=office.unit.id, name="mesin loket 2", tokens_a_day=10,
        actor=SYSTEM, key=app.config["TRACKING_KEY"], now=clock.utcnow(), counter_id=desk.id,
    )  # fmt: skip
    session.commit()
    with app.test_client() as machine:
        answer = machine.post("/api/v1/visit-tokens", json={}, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 201
    assert session.scalars(sa.select(VisitToken.counter_id)).all() == [desk.id]


def test_a_head_makes_a_key_for_one_counter(login: Login, session: Session, office: Office) -> None:
    desk = counter(session, office.unit)
    client = login(office.staff(Role.UNIT_HEAD))
    made = client.post(
        "/petugas/loket/kunci",
        data={
            "unit_id": str(office.unit.id), "counter_id": str(desk.id), "name": "mesin loket 2", "tokens_a_day": "50",
        },
    )  # fmt: skip
    assert made.status_code == 200
    assert ", Loket 2</td>" in made.text


def _token(session: Session, unit: Unit, desk: Counter) -> bytes:
    row = VisitToken(
        agency_id=unit.agency_id, token_hash=secrets.token_bytes(32), unit_id=unit.id, visited_on=make.TODAY,
        issued_at=make.NOW, expires_at=clock.utcnow(), counter_id=desk.id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.token_hash
