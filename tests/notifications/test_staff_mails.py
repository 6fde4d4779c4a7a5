"""Mails to staff from the act to the mailbox, and what none of them may hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app import clock, jobs
from feedback_app.handling.clocks.models import Escalation
from feedback_app.handling.models import Case
from feedback_app.handling.operations import judge, respond
from feedback_app.handling.rules import Outcome
from feedback_app.handling.telling.models import StaffRound
from feedback_app.handling.telling.staff import tell_staff
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.identity.staff_settings import choose
from feedback_app.intake.contacts import Owner, keep_contact, read_address
from feedback_app.intake.rules import SubmissionKind
from feedback_app.notifications.models import Message
from feedback_app.notifications.templates import ABOUT_ONE_CASE
from feedback_app.notifications.wording import Template
from feedback_app.organisation.models import Agency, Unit, UnitKind
from tests import factories as make
from tests.drain.test_run import drain
from tests.notifications.machines import Mailbox, mail_server

# A Monday morning in Kupang, two months after the report.
MONDAY = datetime.fromisoformat("2026-07-13T09:00:00+08:00")
CANARIES = ("kanariputih", "kanarihijau", "kanaribiru", "kanarimerah", "kanarikuning", "siti@contoh.id")
TEXT = "KTP di loket kanarihijau belum jadi, saya Siti Kanarimerah"
LEVY = "Petugas kanarihijau minta uang pelicin 50 ribu supaya KTP diantar."
ANSWER = "Blangko kanariputih sudah tiba; silakan ambil besok."
NOT_SOLVED = "Loket kanarihijau masih tutup."

Deliver = Callable[[], int]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


@pytest.fixture(autouse=True)
def _monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "utcnow", lambda: MONDAY)


@pytest.fixture
def deliver(app: Flask, session: Session, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Deliver:
    known = replace(
        app.extensions["suara_settings"], public_url="https://suara.kota.go.id", mail_from="kabar@kota.go.id",
        smtp_url=f"smtp://127.0.0.1:{mailbox.port}",
    )  # fmt: skip
    monkeypatch.setitem(app.extensions, "suara_settings", known)

    def run() -> int:
        session.flush()
        with app.app_context():
            return jobs.deliver_messages()

    return run


@pytest.fixture
def staff(session: Session) -> dict[str, User]:
    """A head and an officer of a unit, somebody above it, and the Inspektorat."""
    agency = make.agency(session)
    top = make.unit(session, agency, name="Sekretariat Kanarikuning")
    unit = make.unit(session, agency, name="Dinas Kanaribiru", parent=top)
    inspectorate = make.unit(session, agency, name="Inspektorat Kanarikuning", kind=UnitKind.INSPECTORATE, parent=top)
    people = {name: make.user(session, email=f"{name}@kota.go.id") for name in ("officer", "head", "boss", "inspector")}
    for name, role, over in (
        ("officer", Role.OFFICER, unit), ("head", Role.UNIT_HEAD, unit), ("boss", Role.UNIT_HEAD, top),
        ("inspector", Role.UNIT_HEAD, inspectorate),
    ):  # fmt: skip
        make.grant(session, people[name], role, agency, over)
    return people


def opened(session: Session, text: str = TEXT, **values: object) -> Case:
    unit = session.scalars(sa.select(Unit).order_by(Unit.id).offset(1).limit(1)).one()
    sent = make.submission(session, unit, kind=SubmissionKind.COMPLAINT, rating=None, text=text, **values)
    drain(session)
    return session.scalars(sa.select(Case).where(Case.submission_id == sent.id)).one()


def subjects(mailbox: Mailbox, name: str) -> list[str]:
    return sorted(mail["Subject"] for mail in mailbox.mails if mail["To"] == f"{name}@kota.go.id")


def run_job(app: Flask, session: Session, job: Callable[[], int]) -> int:
    session.flush()
    with app.app_context():
        return job()


def test_the_ladder_and_the_rounds_reach_their_readers(
    app: Flask, session: Session, staff: dict[str, User], deliver: Deliver, mailbox: Mailbox
) -> None:
    number = opened(session).id
    choose(session, staff["boss"].id, wants_reminder=True, wants_digest=True, language="en")
    assert run_job(app, session, jobs.escalate_cases) == 1
    assert run_job(app, session, jobs.tell_staff_rounds) > 0
    deliver()
    assert subjects(mailbox, "officer") == ["Kasus Anda yang perlu perhatian hari ini"]
    # All rungs were reached at once: everybody hears the highest.
    assert subjects(mailbox, "head") == [
        f"Kasus {number} sudah memakai 150 persen batas waktunya",
        "Ringkasan pekan lalu untuk unit Anda",
    ]
    assert subjects(mailbox, "boss") == [f"Case {number} has used 150 percent of its time", "Last week in your unit"]
    assert subjects(mailbox, "inspector") == [f"Kasus {number} sudah memakai 150 persen batas waktunya"]
    (reminder,) = (mail for mail in mailbox.mails if mail["To"] == "officer@kota.go.id")
    text = reminder.get_content()
    assert "lewat batas waktu: 1" in text
    assert "https://suara.kota.go.id/petugas/akun" in text


def test_the_jobs_may_run_twice(app: Flask, session: Session, staff: dict[str, User]) -> None:
    opened(session)
    for _ in range(2):
        run_job(app, session, jobs.escalate_cases)
        run_job(app, session, jobs.tell_staff_rounds)
    keys = session.scalars(sa.select(Message.dedupe_key)).all()
    assert len(keys) == len(set(keys)) == 6
    assert session.scalar(sa.select(sa.func.count()).select_from(Escalation)) == 3
    assert session.scalar(sa.select(sa.func.count()).select_from(StaffRound)) == 2


@pytest.mark.parametrize("text", [TEXT, LEVY], ids=["plain", "allegation"])
@pytest.mark.parametrize("is_confidential", [False, True], ids=["open", "confidential"])
def test_no_mail_holds_a_word_of_a_case(
    app: Flask, session: Session, staff: dict[str, User], deliver: Deliver, mailbox: Mailbox, text: str,
    is_confidential: bool,
) -> None:  # fmt: skip
    case = opened(session, text, is_confidential=is_confidential)
    keep_contact(
        session, Owner(case.agency_id, case.submission_id), read_address("siti@contoh.id"), vault=app.config["VAULT"],
        language="id", now=MONDAY,
    )  # fmt: skip
    run_job(app, session, jobs.escalate_cases)
    run_job(app, session, jobs.tell_staff_rounds)
    readers = [user.id for user in staff.values()]
    for template in ABOUT_ONE_CASE - {Template.ESCALATED}:
        tell_staff(session, case, template, readers, event="1", now=MONDAY)
    respond(session, case, ANSWER, user_id=staff["officer"].id, now=MONDAY)
    judge(session, case, Outcome.DISPUTED, NOT_SOLVED, now=MONDAY)
    assert deliver() > 8
    for mail in mailbox.mails:
        whole = mail.as_string().lower().replace(str(mail["To"]), "")
        assert not [canary for canary in CANARIES if canary in whole], mail["Subject"]


def test_a_confidential_case_is_in_no_mail_of_who_may_not_see_it(
    app: Flask, session: Session, staff: dict[str, User], deliver: Deliver, mailbox: Mailbox
) -> None:
    allegation = opened(session, LEVY)
    readers = [user.id for user in staff.values()]
    for template in ABOUT_ONE_CASE - {Template.ESCALATED}:
        tell_staff(session, allegation, template, readers, event="1", now=MONDAY)
    run_job(app, session, jobs.escalate_cases)
    run_job(app, session, jobs.tell_staff_rounds)
    deliver()
    assert {mail["To"] for mail in mailbox.mails} == {"inspector@kota.go.id"}


def test_a_job_that_dies_before_its_commit_has_told_nobody(
    app: Flask, session: Session, staff: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(session)
    session.commit()
    monkeypatch.setattr("feedback_app.handling.telling.rounds.owe", _break)
    with pytest.raises(RuntimeError):
        run_job(app, session, jobs.tell_staff_rounds)
    assert session.scalar(sa.select(sa.func.count()).select_from(StaffRound)) == 0
    monkeypatch.undo()
    monkeypatch.setattr(clock, "utcnow", lambda: MONDAY + timedelta(minutes=5))
    assert run_job(app, session, jobs.tell_staff_rounds) > 0


def _break(*_args: object, **_values: object) -> None:
    raise RuntimeError("the power is gone")


def test_an_agency_is_told_of_its_own_cases_alone(app: Flask, session: Session, staff: dict[str, User]) -> None:
    opened(session)
    other = make.agency(session)
    assert isinstance(other, Agency)
    run_job(app, session, jobs.tell_staff_rounds)
    assert set(session.scalars(sa.select(Message.agency_id))) == {session.scalar(sa.select(sa.func.min(Agency.id)))}
