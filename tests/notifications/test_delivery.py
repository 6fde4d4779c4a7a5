"""From an event to a mailbox: the job, real servers, and what no message may hold."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.orm import Session

from feedback_app import clock, jobs, queue
from feedback_app.config import Settings
from feedback_app.db import db
from feedback_app.handling.citizens.models import CaseFollower
from feedback_app.handling.models import Case
from feedback_app.handling.operations import close_silent, judge, respond
from feedback_app.handling.rules import Outcome
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.contacts import Owner, forget_contact, keep_contact, read_address, unsubscribe
from feedback_app.intake.extra_models import Contact
from feedback_app.intake.rules import SubmissionKind
from feedback_app.notifications.models import Message, MessageState
from feedback_app.notifications.operations import LEASE, owe
from feedback_app.notifications.rules import Way
from feedback_app.notifications.unsubscribe import read
from feedback_app.notifications.wording import Template
from feedback_app.organisation.models import Agency, Unit
from feedback_app.sweep import sweep
from tests import factories as make
from tests.conftest import Live
from tests.drain.test_run import drain
from tests.notifications.machines import Gateway, Mailbox, gateway_server, mail_server

CITIZEN, NUMBER = "siti@contoh.id", "+6281234567890"
ANSWER = "Blangko kanariputih sudah tiba; silakan ambil besok."
TEXT = "KTP saya di loket kanarihijau belum jadi sejak Maret"
UNIT_NAME = "Dinas Kanaribiru"
CANARIES = ("kanariputih", "kanarihijau", "kanaribiru", "kanarimerah")
PUBLIC = "https://suara.kota.go.id"

# The job asks the real clock, and old news is not sent.
NOW = clock.utcnow()

Deliver = Callable[[], int]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with gateway_server() as running:
        yield running


@pytest.fixture
def settings(app: Flask, mailbox: Mailbox, gateway: Gateway) -> Settings:
    return replace(
        jobs_settings(app), public_url=PUBLIC, mail_from="Suara Layanan <kabar@kota.go.id>",
        smtp_url=f"smtp://127.0.0.1:{mailbox.port}", whatsapp_gateway_url=gateway.url, whatsapp_gateway_token="kunci",
    )  # fmt: skip


@pytest.fixture
def deliver(app: Flask, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Deliver:
    """Run the job with these settings, as a worker would."""
    monkeypatch.setitem(app.extensions, "suara_settings", settings)

    def run() -> int:
        session.flush()
        with app.app_context():
            return jobs.deliver_messages()

    return run


@pytest.fixture
def unit(session: Session) -> Unit:
    return make.unit(session, make.agency(session), name=UNIT_NAME)


@pytest.fixture
def officer(session: Session, unit: Unit) -> User:
    who = make.user(session, email="petugas@kota.go.id")
    make.grant(session, who, Role.OFFICER, session.get_one(Agency, unit.agency_id), unit)
    return who


def opened(session: Session, unit: Unit, **values: object) -> Case:
    sent = make.submission(session, unit, kind=SubmissionKind.COMPLAINT, rating=None, text=TEXT, **values)
    drain(session)
    return session.scalars(sa.select(Case).where(Case.submission_id == sent.id)).one()


def reachable(
    session: Session, app: Flask, case: Case, address: str = CITIZEN, *, follower: int | None = None,
    language: str = "id",
) -> Contact:  # fmt: skip
    owner = Owner(case.agency_id, follower_id=follower) if follower else Owner(case.agency_id, case.submission_id)
    keep_contact(
        session, owner, read_address(address), vault=app.config["VAULT"], language=language, now=clock.utcnow()
    )
    return session.scalars(sa.select(Contact).order_by(Contact.id.desc()).limit(1)).one()


def answered(session: Session, app: Flask, unit: Unit, officer: User) -> Case:
    """A case whose reporter left an address, just answered."""
    case = opened(session, unit)
    reachable(session, app, case)
    respond(session, case, ANSWER, user_id=officer.id, now=NOW)
    return case


def follows(session: Session, case: Case) -> int:
    row = CaseFollower(
        agency_id=case.agency_id, case_id=case.id, tracking_hash=b"f" * 32, text="saya juga kanarimerah",
        redacted_text=None, joined_at=make.NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def messages(session: Session) -> list[Message]:
    return list(session.scalars(sa.select(Message).order_by(Message.id).execution_options(populate_existing=True)))


def make_due(session: Session) -> None:
    session.execute(sa.update(Message).values(next_try_at=make.NOW))


def test_a_reply_reaches_the_reporter_with_a_link_that_ends_it(
    app: Flask, session: Session, unit: Unit, officer: User, deliver: Deliver, mailbox: Mailbox
) -> None:
    case = opened(session, unit)
    contact = reachable(session, app, case)
    respond(session, case, ANSWER, user_id=officer.id, now=NOW)
    assert deliver() == 1
    (mail,) = mailbox.mails
    assert (mail["To"], mail["Subject"]) == (CITIZEN, "Laporan Anda sudah ditanggapi")
    assert f"{PUBLIC}/lacak" in mail.get_content()
    stop = mail["List-Unsubscribe"].strip("<>")
    assert read(app.config["UNSUBSCRIBE_KEY"], stop.rpartition("/")[2]) == (contact.agency_id, contact.id)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [(row.state, row.attempts) for row in messages(session)] == [(MessageState.SENT, 1)]
    assert deliver() == 0
    assert len(mailbox.mails) == 1


def test_a_number_is_told_by_the_gateway_in_the_language_chosen(
    app: Flask, session: Session, unit: Unit, officer: User, deliver: Deliver, gateway: Gateway
) -> None:
    case = opened(session, unit)
    reachable(session, app, case, NUMBER, language="en")
    respond(session, case, ANSWER, user_id=officer.id, now=NOW)
    assert deliver() == 1
    ((_, body),) = gateway.requests
    assert body["to"] == NUMBER
    assert body["text"].startswith("Your report has been answered.")


def test_followers_are_told_of_the_answer_and_of_the_end(
    app: Flask, session: Session, unit: Unit, officer: User, deliver: Deliver, mailbox: Mailbox
) -> None:
    case = opened(session, unit)
    reachable(session, app, case, "budi@contoh.id", follower=follows(session, case))
    respond(session, case, ANSWER, user_id=officer.id, now=NOW)
    judge(session, case, Outcome.CONFIRMED, None, now=NOW)
    assert deliver() == 2
    assert [(mail["To"], mail["Subject"]) for mail in mailbox.mails] == [
        ("budi@contoh.id", "Laporan yang Anda ikuti sudah ditanggapi"),
        ("budi@contoh.id", "Laporan yang Anda ikuti sudah ditutup"),
    ]


@pytest.mark.parametrize("is_confidential", [False, True])
def test_no_word_of_a_report_an_answer_or_a_unit_is_in_any_message_or_log(
    app: Flask, session: Session, unit: Unit, officer: User, deliver: Deliver, mailbox: Mailbox, gateway: Gateway,
    caplog: pytest.LogCaptureFixture, is_confidential: bool,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    for address in (CITIZEN, NUMBER):
        case = opened(session, unit, is_confidential=is_confidential)
        reachable(session, app, case, address)
        respond(session, case, ANSWER, user_id=officer.id, now=NOW)
        judge(session, case, Outcome.DISPUTED, "Masih kanarimerah juga, belum selesai", now=NOW)
        respond(session, case, ANSWER, user_id=officer.id, now=NOW)
    mailbox.refusals["petugas@kota.go.id"] = "550 5.1.1 <petugas@kota.go.id> unknown"
    close_silent(session, now=NOW + timedelta(days=60))
    make_due(session)
    deliver()
    mails = [mail.as_string() + str(mail["Subject"]) + mail.get_content() for mail in mailbox.mails]
    texts = [body["text"] for _, body in gateway.requests]
    assert (len(mails), len(texts)) == (3, 3)
    stored = [f"{row.params} {row.dedupe_key} {row.last_error}" for row in messages(session)]
    # All but the log of the mail server of this test, which is another machine.
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name != "mail.log")
    everything = "\n".join([*mails, *texts, *stored, logged]).casefold()
    assert [word for word in CANARIES if word in everything] == []
    assert "was not sent: SMTP 550" in logged
    assert [address for address in (CITIZEN, NUMBER, "petugas@") if address in logged + str(stored)] == []
    if is_confidential:
        assert {mail["Subject"] for mail in mailbox.mails} == {"Ada kabar tentang laporan Anda"}


def test_who_unsubscribed_meanwhile_gets_nothing(
    app: Flask, session: Session, unit: Unit, officer: User, deliver: Deliver, mailbox: Mailbox
) -> None:
    case = opened(session, unit)
    contact = reachable(session, app, case)
    respond(session, case, ANSWER, user_id=officer.id, now=NOW)
    unsubscribe(session, contact.agency_id, contact.id, now=NOW)
    assert deliver() == 0
    (message,) = messages(session)
    assert (message.state, message.last_error, mailbox.mails) == (MessageState.DEAD, "unsubscribed", [])


def test_who_removed_the_address_leaves_no_message(
    app: Flask, session: Session, unit: Unit, officer: User, deliver: Deliver, mailbox: Mailbox
) -> None:
    case = answered(session, app, unit, officer)
    forget_contact(session, Owner(case.agency_id, case.submission_id), now=NOW)
    assert deliver() == 0
    assert (messages(session), mailbox.mails) == ([], [])


def test_an_address_that_no_key_opens_is_shown_to_the_operator(
    app: Flask, session: Session, unit: Unit, officer: User, deliver: Deliver
) -> None:
    case = opened(session, unit)
    contact = reachable(session, app, case)
    contact.sealed = b"broken"
    respond(session, case, ANSWER, user_id=officer.id, now=NOW)
    assert deliver() == 0
    assert messages(session)[0].last_error == "no key opens the address"


def test_a_closed_account_is_told_nothing(
    session: Session, unit: Unit, officer: User, deliver: Deliver, mailbox: Mailbox
) -> None:
    case = opened(session, unit)
    respond(session, case, ANSWER, user_id=officer.id, now=NOW)
    judge(session, case, Outcome.DISPUTED, "Masih saja belum selesai", now=NOW)
    officer.active = False
    assert deliver() == 0
    assert (messages(session)[0].last_error, mailbox.mails) == ("account closed", [])


def test_a_worker_killed_before_sending_loses_nothing(
    app: Flask, session: Session, unit: Unit, officer: User, deliver: Deliver, mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    answered(session, app, unit, officer)
    with monkeypatch.context() as dying:
        dying.setattr(jobs, "hand_over", _die)
        with pytest.raises(KeyboardInterrupt):
            deliver()
    (message,) = messages(session)
    assert (message.state, message.attempts) == (MessageState.PENDING, 1)
    assert timedelta(0) < message.next_try_at - clock.utcnow() <= LEASE
    assert deliver() == 0
    make_due(session)
    assert deliver() == 1
    assert len(mailbox.mails) == 1


def test_a_worker_killed_after_sending_sends_the_same_mail_again(
    app: Flask, session: Session, unit: Unit, officer: User, deliver: Deliver, mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    answered(session, app, unit, officer)
    with monkeypatch.context() as dying:
        dying.setattr(jobs, "settle_sent", _die)
        with pytest.raises(KeyboardInterrupt):
            deliver()
    make_due(session)
    assert deliver() == 1
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]


def _die(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_nothing_set_up_leaves_everything_waiting(
    app: Flask, session: Session, unit: Unit, officer: User, deliver: Deliver, mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    answered(session, app, unit, officer)
    with monkeypatch.context() as before:
        before.setitem(app.extensions, "suara_settings", replace(jobs_settings(app), smtp_url=None))
        assert deliver() == 0
        assert _is_due(app) is False
    assert [(row.state, row.attempts) for row in messages(session)] == [(MessageState.PENDING, 0)]
    assert _is_due(app) is True
    assert deliver() == 1


def jobs_settings(app: Flask) -> Settings:
    found: Settings = app.extensions["suara_settings"]
    return found


def _is_due(app: Flask) -> bool:
    (periodic,) = (found for found in jobs.PERIODIC if found.name == "deliver_messages")
    with app.app_context(), jobs.own_session() as own:
        return periodic.is_due(own)


def test_a_mail_server_that_is_away_costs_one_message_an_attempt_and_the_others_none(
    app: Flask, session: Session, unit: Unit, officer: User, deliver: Deliver, mailbox: Mailbox, gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for address in (CITIZEN, "budi@contoh.id", NUMBER):
        case = opened(session, unit)
        reachable(session, app, case, address)
        respond(session, case, ANSWER, user_id=officer.id, now=NOW)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        away = f"smtp://127.0.0.1:{free.getsockname()[1]}"
    with monkeypatch.context() as outage:
        outage.setitem(app.extensions, "suara_settings", replace(jobs_settings(app), smtp_url=away))
        assert deliver() == 1
    assert len(gateway.requests) == 1
    assert [(row.attempts, row.last_error) for row in messages(session)] == [
        (1, "ConnectionRefusedError"), (0, None), (1, None),
    ]  # fmt: skip
    make_due(session)
    assert deliver() == 2
    assert len(mailbox.mails) == 2


def test_a_full_mailbox_is_tried_again_and_an_unknown_one_given_up(
    app: Flask, session: Session, unit: Unit, officer: User, deliver: Deliver, mailbox: Mailbox
) -> None:
    mailbox.refusals = {CITIZEN: "452 full", "budi@contoh.id": "550 unknown"}
    for address in mailbox.refusals:
        case = opened(session, unit)
        reachable(session, app, case, address)
        respond(session, case, ANSWER, user_id=officer.id, now=NOW)
    assert deliver() == 0
    full, unknown = messages(session)
    assert (full.state, unknown.state) == (MessageState.PENDING, MessageState.DEAD)
    assert timedelta(seconds=50) < full.next_try_at - clock.utcnow() < timedelta(seconds=73)
    mailbox.refusals.clear()
    make_due(session)
    assert deliver() == 1


def test_an_unforeseen_error_ends_no_job_and_names_nobody(
    app: Flask, session: Session, unit: Unit, officer: User, deliver: Deliver, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    class Broken:
        def send(self, address: str, *_: object) -> None:
            raise RuntimeError(address)

    answered(session, app, unit, officer)
    monkeypatch.setattr(jobs, "transports_of", lambda _: {Way.EMAIL: Broken()})
    assert deliver() == 0
    assert messages(session)[0].last_error == "RuntimeError"
    assert CITIZEN not in caplog.text


@pytest.mark.parametrize("broken", [{"template": "of_another_release"}, {"params": {"case": "kanariputih"}}])
def test_a_row_nobody_can_put_into_words_stops_none_behind_it(
    app: Flask, session: Session, unit: Unit, officer: User, deliver: Deliver, mailbox: Mailbox,
    broken: dict[str, object],
) -> None:  # fmt: skip
    case = opened(session, unit)
    reachable(session, app, case)
    for _ in range(2):
        respond(session, case, ANSWER, user_id=officer.id, now=NOW)
        judge(session, case, Outcome.DISPUTED, "Masih saja belum selesai", now=NOW)
    to_officer = sa.select(sa.func.min(Message.id)).where(Message.user_id == officer.id).scalar_subquery()
    session.execute(sa.update(Message).where(Message.id == to_officer).values(**broken))
    assert deliver() == 3
    assert {row.last_error for row in messages(session) if row.state is MessageState.DEAD} == {
        "cannot be put into words"
    }


def test_while_redis_is_away_the_rows_wait_and_the_sweep_finds_them_afterwards(
    live: Live, settings: Settings, redis: Redis, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_reminder", queue.Reminder("redis://127.0.0.1:1/0"))
    known = replace(settings, redis_url="redis://127.0.0.1:1/0")
    live.app.extensions["suara_settings"] = known
    with live.app.app_context():
        agency, officer = make.agency(db.session()), make.user(db.session(), email="petugas@kota.go.id")
        owe(
            db.session(), agency_id=agency.id, template=Template.REOPENED, params={"case": 7}, dedupe_key="x",
            now=NOW, user_id=officer.id,
        )  # fmt: skip
        db.session.commit()
    with pytest.raises(RedisError):
        sweep(live.app)
    live.app.extensions["suara_settings"] = replace(known, redis_url=live.settings.redis_url)
    # On a working day the round of the agency is due as well.
    assert set(sweep(live.app)) - {"tell_staff_rounds"} == {"deliver_messages"}
    assert queue.queue_on(redis, "deliver_messages").count == 1
    with live.app.app_context():
        assert jobs.deliver_messages() == 1
    assert [mail["Subject"] for mail in mailbox.mails] == ["Kasus 7 dibuka kembali oleh pelapor"]
    assert "deliver_messages" not in sweep(live.app)
