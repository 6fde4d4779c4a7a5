"""Accounts from a terminal: the first administrator, links where no mail is set up, closing and opening."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from feedback_app.audit.models import AuditEvent
from feedback_app.db import db
from feedback_app.identity.account_models import Invitation
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Role
from tests.cli.test_setup import CITY, UNIT, USER, Feedback, feedback  # noqa: F401 - the fixture is used by name
from tests.conftest import Live

EMAIL = "maria@kupang.go.id"
FIRST = ("accounts", "invite", EMAIL, "--name", "Maria Ndun", "--agency", "kupang", "--administrator")
NEW = "jangkrik kuning berenang jauh"
BOTH = {"password": NEW, "again": NEW}


@pytest.fixture
def city(feedback: Feedback) -> Feedback:  # noqa: F811
    for arguments in (CITY, UNIT):
        feedback(*arguments)
    return feedback


def path_in(printed: str) -> str:
    found = re.search(r"http://\S+?(/(?:undangan|masuk/tautan)/\S+)", printed)
    assert found, printed
    return found.group(1)


def signs_in(live: Live, email: str, password: str) -> bool:
    answer = live.app.test_client().post("/masuk", data={"email": email, "password": password})
    return answer.status_code == 302


@pytest.fixture(autouse=True)
def _no_tokens(live: Live) -> None:
    live.app.config["WTF_CSRF_ENABLED"] = False


def test_the_first_administrator_comes_by_a_printed_link(city: Feedback, live: Live) -> None:
    printed = city(*FIRST)
    assert f"Invited {EMAIL}." in printed
    browser = live.app.test_client()
    assert browser.get(path_in(printed)).location == "/undangan"
    assert browser.post("/undangan", data=BOTH).location == "/masuk"
    assert signs_in(live, EMAIL, NEW)
    with live.app.app_context():
        held = db.session.scalars(sa.select(RoleGrant)).one()
        assert (held.role, held.unit_id, held.source.value) == (Role.ADMINISTRATOR, None, "cli")
        acts = set(db.session.scalars(sa.select(AuditEvent.action)))
        assert {"identity.invite", "identity.grant", "identity.accept_invitation"} <= acts
    assert f"{EMAIL}\tMaria Ndun\topen\t1" in city("accounts", "list", "kupang")


def test_what_an_invitation_needs_is_asked_for(city: Feedback) -> None:
    bare = ("accounts", "invite", EMAIL, "--name", "M", "--agency", "kupang")
    assert "either --role or --administrator" in city(*bare, code=2)
    assert "either --role or --administrator" in city(*bare, "--role", "officer", "--administrator", code=2)
    assert "over the whole agency" in city(*bare, "--administrator", "--unit", "dukcapil", code=2)
    assert "Units: dukcapil." in city(*bare, "--role", "officer", "--unit", "dukcapi", code=2)
    assert "surel" in city("accounts", "invite", "maria", *bare[3:], "--role", "officer", code=1)


def test_an_invitation_is_listed_sent_again_withdrawn_and_made_anew(city: Feedback, live: Live) -> None:
    first = path_in(city(*FIRST))
    assert re.search(rf"{EMAIL}\tMaria Ndun\tinvited\t1\t\d{{4}}-", city("accounts", "list", "kupang"))
    second = path_in(city("accounts", "resend", EMAIL, "--agency", "kupang"))
    browser = live.app.test_client()
    assert browser.get(first).status_code == 410
    assert browser.get(second).status_code == 303
    assert path_in(city("accounts", "link", EMAIL)) == second
    city("accounts", "withdraw", EMAIL, "--agency", "kupang")
    assert browser.get(second).status_code == 410
    assert "Tidak ada undangan yang menunggu" in city("accounts", "withdraw", EMAIL, "--agency", "kupang", code=1)
    assert "withdrawn" in city("accounts", "list", "kupang", "--state", "withdrawn")
    assert live.app.test_client().get(path_in(city(*FIRST))).status_code == 303
    with live.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Invitation)) == 2
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RoleGrant)) == 1


def test_a_lost_password_is_replaced_by_a_printed_link(city: Feedback, live: Live) -> None:
    city(*USER)
    path = path_in(city("accounts", "link", "kepala@kupang.go.id"))
    browser = live.app.test_client()
    assert browser.get(path).location == "/masuk/sandi-baru"
    assert browser.post("/masuk/sandi-baru", data=BOTH).status_code == 303
    assert signs_in(live, "kepala@kupang.go.id", NEW)
    assert "Tidak ada akun" in city("accounts", "link", "siapa@kupang.go.id", code=1)
    with live.app.app_context():
        assert "identity.print_recovery" in set(db.session.scalars(sa.select(AuditEvent.action)))


def test_an_account_is_closed_and_opened(city: Feedback, live: Live) -> None:
    city(*USER)
    assert "is closed" in city("accounts", "deactivate", "kepala@kupang.go.id")
    assert not signs_in(live, "kepala@kupang.go.id", "kata-sandi-panjang")
    assert "The account is closed" in city("accounts", "link", "kepala@kupang.go.id", code=2)
    assert "closed" in city("accounts", "list", "kupang")
    assert "can sign in again" in city("accounts", "activate", "kepala@kupang.go.id")
    assert "sudah terbuka" in city("accounts", "activate", "kepala@kupang.go.id", code=1)
    assert signs_in(live, "kepala@kupang.go.id", "kata-sandi-panjang")
    with live.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RoleGrant)) == 1


def test_the_last_administrator_is_kept(city: Feedback, live: Live) -> None:
    browser = live.app.test_client()
    browser.get(path_in(city(*FIRST)))
    browser.post("/undangan", data=BOTH)
    assert "satu-satunya pengelola" in city("accounts", "deactivate", EMAIL, code=1)
    second = path_in(city(*(("budi@kupang.go.id" if part == EMAIL else part) for part in FIRST)))
    # Who was invited and did not come yet administers nothing.
    assert "satu-satunya pengelola" in city("accounts", "deactivate", EMAIL, code=1)
    browser.get(second)
    browser.post("/undangan", data=BOTH)
    assert "is closed" in city("accounts", "deactivate", EMAIL)


def test_a_password_set_from_the_terminal_keeps_the_same_rule(city: Feedback, live: Live) -> None:
    city(*USER)
    call = ("accounts", "set-password", "kepala@kupang.go.id", "--password")
    assert "terlalu pendek" in city(*call, "sebelas1234", code=1)
    assert "sering dipakai" in city(*call, "password1234", code=1)
    for near in ("kepala-dukcapil", "KotaKupang2026!", "dinas dukcapil 1"):
        assert "nama, surel, instansi" in city(*call, near, code=1)
    city(*call, NEW)
    assert signs_in(live, "kepala@kupang.go.id", NEW)
    with live.app.app_context():
        assert db.session.scalars(sa.select(User.password_set_at)).one() is not None


def test_a_link_stands_in_no_row(city: Feedback, live: Live) -> None:
    token = path_in(city(*FIRST)).rsplit("/", 1)[1]
    with live.app.app_context():
        for table in ("messages", "invitations", "audit_events", "users"):
            rows = db.session.scalars(sa.text(f"SELECT t::text FROM {table} t")).all()
            assert rows
            assert not any(token in row for row in rows)
