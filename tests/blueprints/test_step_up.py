"""Acts that ask once more who it is."""

from __future__ import annotations

import html
import re

import pytest
import sqlalchemy as sa
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.blueprints.access import requires
from feedback_app.blueprints.step_up import needs_fresh_sign_in
from feedback_app.identity.factors.models import AccountFactors
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission, Role
from tests import factories as make
from tests.authenticator import Passkey
from tests.blueprints.factored import Clock, code, hash_cheaply, password, with_app, wrong
from tests.blueprints.office import Login

PAGE = "/petugas/akun/keamanan"
NEW = f"{PAGE}/kunci-sandi"
BEGIN = f"{PAGE}/aplikasi/mulai"


@pytest.fixture
def client(app: Flask, connection: object) -> FlaskClient:
    """A browser that keeps no request open after its answer, so that another one can stand beside it."""
    return app.test_client()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    hash_cheaply(monkeypatch)
    return Clock(monkeypatch)


@pytest.fixture
def officer(session: Session, time: Clock) -> User:
    agency = make.agency(session)
    who = make.user(session)
    make.grant(session, who, Role.OFFICER, agency, make.unit(session, agency))
    return who


@pytest.fixture
def long_ago(client: FlaskClient, officer: User, login: Login, time: Clock) -> FlaskClient:
    """A browser of somebody who signed in with a password, past what a form forgives."""
    login(officer)
    time.turn(minutes=31)
    return client


@pytest.fixture
def act(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, list[str]]]:
    """What reached a form behind the step-up; it takes the place of that of one's preferences."""
    reached: list[dict[str, list[str]]] = []

    @requires(*Permission)
    @needs_fresh_sign_in
    def view() -> str:
        reached.append(request.form.to_dict(flat=False))
        return "sampai"

    monkeypatch.setitem(app.view_functions, "account.preferences", view)
    return reached


def carried(page: str) -> list[tuple[str, str]]:
    """The fields that the form of a confirmation sends on."""
    form = page.split("<main", 1)[1]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    return [(html.unescape(name), html.unescape(words)) for name, words in found if name != "csrf_token"]


def test_whoever_has_just_signed_in_is_not_asked(client: FlaskClient, officer: User, login: Login) -> None:
    login(officer)
    assert client.get(NEW).status_code == 200
    assert client.post(BEGIN).location == f"{PAGE}/aplikasi"


def test_a_page_leads_over_the_confirmation_and_back(long_ago: FlaskClient, time: Clock) -> None:
    asked = long_ago.get(f"{NEW}?x=1")
    assert asked.status_code == 302
    page = long_ago.get(asked.location).get_data(as_text=True)
    assert "Konfirmasi bahwa ini Anda" in page
    answer = long_ago.post("/petugas/konfirmasi", data={**dict(carried(page)), "step_up_password": make.PASSWORD})
    assert (answer.status_code, answer.location) == (303, f"{NEW}?x=1")
    assert long_ago.get(NEW).status_code == 200
    time.turn(minutes=11)
    assert long_ago.get(NEW).status_code == 302


def test_a_form_is_asked_for_in_place_and_loses_nothing(long_ago: FlaskClient, act: list[dict[str, list[str]]]) -> None:
    sent = {"reason": 'Kasus "lama" & <b>', "unit": ["4", "7"], "csrf_token": "x", "password": "rahasia-sekali"}
    asked = long_ago.post("/petugas/akun?a=1", data=sent)
    page = asked.get_data(as_text=True)
    assert asked.status_code == 403
    assert act == []
    assert 'action="/petugas/akun?a=1"' in page
    assert "rahasia-sekali" not in page
    fields = carried(page)
    assert fields == [("reason", sent["reason"]), ("unit", "4"), ("unit", "7")]
    wrong_first = long_ago.post("/petugas/akun?a=1", data=_form(fields, step_up_password="salah-sekali"))
    assert wrong_first.status_code == 422
    assert act == []
    assert carried(wrong_first.get_data(as_text=True)) == fields
    done = long_ago.post("/petugas/akun?a=1", data=_form(fields, step_up_password=make.PASSWORD))
    assert done.get_data(as_text=True) == "sampai"
    assert act[0]["reason"] == [sent["reason"]]
    assert act[0]["unit"] == ["4", "7"]


def _form(fields: list[tuple[str, str]], **more: str) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, words in fields:
        data.setdefault(name, []).append(words)
    return {**data, **{name: [words] for name, words in more.items()}}


def test_a_form_begun_while_fresh_may_be_sent_a_little_later(
    client: FlaskClient, officer: User, login: Login, time: Clock, act: list[dict[str, list[str]]]
) -> None:
    login(officer)
    time.turn(minutes=29)
    assert client.post("/petugas/akun").get_data(as_text=True) == "sampai"
    time.turn(minutes=2)
    assert client.post("/petugas/akun").status_code == 403


def test_a_program_is_told_in_its_shape(long_ago: FlaskClient) -> None:
    answer = long_ago.post(f"{NEW}/pilihan", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
    assert answer.get_json(force=True)["type"].endswith("fresh_sign_in_needed")


def test_where_there_is_a_factor_the_password_does_not_do(
    app: Flask, session: Session, client: FlaskClient, officer: User, time: Clock
) -> None:
    secret = with_app(app, session, officer)
    password(client, officer)
    client.post("/masuk/kedua", data={"code": code(secret)})
    time.turn(minutes=31)
    page = client.get("/petugas/konfirmasi").get_data(as_text=True)
    assert "step_up_password" not in page
    refused = client.post("/petugas/konfirmasi", data={"step_up_password": make.PASSWORD})
    assert refused.status_code == 422
    assert client.get(NEW).status_code == 302
    assert client.post("/petugas/konfirmasi", data={"step_up_code": code(secret)}).status_code == 303
    assert client.get(NEW).status_code == 200


def test_a_code_shown_at_the_sign_in_is_not_taken_again(
    app: Flask, session: Session, client: FlaskClient, officer: User, time: Clock
) -> None:
    secret = with_app(app, session, officer)
    password(client, officer)
    typed = code(secret)
    client.post("/masuk/kedua", data={"code": typed})
    assert client.post("/petugas/konfirmasi", data={"step_up_code": typed}).status_code == 422


def test_a_passkey_confirms(client: FlaskClient, officer: User, login: Login, time: Clock) -> None:
    login(officer)
    held = Passkey()
    made = held.made(client.post(f"{NEW}/pilihan").get_json())
    assert client.post(NEW, data={"name": "Laptop", "credential": made}).status_code == 200
    time.turn(minutes=31)
    assert "Konfirmasi dengan kunci sandi" in client.get("/petugas/konfirmasi").get_data(as_text=True)
    asked = client.post("/petugas/konfirmasi/kunci-sandi").get_json()
    answer = held.shown(asked)
    assert client.post("/petugas/konfirmasi", data={"step_up_credential": answer}).status_code == 303
    assert client.get(NEW).status_code == 200
    # The answer was for one challenge.
    assert client.post("/petugas/konfirmasi", data={"step_up_credential": answer}).status_code == 422


def test_an_answer_of_a_passkey_asked_for_at_a_sign_in_confirms_nothing(
    app: Flask, client: FlaskClient, officer: User, login: Login, time: Clock
) -> None:
    login(officer)
    held = Passkey()
    client.post(NEW, data={"name": "Laptop", "credential": held.made(client.post(f"{NEW}/pilihan").get_json())})
    other = app.test_client()
    password(other, officer)
    answer = held.shown(other.post("/masuk/kedua/kunci-sandi").get_json())
    assert client.post("/petugas/konfirmasi", data={"step_up_credential": answer}).status_code == 422


def test_guessing_at_a_confirmation_is_slowed_down(
    session: Session, long_ago: FlaskClient, officer: User, time: Clock
) -> None:
    for _ in range(5):
        assert long_ago.post("/petugas/konfirmasi", data={"step_up_password": "salah-sekali"}).status_code == 422
    refused = long_ago.post("/petugas/konfirmasi", data={"step_up_password": make.PASSWORD})
    assert refused.status_code == 422
    assert "Tunggu" in refused.get_data(as_text=True)
    time.turn(seconds=31)
    assert long_ago.post("/petugas/konfirmasi", data={"step_up_password": make.PASSWORD}).status_code == 303
    session.expire_all()
    assert session.scalars(sa.select(AccountFactors.misses).where(AccountFactors.user_id == officer.id)).one() == 0


def test_guessing_at_codes_is_slowed_down_in_place_as_well(
    app: Flask, session: Session, client: FlaskClient, officer: User, time: Clock, act: list[dict[str, list[str]]]
) -> None:
    secret = with_app(app, session, officer)
    password(client, officer)
    client.post("/masuk/kedua", data={"code": code(secret)})
    time.turn(minutes=31)
    for _ in range(5):
        assert client.post("/petugas/akun", data={"step_up_code": wrong(secret)}).status_code == 422
    assert client.post("/petugas/akun", data={"step_up_code": code(secret)}).status_code == 422
    assert act == []


@pytest.mark.parametrize(
    "asked", ["https://jahat.example/", "//jahat.example", "/\\jahat.example", "/masuk", "/petugas/konfirmasi", "", "x"]
)
def test_the_confirmation_leads_to_pages_of_staff_alone(long_ago: FlaskClient, asked: str) -> None:
    answer = long_ago.post("/petugas/konfirmasi", data={"next": asked, "step_up_password": make.PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/petugas/")


def test_a_confirmation_gives_the_browser_another_token(app: Flask, long_ago: FlaskClient) -> None:
    before = long_ago.get_cookie("session")
    long_ago.post("/petugas/konfirmasi", data={"step_up_password": make.PASSWORD})
    assert before is not None
    copy = app.test_client()
    copy.set_cookie("session", before.value)
    assert copy.get("/petugas/").status_code == 302
    assert long_ago.get("/petugas/").status_code == 200


def test_a_confirmation_of_one_sign_in_is_none_of_another(
    client: FlaskClient, officer: User, login: Login, time: Clock
) -> None:
    login(officer)
    time.turn(minutes=5)
    client.post("/petugas/konfirmasi", data={"step_up_password": make.PASSWORD})
    with client.session_transaction() as kept:
        noted = dict(kept["fresh"])
    time.turn(minutes=40)
    with client.session_transaction() as kept:
        kept["fresh"] = {"sign_in": noted["sign_in"] + 1, "at": time.now.isoformat()}
    assert client.get(NEW).status_code == 302
