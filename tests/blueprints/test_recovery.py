"""A lost password: asked for at any address alike, mailed to the owner alone, chosen once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock, jobs, jobs_trust, log_scrubbing
from feedback_app.audit.models import AuditEvent
from feedback_app.identity.account_models import RecoveryRequest
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.identity.sign_in_models import SignIn
from feedback_app.identity.staff_settings import choose
from feedback_app.notifications.models import Message, MessageState
from tests import factories as make
from tests.abuse.latency import ratio_of_times
from tests.blueprints.factored import code, hash_cheaply, with_app, wrong
from tests.notifications.machines import Mailbox, mail_server

Login = Callable[[object], FlaskClient]
Deliver = Callable[[], int]
ASK, CHOOSE = "/masuk/lupa", "/masuk/sandi-baru"
NEW = "jangkrik kuning berenang jauh"
BOTH = {"password": NEW, "again": NEW}


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


@pytest.fixture(autouse=True)
def _mail(app: Flask, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    known = replace(
        app.extensions["suara_settings"], public_url="https://suara.kota.go.id", mail_from="kabar@kota.go.id",
        smtp_url=f"smtp://127.0.0.1:{mailbox.port}",
    )  # fmt: skip
    monkeypatch.setitem(app.extensions, "suara_settings", known)


@pytest.fixture
def deliver(app: Flask, session: Session) -> Deliver:
    """Run the jobs that a worker would."""

    def run() -> int:
        session.flush()
        with app.app_context():
            jobs_trust.send_recoveries()
            return jobs.deliver_messages()

    return run


@pytest.fixture
def officer(session: Session) -> User:
    agency = make.agency(session)
    who = make.user(session)
    make.grant(session, who, Role.OFFICER, agency, make.unit(session, agency))
    return who


def link_in(mailbox: Mailbox) -> str:
    """The path of the link in the newest mail."""
    found = re.search(r"https://suara\.kota\.go\.id(/masuk/tautan/\S+)", mailbox.mails[-1].get_content())
    assert found
    return found.group(1)


def asked(client: FlaskClient, email: str) -> tuple[int, str]:
    answer = client.post(ASK, data={"email": email})
    return answer.status_code, answer.location


def at(monkeypatch: pytest.MonkeyPatch, later: timedelta) -> None:
    moment = clock.utcnow() + later
    monkeypatch.setattr(clock, "utcnow", lambda: moment)


def test_a_recovered_account_still_asks_for_its_second_factor(
    app: Flask, client: FlaskClient, officer: User, deliver: Deliver, mailbox: Mailbox, session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    hash_cheaply(monkeypatch)
    secret = with_app(app, session, officer)
    asked(client, officer.email)
    deliver()
    client.get(link_in(mailbox))
    assert client.post(CHOOSE, data=BOTH).location == "/masuk"
    answer = client.post("/masuk", data={"email": officer.email, "password": NEW})
    assert (answer.status_code, answer.location) == (303, "/masuk/kedua")
    assert client.get("/petugas/").status_code == 302
    assert client.post("/masuk/kedua", data={"code": wrong(secret)}).status_code == 422
    assert client.get("/petugas/").status_code == 302
    client.post("/masuk/kedua", data={"code": code(secret)})
    assert client.get("/petugas/").status_code == 200


def signs_in(client: FlaskClient, email: str, password: str) -> bool:
    return client.post("/masuk", data={"email": email, "password": password}).status_code == 302


def test_a_lost_password_is_replaced_by_the_link_of_a_mail_and_its_owner_is_told(
    client: FlaskClient, officer: User, deliver: Deliver, mailbox: Mailbox, session: Session
) -> None:
    assert "Lupa kata sandi?" in client.get("/masuk").get_data(as_text=True)
    assert asked(client, officer.email.upper()) == (303, "/masuk/lupa/terkirim")
    assert deliver() == 1
    assert [mail["To"] for mail in mailbox.mails] == [officer.email]
    opened = client.get(link_in(mailbox))
    assert (opened.status_code, opened.location) == (303, CHOOSE)
    assert opened.headers["Referrer-Policy"] == "no-referrer"
    assert officer.email in client.get(CHOOSE).get_data(as_text=True)
    answer = client.post(CHOOSE, data=BOTH)
    assert (answer.status_code, answer.location) == (303, "/masuk")
    assert "Silakan masuk" in client.get("/masuk").get_data(as_text=True)
    assert client.get("/petugas/").status_code == 302
    assert not signs_in(client, officer.email, make.PASSWORD)
    assert signs_in(client, officer.email, NEW)
    deliver()
    assert mailbox.mails[-1]["Subject"] == "Kata sandi akun Anda sudah diganti"
    acts = session.scalars(sa.select(AuditEvent.action).where(AuditEvent.subject_id == officer.id)).all()
    assert {"identity.send_recovery", "identity.recover_password"} <= set(acts)


def test_no_token_stands_in_any_row(
    client: FlaskClient, officer: User, deliver: Deliver, mailbox: Mailbox, session: Session
) -> None:
    asked(client, officer.email)
    deliver()
    token = link_in(mailbox).rsplit("/", 1)[1]
    for table in ("messages", "recovery_requests", "audit_events", "users"):
        kept = session.scalars(sa.text(f"SELECT t::text FROM {table} t")).all()
        assert kept
        assert not any(token in row or token.split(".")[0] in row for row in kept)


def test_no_token_reaches_a_log(
    client: FlaskClient, officer: User, deliver: Deliver, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    asked(client, officer.email)
    deliver()
    link = link_in(mailbox)
    token = link.rsplit("/", 1)[1]
    caplog.set_level("DEBUG")
    client.get(link)
    client.post(CHOOSE, data=BOTH)
    assert token not in caplog.text
    # Nor where something else writes the address down.
    assert token not in log_scrubbing.scrub(f"GET {link} HTTP/1.1")


def test_a_link_works_once(client: FlaskClient, officer: User, deliver: Deliver, mailbox: Mailbox) -> None:
    asked(client, officer.email)
    deliver()
    link, other = link_in(mailbox), client.application.test_client()
    for browser in (client, other):
        assert browser.get(link).status_code == 303
    assert client.post(CHOOSE, data=BOTH).location == "/masuk"
    late = other.post(CHOOSE, data={"password": NEW + "!", "again": NEW + "!"})
    assert late.status_code == 410
    assert "Minta tautan baru" in late.get_data(as_text=True)
    assert other.get(link).status_code == 410
    assert signs_in(other, officer.email, NEW)


def test_a_link_lives_half_an_hour(
    client: FlaskClient, officer: User, deliver: Deliver, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(client, officer.email)
    deliver()
    assert client.get(link_in(mailbox)).status_code == 303
    at(monkeypatch, timedelta(minutes=31))
    assert client.post(CHOOSE, data=BOTH).status_code == 410
    assert client.get(link_in(mailbox)).status_code == 410


def test_a_link_dies_with_the_account_and_with_another_password(
    client: FlaskClient, officer: User, deliver: Deliver, mailbox: Mailbox, session: Session
) -> None:
    asked(client, officer.email)
    deliver()
    session.execute(sa.update(User).where(User.id == officer.id).values(active=False))
    assert client.get(link_in(mailbox)).status_code == 410
    session.execute(sa.update(User).where(User.id == officer.id).values(active=True))
    assert client.get(link_in(mailbox)).status_code == 303
    session.execute(sa.update(User).where(User.id == officer.id).values(password="$argon2id$other"))
    assert client.get(link_in(mailbox)).status_code == 410


@pytest.mark.parametrize("token", ["x", "x.y", "WzEsMiwzXQ.abc", "a" * 600, "%00", "..%2F.."])
def test_a_made_up_link_opens_nothing(client: FlaskClient, token: str) -> None:
    assert client.get(f"/masuk/tautan/{token}").status_code in {404, 410}
    assert client.get(CHOOSE).status_code == 410
    assert client.post(CHOOSE, data=BOTH).status_code == 410


def test_the_link_of_one_account_or_purpose_opens_no_other(
    client: FlaskClient, officer: User, deliver: Deliver, mailbox: Mailbox
) -> None:
    asked(client, officer.email)
    deliver()
    token = link_in(mailbox).rsplit("/", 1)[1]
    assert client.get(f"/undangan/{token}").status_code == 410
    body, _, signature = token.rpartition(".")
    assert client.get(f"/masuk/tautan/{body[:-2]}AA.{signature}").status_code == 410


def test_every_sign_in_ends_with_a_recovered_password(
    client: FlaskClient, login: Login, officer: User, deliver: Deliver, mailbox: Mailbox, session: Session
) -> None:
    login(officer)
    thief = client.get_cookie("session")
    assert thief is not None
    client.delete_cookie("session")
    asked(client, officer.email)
    deliver()
    client.get(link_in(mailbox))
    assert client.post(CHOOSE, data=BOTH).location == "/masuk"
    client.set_cookie("session", thief.value)
    assert client.get("/petugas/").status_code == 302
    live = sa.select(sa.func.count()).where(SignIn.user_id == officer.id, SignIn.ended_at.is_(None))
    assert session.scalar(live) == 0


def test_whoever_was_signed_in_as_somebody_else_is_not_taken_for_the_owner(
    client: FlaskClient, login: Login, officer: User, deliver: Deliver, mailbox: Mailbox, session: Session
) -> None:
    other = make.user(session)
    asked(client, officer.email)
    deliver()
    login(other)
    client.get(link_in(mailbox))
    assert client.post(CHOOSE, data=BOTH).location == "/masuk"
    assert "Silakan masuk" in client.get("/masuk").get_data(as_text=True)


def test_a_weak_password_and_a_mistyped_one_are_refused_with_what_to_do(
    client: FlaskClient, officer: User, deliver: Deliver, mailbox: Mailbox
) -> None:
    asked(client, officer.email)
    deliver()
    client.get(link_in(mailbox))
    for password, words in (
        ("sejenak", "terlalu pendek"), ("password1234", "sering dipakai"), (officer.email, "nama, surel, instansi"),
    ):  # fmt: skip
        page = client.post(CHOOSE, data={"password": password, "again": password})
        assert page.status_code == 422
        assert words in page.get_data(as_text=True)
        assert password not in page.get_data(as_text=True).replace(f'value="{officer.email}"', "").replace(
            f"Untuk akun {officer.email}", ""
        )
    page = client.post(CHOOSE, data={"password": NEW, "again": NEW.upper()})
    assert "Kedua kata sandi tidak sama" in page.get_data(as_text=True)
    # What was refused has used nothing up.
    assert client.post(CHOOSE, data=BOTH).location == "/masuk"


def test_every_address_gets_the_same_answer(client: FlaskClient, officer: User, session: Session) -> None:
    closed, invited = make.user(session, active=False), make.user(session, active=False, password=None)
    pages = set()
    for email in (officer.email, "siapa@contoh.go.id", closed.email, invited.email):
        assert asked(client, email) == (303, "/masuk/lupa/terkirim")
        pages.add(re.sub(r'name="csrf_token" value="[^"]+"', "", client.get("/masuk/lupa/terkirim").text))
    assert len(pages) == 1


def test_only_an_open_account_with_a_password_gets_a_mail(
    client: FlaskClient, deliver: Deliver, mailbox: Mailbox, session: Session
) -> None:
    agency = make.agency(session)
    for values in ({"active": False}, {"active": False, "password": None}, {"password": None}):
        who = make.user(session, **values)
        make.grant(session, who, Role.OFFICER, agency)
        asked(client, who.email)
    asked(client, "siapa@contoh.go.id")
    asked(client, make.user(session).email)
    assert deliver() == 0
    assert mailbox.mails == []
    assert session.scalar(sa.select(sa.func.count()).where(RecoveryRequest.settled_at.is_(None))) == 0


def test_a_known_and_an_unknown_address_take_the_same_time(client: FlaskClient, officer: User) -> None:
    def ask(email: str) -> None:
        assert client.post(ASK, data={"email": email}).status_code == 303

    ask(officer.email)
    ratio = ratio_of_times(ask, [officer.email] * 15, [f"siapa{number}@contoh.go.id" for number in range(15)])
    assert 0.5 < ratio < 2.0


def test_signing_in_takes_the_same_time_for_a_known_and_an_unknown_address(client: FlaskClient, officer: User) -> None:
    def sign_in(email: str) -> None:
        assert client.post("/masuk", data={"email": email, "password": "bukan-kata-sandi-ini"}).status_code == 200

    sign_in(officer.email)
    ratio = ratio_of_times(sign_in, [officer.email] * 11, [f"siapa{number}@contoh.go.id" for number in range(11)])
    assert 0.4 < ratio < 2.5


@pytest.mark.slow
def test_asking_again_and_again_neither_floods_a_mailbox_nor_keeps_its_owner_out(
    client: FlaskClient, officer: User, deliver: Deliver, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = clock.utcnow()
    for minute in range(0, 24 * 60, 5):
        monkeypatch.setattr(clock, "utcnow", lambda minute=minute: begin + timedelta(minutes=minute))
        asked(client, officer.email)
        deliver()
        if minute < 120:
            # However often somebody asks, the newest mail in the box holds a link that still works.
            assert client.get(link_in(mailbox)).status_code == 303
    assert 6 <= len(mailbox.mails) <= 18


def test_a_mail_that_could_not_leave_for_hours_brings_no_key(
    client: FlaskClient, officer: User, deliver: Deliver, mailbox: Mailbox, session: Session,
    monkeypatch: pytest.MonkeyPatch, app: Flask,
) -> None:  # fmt: skip
    asked(client, officer.email)
    with app.app_context():
        jobs_trust.send_recoveries()
    at(monkeypatch, timedelta(hours=3))
    assert deliver() == 0
    assert mailbox.mails == []
    states = session.scalars(sa.select(Message.state).where(Message.user_id == officer.id)).all()
    assert states == [MessageState.DEAD]


def test_the_mail_comes_in_the_language_of_the_account(
    client: FlaskClient, officer: User, deliver: Deliver, mailbox: Mailbox, session: Session
) -> None:
    choose(session, officer.id, wants_reminder=True, wants_digest=True, language="en")
    asked(client, officer.email)
    deliver()
    assert mailbox.mails[-1]["Subject"] == "A link to choose a new password"
    assert "30 minutes" in mailbox.mails[-1].get_content()


def test_requests_are_forgotten_after_a_month(
    client: FlaskClient, officer: User, deliver: Deliver, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(client, officer.email)
    deliver()
    at(monkeypatch, timedelta(days=31))
    deliver()
    assert session.scalar(sa.select(sa.func.count()).select_from(RecoveryRequest)) == 0


def test_without_a_way_for_mails_the_page_says_so(
    app: Flask, client: FlaskClient, officer: User, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = replace(app.extensions["suara_settings"], smtp_url=None)
    monkeypatch.setitem(app.extensions, "suara_settings", known)
    assert "belum diatur" in client.get(ASK).get_data(as_text=True)
    assert client.post(ASK, data={"email": officer.email}).status_code == 200
    assert session.scalar(sa.select(sa.func.count()).select_from(RecoveryRequest)) == 0


@pytest.mark.parametrize("typed", ["", "bukan surel", "a@", "@b.go.id"])
def test_what_is_no_address_is_said_so_and_kept(client: FlaskClient, typed: str) -> None:
    answer = client.post(ASK, data={"email": typed})
    assert answer.status_code == 422
    assert "Alamat surel tidak dapat dipakai" in answer.text
    assert not typed or f'value="{typed}"' in answer.text
