"""The page of messages that reached nobody: for whoever looks after the whole agency, without addresses."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.models import AuditEvent
from feedback_app.blueprints.message_words import _ABOUT
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.contacts import Owner, keep_contact, read_address
from feedback_app.intake.extra_models import Contact
from feedback_app.intake.message_figures import figures_by_way
from feedback_app.notifications.models import Message, MessageState
from feedback_app.notifications.operations import owe
from feedback_app.notifications.rules import Way
from feedback_app.notifications.wording import Template
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office

ADDRESS, NUMBER = "siti@contoh.id", "0812 3456 7890"


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Kependudukan")


@pytest.fixture
def administrator(office: Office) -> User:
    return office.staff(Role.ADMINISTRATOR, everywhere=True)


def message(
    app: Flask, office: Office, to: str | User = ADDRESS, *, reason: str | None = "SMTP 550", state: str = "dead"
) -> Message:
    session, now = office.session, clock.utcnow()
    key = f"key-{session.scalar(sa.select(sa.func.count()).select_from(Message))}"
    if isinstance(to, User):
        owe(session, agency_id=office.agency.id, template=Template.ASSIGNED, params={"case": 7}, dedupe_key=key,
            now=now, user_id=to.id)  # fmt: skip
    else:
        sent = make.submission(session, office.unit)
        keep_contact(session, Owner(office.agency.id, sent.id), read_address(to), vault=app.config["VAULT"],
                     language="id", now=now)  # fmt: skip
        contact_id = session.scalar(sa.select(sa.func.max(Contact.id)))
        owe(session, agency_id=office.agency.id, template=Template.REPLIED, params={}, dedupe_key=key, now=now,
            contact_id=contact_id)  # fmt: skip
    row = session.scalars(sa.select(Message).where(Message.dedupe_key == key)).one()
    row.state, row.last_error, row.attempts = MessageState(state), reason, 7
    row.sent_at = now if state == "sent" else None
    session.flush()
    return row


def test_failed_messages_stand_with_their_reason_and_without_an_address(
    app: Flask, login: Login, office: Office, administrator: User
) -> None:
    row = message(app, office)
    message(app, office, NUMBER, reason="gateway: not_on_whatsapp")
    page = login(administrator).get("/petugas/pesan").get_data(as_text=True)
    assert "Ditolak server surel (SMTP 550)" in page
    assert "Gerbang melaporkan gagal sampai (not_on_whatsapp)" in page
    assert f'action="/petugas/pesan/{row.id}/ulang"' in page
    for secret in (ADDRESS, "contoh.id", "81234567890", "siti"):
        assert secret not in page


def test_a_failed_message_is_sent_again_on_request(
    app: Flask, login: Login, session: Session, office: Office, administrator: User
) -> None:
    row = message(app, office)
    client = login(administrator)
    assert client.post(f"/petugas/pesan/{row.id}/ulang").location == "/petugas/pesan"
    session.refresh(row)
    assert (row.state, row.attempts) == (MessageState.PENDING, 0)
    assert "1 pesan menunggu dikirim lagi." in client.get("/petugas/pesan").get_data(as_text=True)
    assert [act.actor_id for act in office.acts("notifications.retry")] == [administrator.id]


def test_asking_twice_says_that_it_is_not_needed(app: Flask, login: Login, office: Office, administrator: User) -> None:
    row = message(app, office)
    client = login(administrator)
    for _ in range(2):
        assert client.post(f"/petugas/pesan/{row.id}/ulang").status_code == 303
    assert "Pesan itu belum gagal" in client.get("/petugas/pesan").get_data(as_text=True)


def test_all_of_one_reason_are_sent_again_and_no_others(
    app: Flask, login: Login, session: Session, office: Office, administrator: User
) -> None:
    away = [message(app, office, reason="ConnectionRefusedError") for _ in range(3)]
    refused = message(app, office)
    data = {"agency_id": office.agency.id, "reason": "ConnectionRefusedError"}
    assert login(administrator).post("/petugas/pesan/ulang", data=data).status_code == 303
    session.expire_all()
    assert {row.state for row in away} == {MessageState.PENDING}
    assert refused.state is MessageState.DEAD
    (act,) = office.acts("notifications.retry_all")
    assert act.detail == {"messages": 3}


def test_who_wants_no_messages_any_more_is_nobody_to_try_again(
    app: Flask, login: Login, office: Office, administrator: User
) -> None:
    message(app, office, reason="unsubscribed")
    page = login(administrator).get("/petugas/pesan").get_data(as_text=True)
    assert "Penerima tidak ingin dikabari lagi" in page
    assert "Kirim ulang" not in page
    assert "Tidak ada pesan yang gagal" in page


def test_messages_of_another_agency_do_not_exist(
    app: Flask, login: Login, session: Session, office: Office, administrator: User
) -> None:
    foreign = message(app, new_office(session), reason="SMTP 551")
    client = login(administrator)
    assert "SMTP 551" not in client.get("/petugas/pesan").get_data(as_text=True)
    assert client.post(f"/petugas/pesan/{foreign.id}/ulang").status_code == 404
    data = {"agency_id": foreign.agency_id, "reason": "SMTP 551"}
    assert client.post("/petugas/pesan/ulang", data=data).status_code == 404
    assert client.post("/petugas/pesan/ulang", data={"agency_id": "x"}).status_code == 404
    session.refresh(foreign)
    assert foreign.state is MessageState.DEAD
    retries = session.scalar(
        sa.select(sa.func.count()).select_from(AuditEvent).where(AuditEvent.action.startswith("notifications.retry"))
    )
    assert retries == 0


def test_who_looks_after_a_unit_alone_finds_nothing_and_is_told_why(app: Flask, login: Login, office: Office) -> None:
    row = message(app, office)
    client = login(office.staff(Role.ADMINISTRATOR))
    assert "pengelola seluruh instansi" in client.get("/petugas/pesan").get_data(as_text=True)
    assert client.post(f"/petugas/pesan/{row.id}/ulang").status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICER, Role.UNIT_HEAD, Role.EVALUATOR])
def test_other_roles_may_not_open_the_page(login: Login, office: Office, role: Role) -> None:
    client = login(office.staff(role, everywhere=True))
    assert client.get("/petugas/pesan").status_code == 403
    assert client.post("/petugas/pesan/1/ulang").status_code == 403


def test_numbers_are_told_by_the_way_a_message_travels(
    app: Flask, session: Session, office: Office, administrator: User
) -> None:
    message(app, office)
    message(app, office, reason=None, state="pending")
    message(app, office, administrator, reason=None, state="sent")
    message(app, office, reason="unsubscribed")
    phone = message(app, office, NUMBER, reason=None, state="sent")
    phone.delivered_at = clock.utcnow()
    old = message(app, office, NUMBER, reason=None, state="sent")
    old.sent_at = clock.utcnow() - timedelta(days=31)
    session.flush()
    rows = figures_by_way(session, {office.agency.id}, now=clock.utcnow())
    assert {row.way: (row.waiting, row.sent, row.arrived, row.dead) for row in rows} == {
        Way.EMAIL: (1, 1, 0, 1),
        Way.WHATSAPP: (0, 1, 1, 0),
    }


def test_an_empty_page_says_what_will_stand_there(login: Login, administrator: User) -> None:
    page = login(administrator).get("/petugas/pesan").get_data(as_text=True)
    assert "Tidak ada pesan yang gagal" in page
    assert "belum diatur" in page


def test_many_failed_messages_come_in_pages(app: Flask, login: Login, office: Office, administrator: User) -> None:
    for _ in range(26):
        message(app, office, administrator)
    client = login(administrator)
    first, second = (client.get(f"/petugas/pesan?page={page}").get_data(as_text=True) for page in (1, 2))
    assert (first.count('/ulang"'), second.count('/ulang"')) == (26, 2)


def test_every_template_has_words_for_the_list() -> None:
    assert set(_ABOUT) == set(Template)


def test_a_template_of_another_release_is_shown_by_its_name(
    app: Flask, login: Login, session: Session, office: Office, administrator: User
) -> None:
    message(app, office).template = "of_tomorrow"
    session.flush()
    assert "of_tomorrow" in login(administrator).get("/petugas/pesan").get_data(as_text=True)


def test_a_stranger_is_sent_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/petugas/pesan").location.startswith("/masuk")
