"""Where an account is signed in, for how long, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.identity.sign_in_models import SignIn
from feedback_app.identity.sign_in_rules import EndReason
from feedback_app.notifications.models import Message
from tests import factories as make
from tests.blueprints.office import Office, new_office

PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
)


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def officer(office: Office) -> User:
    return office.staff(Role.OFFICER)


def enter(app: Flask, who: User, **environ: str) -> FlaskClient:
    """A browser of its own in which somebody signed in."""
    client = app.test_client()
    data = {"email": who.email, "password": make.PASSWORD}
    assert client.post("/masuk", data=data, environ_overrides=environ).status_code == 302
    return client


def rows_of(session: Session, who: User) -> Sequence[SignIn]:
    session.expire_all()
    return session.scalars(sa.select(SignIn).where(SignIn.user_id == who.id).order_by(SignIn.id)).all()


def is_in(client: FlaskClient) -> bool:
    return client.get("/petugas/").status_code == 200


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    moment = clock.utcnow() + by
    monkeypatch.setattr(clock, "utcnow", lambda: moment)


def test_the_database_holds_a_hash_and_no_more_of_browser_and_network_than_needed(
    app: Flask, session: Session, officer: User
) -> None:
    client = enter(app, officer, HTTP_USER_AGENT=PHONE, REMOTE_ADDR="203.0.113.77")
    with client.session_transaction() as kept:
        token = kept["sign_in"]
    (row,) = rows_of(session, officer)
    assert len(token) >= 43
    assert token.encode() not in row.token_hash
    assert row.browser == "chrome/android"
    stored = session.execute(sa.text("SELECT s::text FROM sign_ins s WHERE user_id = :id"), {"id": officer.id}).scalar()
    assert "203.0.113" not in str(stored)
    assert "Pixel" not in str(stored)


def test_two_people_on_one_network_have_different_marks(app: Flask, session: Session, office: Office) -> None:
    marks = []
    for who in (office.staff(Role.OFFICER), office.staff(Role.OFFICER)):
        enter(app, who, REMOTE_ADDR="203.0.113.77")
        marks.append(rows_of(session, who)[0].network_mark)
    assert None not in marks
    assert marks[0] != marks[1]


def test_signing_out_ends_this_browser_and_no_other(app: Flask, session: Session, officer: User) -> None:
    here, there = enter(app, officer), enter(app, officer)
    here.post("/keluar")
    assert (is_in(here), is_in(there)) == (False, True)
    assert [row.end_reason for row in rows_of(session, officer)] == [EndReason.SIGNED_OUT, None]


@pytest.mark.parametrize("way", ["signed out", "revoked", "idle", "absolute", "deactivated"])
def test_a_copied_cookie_dies_with_its_sign_in(
    app: Flask, session: Session, officer: User, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    client, thief = enter(app, officer), app.test_client()
    copied = client.get_cookie("session")
    assert copied is not None
    thief.set_cookie("session", copied.value)
    assert is_in(thief)
    if way == "signed out":
        client.post("/keluar")
    elif way == "revoked":
        other = enter(app, officer)
        number = rows_of(session, officer)[0].id
        assert other.post("/petugas/akun/sesi/akhiri", data={"sesi": number}).status_code == 303
    elif way == "deactivated":
        officer.active = False
        session.commit()
    else:
        later(monkeypatch, timedelta(minutes=60) if way == "idle" else timedelta(hours=12))
    assert not is_in(thief)
    again = app.test_client()
    again.set_cookie("session", copied.value)
    assert not is_in(again)


def test_an_hour_without_a_request_ends_it_and_a_request_in_between_does_not(
    app: Flask, session: Session, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, began = enter(app, officer), clock.utcnow()
    for minutes in (50, 100, 150):
        monkeypatch.setattr(clock, "utcnow", lambda minutes=minutes: began + timedelta(minutes=minutes))
        assert is_in(client), minutes
    monkeypatch.setattr(clock, "utcnow", lambda: began + timedelta(minutes=211))
    answer = client.get("/petugas/masukan?halaman=2")
    assert answer.location == "/masuk?next=/petugas/masukan?halaman%3D2&sebab=idle"
    assert "karena lama tidak ada kegiatan" in client.get(answer.location).get_data(as_text=True)


def test_twelve_hours_end_it_however_busy_somebody_is(
    app: Flask, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, began = enter(app, officer), clock.utcnow()
    for minutes in range(30, 12 * 60, 30):
        monkeypatch.setattr(clock, "utcnow", lambda minutes=minutes: began + timedelta(minutes=minutes))
        assert is_in(client), minutes
    monkeypatch.setattr(clock, "utcnow", lambda: began + timedelta(hours=12))
    assert client.get("/petugas/").location.endswith("sebab=absolute")


def test_roles_that_need_a_second_factor_have_half_the_time(app: Flask, session: Session, office: Office) -> None:
    administrator = office.staff(Role.ADMINISTRATOR, everywhere=True)
    enter(app, administrator)
    (row,) = rows_of(session, administrator)
    assert (row.idle_minutes, row.expires_at - row.began_at) == (30, timedelta(hours=6))


def test_public_pages_keep_nobody_signed_in(
    app: Flask, session: Session, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, began = enter(app, officer), clock.utcnow()
    monkeypatch.setattr(clock, "utcnow", lambda: began + timedelta(minutes=40))
    assert client.get("/privasi").status_code == 200
    monkeypatch.setattr(clock, "utcnow", lambda: began + timedelta(minutes=61))
    assert not is_in(client)


def test_being_seen_is_written_once_a_minute(
    app: Flask, session: Session, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, began = enter(app, officer), clock.utcnow()
    written: list[str] = []
    sa.event.listen(
        session.get_bind(), "before_cursor_execute",
        lambda *given: written.append(given[2]) if given[2].startswith("UPDATE sign_ins") else None,
    )  # fmt: skip
    for seconds in (10, 50, 70, 100, 131):
        monkeypatch.setattr(clock, "utcnow", lambda seconds=seconds: began + timedelta(seconds=seconds))
        assert is_in(client)
    assert len(written) == 2


def test_the_account_is_found_with_its_sign_in_in_one_query(app: Flask, session: Session, officer: User) -> None:
    client = enter(app, officer)
    asked: list[str] = []
    sa.event.listen(session.get_bind(), "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert client.get("/petugas/akun").status_code == 200
    assert len([words for words in asked if "FROM users" in words and "password" in words]) == 1


def test_the_list_marks_this_browser_and_tells_same_network_from_other(app: Flask, officer: User) -> None:
    enter(app, officer, HTTP_USER_AGENT=PHONE, REMOTE_ADDR="198.51.100.3")
    client = enter(app, officer, REMOTE_ADDR="203.0.113.5")
    page = client.get("/petugas/akun/sesi", environ_overrides={"REMOTE_ADDR": "203.0.113.9"}).get_data(as_text=True)
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", page, flags=re.DOTALL)
    assert len(rows) == 2
    assert "peramban ini" in rows[0]
    assert "sama dengan sekarang" in rows[0]
    assert "Chrome di Android" in rows[1]
    assert "lain dari sekarang" in rows[1]
    assert "kata sandi" in rows[1]
    assert "peramban ini" not in rows[1]


def test_ending_all_others_leaves_this_one(app: Flask, officer: User) -> None:
    others, client = [enter(app, officer) for _ in range(3)], enter(app, officer)
    answer = client.post("/petugas/akun/sesi/akhiri-lain", follow_redirects=True)
    assert "3 perangkat lain sudah dikeluarkan" in answer.get_data(as_text=True)
    assert [is_in(other) for other in others] == [False] * 3
    assert is_in(client)
    again = client.post("/petugas/akun/sesi/akhiri-lain", follow_redirects=True)
    assert "Tidak ada perangkat lain" in again.get_data(as_text=True)


def test_signing_out_everywhere_ends_this_one_too(app: Flask, officer: User) -> None:
    other, client = enter(app, officer), enter(app, officer)
    assert client.post("/petugas/akun/sesi/akhiri-semua").location == "/masuk"
    assert (is_in(other), is_in(client)) == (False, False)


@pytest.mark.parametrize("act", ["akhiri", "akhiri-lain", "akhiri-semua"])
def test_ending_ones_of_mine_asks_first_who_it_is_and_goes_on_in_place(
    app: Flask, session: Session, officer: User, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    other, began = enter(app, officer), clock.utcnow()
    client = enter(app, officer)
    number = rows_of(session, officer)[0].id
    monkeypatch.setattr(clock, "utcnow", lambda: began + timedelta(minutes=31))
    path, sent = f"/petugas/akun/sesi/{act}", {"sesi": str(number)}
    asked = client.post(path, data=sent)
    page = asked.get_data(as_text=True)
    assert asked.status_code == 403
    assert f'action="{path}"' in page
    assert f'name="sesi" value="{number}"' in page
    assert client.post(path, data={**sent, "step_up_password": "salah-sekali"}).status_code == 422
    assert is_in(other)
    # The one thing to type, and the act is done: whoever fears a thief is not sent about.
    assert client.post(path, data={**sent, "step_up_password": make.PASSWORD}).status_code == 303
    assert not is_in(other)


def test_ending_those_of_a_colleague_asks_first_who_it_is(
    app: Flask, office: Office, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim, began = enter(app, officer), clock.utcnow()
    client = enter(app, office.staff(Role.ADMINISTRATOR, everywhere=True))
    # An administrator's own sign-in ends after thirty minutes without a request.
    for minutes in (29, 31):
        monkeypatch.setattr(clock, "utcnow", lambda minutes=minutes: began + timedelta(minutes=minutes))
        assert is_in(client)
    path = f"/petugas/akses/{office.agency.id}/orang/{officer.id}/sesi/akhiri"
    assert client.post(path).status_code == 403
    assert is_in(victim)
    assert client.post(path, data={"step_up_password": make.PASSWORD}).status_code == 303
    assert not is_in(victim)


def test_nobody_ends_the_sign_in_of_somebody_else_by_its_number(
    app: Flask, session: Session, office: Office, officer: User
) -> None:
    victim, thief = enter(app, officer), enter(app, office.staff(Role.OFFICER))
    number = rows_of(session, officer)[0].id
    assert thief.post("/petugas/akun/sesi/akhiri", data={"sesi": number}).status_code == 404
    assert is_in(victim)
    for words in ("", "abc", "-1"):
        assert thief.post("/petugas/akun/sesi/akhiri", data={"sesi": words}).status_code in {303, 404}


def test_an_administrator_ends_all_of_an_account_within_reach(
    app: Flask, session: Session, office: Office, officer: User
) -> None:
    victim, administrator = enter(app, officer), office.staff(Role.ADMINISTRATOR, everywhere=True)
    client = enter(app, administrator)
    page = client.get(f"/petugas/akses/{office.agency.id}/orang/{officer.id}/sesi").get_data(as_text=True)
    assert officer.name in page
    answer = client.post(f"/petugas/akses/{office.agency.id}/orang/{officer.id}/sesi/akhiri", follow_redirects=True)
    assert "1 perangkat sudah dikeluarkan" in answer.get_data(as_text=True)
    assert "Tidak sedang masuk" in answer.get_data(as_text=True)
    assert not is_in(victim)
    acts = office.acts("identity.end_sign_ins")
    assert [(act.actor_id, act.subject_id, act.detail["n"]) for act in acts] == [(administrator.id, officer.id, 1)]


def test_an_administrator_of_another_agency_or_of_one_unit_finds_nothing(
    app: Flask, session: Session, office: Office, officer: User
) -> None:
    elsewhere = new_office(session).staff(Role.ADMINISTRATOR, everywhere=True)
    of_a_unit = office.staff(Role.ADMINISTRATOR)
    mayor = office.staff(Role.UNIT_HEAD, everywhere=True)
    victim = enter(app, mayor)
    for who, target in ((elsewhere, officer), (elsewhere, mayor), (of_a_unit, mayor)):
        client = enter(app, who)
        assert client.get(f"/petugas/akses/{office.agency.id}/orang/{target.id}/sesi").status_code == 404
        assert client.post(f"/petugas/akses/{office.agency.id}/orang/{target.id}/sesi/akhiri").status_code == 404
    assert enter(app, of_a_unit).get(f"/petugas/akses/{office.agency.id}/orang/{officer.id}/sesi").status_code == 200
    assert is_in(victim)


def test_a_browser_never_seen_is_told_to_the_owner_and_a_known_one_is_not(
    app: Flask, session: Session, officer: User
) -> None:
    def told() -> int:
        query = sa.select(sa.func.count()).where(Message.user_id == officer.id, Message.template == "new_sign_in")
        return session.scalar(query) or 0

    enter(app, officer, REMOTE_ADDR="203.0.113.5")
    assert told() == 0
    enter(app, officer, REMOTE_ADDR="203.0.113.6")
    assert told() == 0
    enter(app, officer, REMOTE_ADDR="198.51.100.1")
    assert told() == 1
    enter(app, officer, REMOTE_ADDR="198.51.100.1", HTTP_USER_AGENT=PHONE)
    assert told() == 2
    enter(app, officer, REMOTE_ADDR="198.51.100.1", HTTP_USER_AGENT=PHONE)
    assert told() == 2


def test_every_sign_in_and_end_is_in_the_trail(app: Flask, office: Office, officer: User) -> None:
    client = enter(app, officer)
    client.post("/keluar")
    (begun,), (ended,) = office.acts("identity.sign_in"), office.acts("identity.end_sign_in")
    assert begun.detail["means"] == "password"
    assert begun.detail["sign_in_id"] == ended.detail["sign_in_id"]
    assert ended.detail["reason"] == "signed_out"


LONG = "Petugas sudah memeriksa berkas dan menghubungi pelapor dua kali."


def test_what_was_typed_while_the_sign_in_ran_out_is_given_back_and_goes_after_signing_in(
    app: Flask, session: Session, office: Office, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    case = office.report()
    session.commit()
    client = app.test_client()
    page = client.get("/masuk").get_data(as_text=True)
    data = {"email": officer.email, "password": make.PASSWORD, "csrf_token": token_of(page)}
    client.post("/masuk", data=data)
    page = client.get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    form, began = {"text": LONG, "csrf_token": token_of(page)}, clock.utcnow()
    monkeypatch.setattr(clock, "utcnow", lambda: began + timedelta(minutes=90))
    answer = client.post(f"/petugas/kasus/{case.id}/catatan", data=form)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (401, "no-store")
    assert "karena lama tidak ada kegiatan" in page
    assert unescape(page).count(LONG) == 2
    again = {"text": LONG, "csrf_token": token_of(page)}
    # In another tab of the same browser.
    page = client.get("/masuk").get_data(as_text=True)
    data["csrf_token"] = token_of(page)
    assert client.post("/masuk", data=data).status_code == 302
    assert client.post(f"/petugas/kasus/{case.id}/catatan", data=again).status_code == 303
    assert LONG in client.get(f"/petugas/kasus/{case.id}").get_data(as_text=True)


def test_what_somebody_typed_is_not_sent_by_whoever_signs_in_next(
    app: Flask, session: Session, office: Office, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    case = office.report()
    session.commit()
    client, began = app.test_client(), clock.utcnow()
    for who in (officer, office.staff(Role.OFFICER)):
        page = client.get("/masuk").get_data(as_text=True)
        data = {"email": who.email, "password": make.PASSWORD, "csrf_token": token_of(page)}
        assert client.post("/masuk", data=data).status_code == 302
        if who is officer:
            form = {"text": LONG, "csrf_token": token_of(client.get("/petugas/akun").get_data(as_text=True))}
            monkeypatch.setattr(clock, "utcnow", lambda: began + timedelta(minutes=90))
    assert client.post(f"/petugas/kasus/{case.id}/catatan", data=form).status_code == 400
    assert LONG not in client.get(f"/petugas/kasus/{case.id}").get_data(as_text=True)


def test_a_password_in_a_late_form_is_on_no_page(client: FlaskClient) -> None:
    data = {"text": LONG, "password": "sebuah kata sandi yang panjang", "kode": "y"}
    page = client.post("/petugas/kasus/1/catatan", data=data).get_data(as_text=True)
    assert LONG in page
    assert "kata sandi yang panjang" not in page


def test_a_late_form_without_words_leads_to_the_sign_in_page(client: FlaskClient) -> None:
    answer = client.post("/petugas/kasus/1/catatan", data={"x": "1"})
    assert (answer.status_code, answer.location) == (302, "/masuk")
    cross = client.post("/petugas/kasus/1/catatan", data={"text": LONG}, headers={"Sec-Fetch-Site": "cross-site"})
    assert cross.status_code == 302


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return found[1]
