"""Accounts come to be by invitation: an administrator invites, the owner alone chooses the password."""

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

from feedback_app import clock, jobs
from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import SYSTEM, person
from feedback_app.identity import closing
from feedback_app.identity.account_models import Invitation
from feedback_app.identity.grant_models import GrantRequest
from feedback_app.identity.invitations import AccountClosedError, UnknownInvitationError, resend
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Role
from feedback_app.notifications import account_acts
from feedback_app.notifications.account_acts import RoleWanted
from feedback_app.organisation.models import Agency, Unit
from tests import factories as make
from tests.notifications.machines import Mailbox, mail_server

Login = Callable[[object], FlaskClient]
Deliver = Callable[[], int]
PAGE, ACCEPT = "/petugas/akun-staf", "/undangan"
NEW = "jangkrik kuning berenang jauh"
BOTH = {"password": NEW, "again": NEW}
EMAIL = "yohana@kota.go.id"


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
    def run() -> int:
        session.flush()
        with app.app_context():
            return jobs.deliver_messages()

    return run


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def unit(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency, name="Dinas Kependudukan")


@pytest.fixture
def administrator(session: Session, agency: Agency) -> User:
    who = make.user(session)
    make.grant(session, who, Role.ADMINISTRATOR, agency)
    return who


def filled(unit: Unit | str, **changes: str) -> dict[str, str]:
    over = unit if isinstance(unit, str) else str(unit.id)
    return {
        "email": EMAIL, "name": "Yohana Bessie", "role": "officer", "unit": over, "ends_on": "",
        "reason": "Surat tugas 800/12/2026", **changes,
    }  # fmt: skip


def link_in(mailbox: Mailbox) -> str:
    found = re.search(r"https://suara\.kota\.go\.id(/undangan/\S+)", mailbox.mails[-1].get_content())
    assert found
    return found.group(1)


def invited(session: Session, agency: Agency, unit: Unit) -> User:
    now = clock.utcnow()
    today = now.date()
    made = account_acts.invite(
        session, agency_id=agency.id, email=EMAIL, name="Yohana Bessie", today=today,
        grants=(RoleWanted(Role.OFFICER, unit.id, today),), actor=SYSTEM, now=now,
    )  # fmt: skip
    session.flush()
    return made.user


def at(monkeypatch: pytest.MonkeyPatch, later: timedelta) -> None:
    moment = clock.utcnow() + later
    monkeypatch.setattr(clock, "utcnow", lambda: moment)


def test_from_the_invitation_to_the_first_sign_in(
    client: FlaskClient, login: Login, administrator: User, unit: Unit, deliver: Deliver, mailbox: Mailbox,
    session: Session,
) -> None:  # fmt: skip
    login(administrator)
    answer = client.post(f"{PAGE}/undang", data=filled(unit))
    assert answer.status_code == 303, answer.text
    page = client.get(answer.location).text
    assert f"Undangan dikirim ke {EMAIL}" in page
    assert "Diundang, belum diterima" in page
    assert "Yohana Bessie" in client.get(f"{PAGE}?keadaan=invited&q=yohana").text
    client.post("/keluar")
    assert deliver() == 1
    opened = client.get(link_in(mailbox))
    assert (opened.status_code, opened.location) == (303, ACCEPT)
    shown = client.get(ACCEPT).text
    for words in ("Selamat datang, Yohana Bessie", EMAIL, "Petugas · Dinas Kependudukan"):
        assert words in shown
    assert client.post(ACCEPT, data={"password": "yohana bessie", "again": "yohana bessie"}).status_code == 422
    assert client.post(ACCEPT, data=BOTH).location == "/masuk"
    assert client.post("/masuk", data={"email": EMAIL, "password": NEW}).status_code == 302
    assert client.get("/petugas/").status_code == 200
    who = session.scalars(sa.select(User).where(User.email == EMAIL).execution_options(populate_existing=True)).one()
    acts = session.scalars(sa.select(AuditEvent.action).where(AuditEvent.subject_id == who.id)).all()
    wanted = {"invite", "grant", "choose_first_password", "accept_invitation"}
    assert {f"identity.{act}" for act in wanted} <= set(acts)


def test_an_invited_account_opens_nothing_before_it_is_accepted(
    client: FlaskClient, agency: Agency, unit: Unit, session: Session
) -> None:
    who = invited(session, agency, unit)
    assert (who.active, who.password) == (False, None)
    for password in ("", "x", make.PASSWORD):
        assert client.post("/masuk", data={"email": EMAIL, "password": password}).status_code == 200
    assert client.get("/petugas/").status_code == 302


def test_a_link_is_used_once_and_for_seven_days(
    client: FlaskClient, agency: Agency, unit: Unit, session: Session, deliver: Deliver, mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    invited(session, agency, unit)
    deliver()
    link = link_in(mailbox)
    begin = clock.utcnow()
    monkeypatch.setattr(clock, "utcnow", lambda: begin + timedelta(days=7, minutes=1))
    over = client.get(link)
    assert over.status_code == 410
    assert "minta pengelola instansi Anda mengirim undangan lagi" in over.text
    monkeypatch.setattr(clock, "utcnow", lambda: begin + timedelta(days=6))
    assert client.get(link).status_code == 303
    assert client.post(ACCEPT, data=BOTH).status_code == 303
    assert client.get(link).status_code == 410
    assert client.post(ACCEPT, data=BOTH).status_code == 410


def test_sending_again_ends_the_link_of_before(
    client: FlaskClient, login: Login, administrator: User, agency: Agency, unit: Unit, session: Session,
    deliver: Deliver, mailbox: Mailbox,
) -> None:  # fmt: skip
    who = invited(session, agency, unit)
    deliver()
    first = link_in(mailbox)
    login(administrator)
    answer = client.post(f"{PAGE}/{agency.id}/{who.id}/kirim-ulang", follow_redirects=True)
    assert "Undangan dikirim lagi" in answer.text
    deliver()
    assert link_in(mailbox) != first
    assert client.get(first).status_code == 410
    assert client.get(link_in(mailbox)).status_code == 303


def test_a_withdrawn_invitation_opens_nothing_and_can_be_made_anew(
    client: FlaskClient, login: Login, administrator: User, agency: Agency, unit: Unit, session: Session,
    deliver: Deliver, mailbox: Mailbox,
) -> None:  # fmt: skip
    who = invited(session, agency, unit)
    deliver()
    login(administrator)
    assert "Undangan ditarik" in client.post(f"{PAGE}/{agency.id}/{who.id}/tarik", follow_redirects=True).text
    assert (
        "Tidak ada undangan yang menunggu"
        in client.post(f"{PAGE}/{agency.id}/{who.id}/tarik", follow_redirects=True).text
    )
    assert client.get(link_in(mailbox)).status_code == 410
    assert client.post(f"{PAGE}/undang", data=filled(unit)).status_code == 303
    deliver()
    assert client.get(link_in(mailbox)).status_code == 303
    assert session.scalar(sa.select(sa.func.count()).where(Invitation.user_id == who.id)) == 2
    # The role was there, and is not given twice.
    assert session.scalar(sa.select(sa.func.count()).where(RoleGrant.user_id == who.id)) == 1


def test_a_mail_that_waited_too_long_for_its_invitation_does_not_leave(
    agency: Agency, unit: Unit, session: Session, deliver: Deliver, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited(session, agency, unit)
    at(monkeypatch, timedelta(days=8))
    assert deliver() == 0
    assert mailbox.mails == []


def test_who_has_an_account_is_given_the_role_and_told(
    client: FlaskClient, login: Login, administrator: User, unit: Unit, session: Session, deliver: Deliver,
    mailbox: Mailbox,
) -> None:  # fmt: skip
    elsewhere = make.agency(session)
    colleague = make.user(session, email=EMAIL)
    make.grant(session, colleague, Role.OFFICER, elsewhere)
    login(administrator)
    page = client.post(f"{PAGE}/undang", data=filled(unit, email=EMAIL.upper()), follow_redirects=True).text
    assert "sudah punya akun" in page
    assert session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == 0
    deliver()
    assert [mail["Subject"] for mail in mailbox.mails] == ["Wewenang Anda di Suara Layanan bertambah"]


def test_a_role_of_weight_waits_for_a_second_person(
    client: FlaskClient, login: Login, administrator: User, session: Session
) -> None:
    login(administrator)
    page = client.post(f"{PAGE}/undang", data=filled("semua", role="evaluator"), follow_redirects=True).text
    assert "menunggu persetujuan orang kedua" in page
    assert session.scalars(sa.select(GrantRequest.role)).all() == [Role.EVALUATOR]
    who = session.scalars(sa.select(User).where(User.email == EMAIL)).one()
    assert session.scalar(sa.select(sa.func.count()).where(RoleGrant.user_id == who.id)) == 0


def test_nobody_invites_beyond_their_own_reach(
    client: FlaskClient, login: Login, agency: Agency, unit: Unit, session: Session
) -> None:
    other = make.unit(session, agency, name="Dinas Lain")
    head = make.user(session)
    make.grant(session, head, Role.ADMINISTRATOR, agency, unit)
    login(head)
    page = client.get(f"{PAGE}/undang").text
    assert "Dinas Kependudukan" in page
    assert "Dinas Lain" not in page
    assert "Seluruh instansi" not in page
    for over in (str(other.id), "semua", "x", ""):
        assert client.post(f"{PAGE}/undang", data=filled(over)).status_code == 422
    assert session.scalar(sa.select(sa.func.count()).where(User.email == EMAIL)) == 0


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("email", "yohana", "Alamat surel tidak dapat dipakai"), ("name", " ", "nama lengkap"),
        ("role", "raja", "Pilih wewenang dari daftar"), ("reason", "ya", "Tulis alasannya"),
        ("ends_on", "1-1-2020", "Hari terakhir sudah lewat"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: FlaskClient, login: Login, administrator: User, unit: Unit, field: str, typed: str, words: str
) -> None:
    login(administrator)
    answer = client.post(f"{PAGE}/undang", data=filled(unit, **{field: typed}))
    assert answer.status_code == 422
    assert words in answer.text
    for kept in {"email": EMAIL, "name": "Yohana Bessie", "reason": "Surat tugas 800/12/2026"}.items():
        assert kept[0] == field or kept[1] in answer.text


def test_only_those_who_look_after_an_account_see_it(
    client: FlaskClient, login: Login, agency: Agency, unit: Unit, session: Session, administrator: User
) -> None:
    who = invited(session, agency, unit)
    elsewhere = make.agency(session)
    for place in (elsewhere, None):
        stranger = make.user(session)
        if place is None:
            make.grant(session, stranger, Role.ADMINISTRATOR, agency, make.unit(session, agency))
        else:
            make.grant(session, stranger, Role.ADMINISTRATOR, place)
        login(stranger)
        assert "Yohana Bessie" not in client.get(PAGE).text
        assert client.get(f"{PAGE}/{agency.id}/{who.id}").status_code == 404
        for act in ("kirim-ulang", "tarik", "tutup", "buka", "tautan"):
            assert client.post(f"{PAGE}/{agency.id}/{who.id}/{act}").status_code == 404
        client.post("/keluar")
    officer = make.user(session)
    make.grant(session, officer, Role.OFFICER, agency, unit)
    login(officer)
    assert client.get(PAGE).status_code == 403


def test_a_closed_account_is_out_at_once_and_keeps_its_roles(
    client: FlaskClient, login: Login, administrator: User, agency: Agency, unit: Unit, session: Session
) -> None:
    officer = make.user(session)
    make.grant(session, officer, Role.OFFICER, agency, unit)
    login(officer)
    kept = client.get_cookie("session")
    assert kept is not None
    client.delete_cookie("session")
    login(administrator)
    assert "Akun ditutup" in client.post(f"{PAGE}/{agency.id}/{officer.id}/tutup", follow_redirects=True).text
    mine = client.get_cookie("session")
    assert mine is not None
    client.set_cookie("session", kept.value)
    assert client.get("/petugas/").status_code == 302
    client.set_cookie("session", mine.value)
    assert session.scalar(sa.select(sa.func.count()).where(RoleGrant.user_id == officer.id)) == 1
    assert "Akun dibuka kembali" in client.post(f"{PAGE}/{agency.id}/{officer.id}/buka", follow_redirects=True).text
    client.post("/keluar")
    login(officer)
    assert client.get("/petugas/").status_code == 200


def test_nobody_closes_their_own_account_nor_one_that_works_elsewhere_too(
    client: FlaskClient, login: Login, administrator: User, agency: Agency, unit: Unit, session: Session
) -> None:
    login(administrator)
    assert (
        "akun Anda sendiri" in client.post(f"{PAGE}/{agency.id}/{administrator.id}/tutup", follow_redirects=True).text
    )
    busy = make.user(session)
    make.grant(session, busy, Role.OFFICER, agency, unit)
    make.grant(session, busy, Role.OFFICER, make.agency(session))
    assert "di luar lingkup Anda" in client.post(f"{PAGE}/{agency.id}/{busy.id}/tutup", follow_redirects=True).text
    session.refresh(busy)
    assert busy.active


def test_the_last_administrator_is_not_closed(session: Session, administrator: User, agency: Agency) -> None:
    now = clock.utcnow()
    with pytest.raises(closing.LastAdministratorError):
        closing.deactivate(session, administrator, actor=SYSTEM, day=now.date(), now=now)
    second = make.user(session)
    make.grant(session, second, Role.ADMINISTRATOR, agency)
    closing.deactivate(session, administrator, actor=person(second.id), day=now.date(), now=now)
    assert not administrator.active


def test_closing_withdraws_what_waits_and_a_closed_account_is_not_invited(
    session: Session, agency: Agency, unit: Unit
) -> None:
    who = invited(session, agency, unit)
    now = clock.utcnow()
    closing.deactivate(session, who, actor=SYSTEM, day=now.date(), now=now)
    with pytest.raises(UnknownInvitationError):
        resend(session, agency_id=agency.id, user_id=who.id, actor=SYSTEM, now=now)
    who.password = "$argon2id$x"
    with pytest.raises(AccountClosedError):
        invited(session, agency, unit)


def test_an_administrator_sends_a_link_that_only_the_owner_sees(
    client: FlaskClient, login: Login, administrator: User, agency: Agency, unit: Unit, session: Session,
    deliver: Deliver, mailbox: Mailbox,
) -> None:  # fmt: skip
    officer = make.user(session)
    make.grant(session, officer, Role.OFFICER, agency, unit)
    login(administrator)
    page = client.post(f"{PAGE}/{agency.id}/{officer.id}/tautan", follow_redirects=True).text
    assert "dikirim ke surel pemilik akun" in page
    assert "/masuk/tautan/" not in page
    assert "baru saja dikirim" in client.post(f"{PAGE}/{agency.id}/{officer.id}/tautan", follow_redirects=True).text
    assert deliver() == 1
    assert mailbox.mails[-1]["To"] == officer.email
    assert "/masuk/tautan/" in mailbox.mails[-1].get_content()


def test_without_a_way_for_mails_the_pages_say_what_to_do(
    app: Flask, client: FlaskClient, login: Login, administrator: User, agency: Agency, unit: Unit, session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    who = invited(session, agency, unit)
    monkeypatch.setitem(app.extensions, "suara_settings", replace(app.extensions["suara_settings"], smtp_url=None))
    login(administrator)
    for address in (PAGE, f"{PAGE}/undang", f"{PAGE}/{agency.id}/{who.id}"):
        assert "Pengiriman surel belum diatur" in client.get(address).text
    assert f"feedback accounts link {EMAIL}" in client.get(f"{PAGE}/{agency.id}/{who.id}").text
