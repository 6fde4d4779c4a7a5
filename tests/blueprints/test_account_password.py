"""Changing one's own password: with the present one, and other devices are out."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

import feedback_app
from feedback_app import clock
from feedback_app.audit.models import AuditEvent
from feedback_app.identity.models import User
from feedback_app.identity.password_rules import PASSWORD_MIN
from feedback_app.identity.rules import Role
from feedback_app.notifications.models import Message
from tests import factories as make
from tests.abuse.limited import client_from, limited_app
from tests.blueprints.office import Login
from tests.conftest import Live

PAGE = "/petugas/akun/kata-sandi"
NEW = "jangkrik kuning berenang jauh"


@pytest.fixture
def officer(session: Session) -> User:
    agency = make.agency(session)
    who = make.user(session, name="Yohana Bessie")
    make.grant(session, who, Role.OFFICER, agency, make.unit(session, agency, name="Dinas Perhubungan"))
    return who


def filled(**changes: str) -> dict[str, str]:
    return {"present": make.PASSWORD, "password": NEW, "again": NEW, **changes}


def test_this_browser_goes_on_and_every_other_is_out(
    client: FlaskClient, login: Login, officer: User, session: Session
) -> None:
    login(officer)
    other = client.get_cookie("session")
    assert other is not None
    client.delete_cookie("session")
    login(officer)
    before = client.get_cookie("session")
    assert before is not None
    answer = client.post(PAGE, data=filled())
    assert (answer.status_code, answer.location) == (303, "/petugas/akun")
    assert "Kata sandi diganti" in client.get("/petugas/akun").text
    mine = client.get_cookie("session")
    assert mine is not None
    # A copy of the cookie from before the change is as worthless as those of other browsers.
    for copied in (other, before):
        client.set_cookie("session", copied.value)
        assert client.get("/petugas/").status_code == 302
    client.set_cookie("session", mine.value)
    assert client.get("/petugas/").status_code == 200
    client.post("/keluar")
    assert client.post("/masuk", data={"email": officer.email, "password": make.PASSWORD}).status_code == 200
    assert client.post("/masuk", data={"email": officer.email, "password": NEW}).status_code == 302
    acts = session.scalars(sa.select(AuditEvent.action).where(AuditEvent.subject_id == officer.id)).all()
    assert "identity.change_password" in acts
    told = session.scalars(sa.select(Message.template).where(Message.user_id == officer.id)).all()
    assert "password_changed" in told


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"present": "salah sama sekali"}, "Kata sandi sekarang tidak cocok"),
        ({"present": ""}, "Tulis kata sandi Anda yang sekarang"),
        ({"again": "lain"}, "Kedua kata sandi tidak sama"),
        ({"password": "", "again": ""}, "Tulis kata sandi baru"),
        ({"password": make.PASSWORD, "again": make.PASSWORD}, "sama dengan yang sekarang"),
        ({"password": "password1234", "again": "password1234"}, "sering dipakai"),
        ({"password": "yohanabessie1", "again": "yohanabessie1"}, "nama, surel, instansi"),
        ({"password": "DinasPerhubungan1", "again": "DinasPerhubungan1"}, "nama, surel, instansi"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    client: FlaskClient, login: Login, officer: User, session: Session, changes: dict[str, str], words: str
) -> None:
    before = officer.password
    login(officer)
    answer = client.post(PAGE, data=filled(**changes))
    assert answer.status_code == 422
    assert words in answer.text
    assert make.PASSWORD not in answer.text
    session.refresh(officer)
    assert officer.password == before


def test_a_long_password_counts_to_its_last_letter(client: FlaskClient, login: Login, officer: User) -> None:
    long = "jangkrik kuning berenang di kolam ikan yang luas sekali pada hari panas " * 2
    long = long[:127] + "A"
    login(officer)
    assert client.post(PAGE, data=filled(password=long, again=long)).status_code == 303
    client.post("/keluar")
    assert client.post("/masuk", data={"email": officer.email, "password": long[:127] + "B"}).status_code == 200
    assert client.post("/masuk", data={"email": officer.email, "password": long}).status_code == 302


def test_letters_with_accents_fit_however_they_are_typed(
    client: FlaskClient, login: Login, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    login(officer)
    composed = unicodedata.normalize("NFC", "café kuning berenang jauh")
    apart = unicodedata.normalize("NFD", composed)
    assert composed != apart
    assert client.post(PAGE, data=filled(password=composed, again=composed)).status_code == 303
    for typed in (composed, apart):
        client.post("/keluar")
        assert client.post("/masuk", data={"email": officer.email, "password": typed}).status_code == 302
        assert client.post("/petugas/konfirmasi", data={"step_up_password": typed}).status_code == 303
    assert client.post(PAGE, data=filled(present=apart)).status_code == 303


def test_a_password_is_compared_nowhere_in_another_form() -> None:
    called = re.compile(r"(?:verify_password|verify_and_update_password)\((?!\))")
    found = [
        line
        for path in Path(feedback_app.__file__).parent.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if called.search(line)
    ]
    assert len(found) >= 4
    assert [line for line in found if "normalised(" not in line] == []


def test_a_password_of_years_ago_signs_in_and_nobody_is_asked_to_change_it(
    client: FlaskClient, session: Session, officer: User
) -> None:
    officer.password_set_at = clock.utcnow() - timedelta(days=3650)
    session.flush()
    answer = client.post("/masuk", data={"email": officer.email, "password": make.PASSWORD})
    assert (answer.status_code, answer.location) == (302, "/petugas/")
    page = client.get("/petugas/")
    assert page.status_code == 200
    assert PAGE not in page.get_data(as_text=True)


def test_password_managers_find_their_fields_and_pasting_is_not_hindered(
    client: FlaskClient, login: Login, officer: User
) -> None:
    sign_in = client.get("/masuk").text
    assert re.search(r'<input[^>]*autocomplete="current-password"', sign_in)
    login(officer)
    page = client.get(PAGE).text
    assert len(re.findall(r'autocomplete="new-password"', page)) == 2
    assert 'autocomplete="username"' in page
    assert f"Paling sedikit {PASSWORD_MIN} huruf" in page
    for text in (sign_in, page):
        assert "onpaste" not in text
        assert "maxlength" not in text
        assert "password.js" in text


def test_an_account_without_a_password_is_given_none_here(
    client: FlaskClient, login: Login, officer: User, session: Session
) -> None:
    login(officer)
    session.execute(sa.update(User).where(User.id == officer.id).values(password=None))
    assert "sistem masuk instansi" in client.get(PAGE).text
    client.post(PAGE, data=filled())
    assert session.scalar(sa.select(User.password).where(User.id == officer.id)) is None


def test_the_present_password_is_not_guessed_at_an_open_session(live: Live, redis: object) -> None:
    with limited_app(live.settings) as app:
        with app.app_context():
            from feedback_app.db import db

            agency = make.agency(db.session())
            who = make.user(db.session())
            make.grant(db.session(), who, Role.OFFICER, agency, make.unit(db.session(), agency))
            db.session.commit()
            email = who.email
        thief = client_from(app, "203.0.113.7")
        assert thief.post("/masuk", data={"email": email, "password": make.PASSWORD}).status_code == 302
        statuses = [thief.post(PAGE, data=filled(present=f"tebakan nomor {n}")).status_code for n in range(8)]
        assert statuses == [422] * 5 + [429] * 3
