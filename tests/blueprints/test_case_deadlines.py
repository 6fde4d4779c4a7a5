"""What the page of a case says about time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.handling.clocks.sla import Step
from feedback_app.handling.models import Case
from feedback_app.handling.moves import move
from feedback_app.handling.operations import judge, respond, take
from feedback_app.handling.rules import CaseStatus, Classification, Outcome
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from tests.blueprints.office import Login, Office, new_office

ANSWER = "Blangko sudah tiba; KTP Anda dapat diambil besok."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def officer(office: Office) -> User:
    return office.staff(Role.OFFICER)


@pytest.fixture
def client(login: Login, officer: User) -> FlaskClient:
    return login(officer)


def words_of(client: FlaskClient, case: Case) -> str:
    page = client.get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_clock_that_runs_is_named_with_its_deadline(
    session: Session, office: Office, client: FlaskClient, officer: User
) -> None:
    case = office.report()
    assert "Verifikasi: Paling lambat" in words_of(client, case)
    take(session, case, user_id=officer.id, now=clock.utcnow())
    assert "Tanggapan: Paling lambat" in words_of(client, case)


def test_a_case_without_a_limit_says_so(session: Session, office: Office, client: FlaskClient, officer: User) -> None:
    case = office.report()
    case.classification, case.resolve_due_at = Classification.ASPIRATION, None
    case.reply_met_at = clock.utcnow()
    take(session, case, user_id=officer.id, now=clock.utcnow())
    assert "Penyelesaian: tanpa batas waktu" in words_of(client, case)


def test_a_promise_kept_or_broken_keeps_its_moment(
    session: Session, office: Office, client: FlaskClient, officer: User
) -> None:
    kept, broken = office.report(), office.report(at=clock.utcnow() - timedelta(days=60))
    for case in (kept, broken):
        respond(session, case, ANSWER, user_id=officer.id, now=clock.utcnow())
    assert "Tanggapan paling lambat" in words_of(client, kept)
    assert words_of(client, kept).count("terpenuhi pada") == 3
    assert words_of(client, broken).count("terlambat, pada") == 3


def test_while_the_citizen_is_asked_no_clock_runs(
    session: Session, office: Office, client: FlaskClient, officer: User
) -> None:
    case = office.report()
    now = clock.utcnow()
    move(
        session, case, CaseStatus.ON_HOLD, actor=person(officer.id), now=now, action="handling.ask",
        held_until=now + timedelta(days=30),
    )  # fmt: skip
    words = words_of(client, case)
    assert "Menunggu keterangan pelapor sampai" in words
    assert "Tanggapan: Paling lambat" not in words


def test_a_deadline_that_moved_shows_the_old_one_and_why(
    session: Session, office: Office, client: FlaskClient, officer: User
) -> None:
    case = office.report(at=clock.utcnow() - timedelta(days=9))
    respond(session, case, ANSWER, user_id=officer.id, now=clock.utcnow())
    judge(session, case, Outcome.DISPUTED, "Loket masih tutup.", now=clock.utcnow())
    words = words_of(client, case)
    assert "Tenggat yang pernah bergeser" in words
    assert "dibuka lagi" in words
    assert "Dihitung sejak" in words


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (Step.NONE, None),
        (Step.HEAD, "Kepala unit sudah diberi tahu"),
        (Step.SUPERVISOR, "Atasan sudah diberi tahu"),
        (Step.INSPECTORATE, "Inspektorat sudah diberi tahu"),
    ],
)
def test_whoever_was_told_of_a_late_case_stands_on_its_page(
    session: Session, office: Office, client: FlaskClient, step: Step, told: str | None
) -> None:
    case = office.report()
    case.escalation_step = step
    session.commit()
    words = words_of(client, case)
    assert "sudah diberi tahu" not in words if told is None else told in words


def test_an_inspected_case_says_who_reads_it(session: Session, office: Office, client: FlaskClient) -> None:
    case = office.report()
    assert "Inspektorat ikut membaca" not in words_of(client, case)
    case.inspected_since = clock.utcnow()
    session.commit()
    assert "Inspektorat ikut membaca" in words_of(client, case)
