"""Between the password and being signed in."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.identity.factors.models import AccountFactors, FactorChallenge, RecoveryCode, WebAuthnCredential
from feedback_app.identity.factors.recovery import make_codes
from feedback_app.identity.factors.rules import MISSES_MOST
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.identity.sign_in_models import SignIn
from feedback_app.identity.sign_in_rules import SecondMeans
from feedback_app.notifications.models import Message
from tests import factories as make
from tests.authenticator import Passkey
from tests.blueprints.factored import Clock, code, hash_cheaply, password, with_app, wrong


@pytest.fixture
def client(app: Flask, connection: object) -> FlaskClient:
    """A browser that keeps no request open after its answer, so that another one can stand beside it."""
    return app.test_client()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    hash_cheaply(monkeypatch)
    return Clock(monkeypatch)


@pytest.fixture
def user(session: Session, time: Clock) -> User:
    who = make.user(session)
    agency = make.agency(session)
    make.grant(session, who, Role.UNIT_HEAD, agency, make.unit(session, agency))
    return who


@pytest.fixture
def secret(app: Flask, session: Session, user: User) -> bytes:
    return with_app(app, session, user)


def show(client: FlaskClient, typed: str) -> Any:
    return client.post("/masuk/kedua", data={"code": typed})


def is_in(client: FlaskClient) -> bool:
    return client.get("/petugas/").status_code == 200


def last_sign_in(session: Session, user: User) -> SignIn:
    return session.scalars(sa.select(SignIn).where(SignIn.user_id == user.id).order_by(SignIn.id.desc())).first()  # type: ignore[return-value]


def test_a_right_password_leads_to_the_second_step_and_opens_nothing(
    client: FlaskClient, user: User, secret: bytes, session: Session
) -> None:
    answer = password(client, user)
    assert (answer.status_code, answer.location) == (303, "/masuk/kedua")  # type: ignore[attr-defined]
    assert not is_in(client)
    assert last_sign_in(session, user) is None
    with client.session_transaction() as kept:
        assert "_user_id" not in kept
        assert "tf_user_id" not in kept
    page = client.get("/masuk/kedua").get_data(as_text=True)
    assert "satu kode pemulihan" in page
    assert user.email not in page


def test_the_code_of_the_app_signs_in(client: FlaskClient, user: User, secret: bytes, session: Session) -> None:
    password(client, user)
    answer = show(client, f" {code(secret)[:3]} {code(secret)[3:]} ")
    assert (answer.status_code, answer.location) == (303, "/petugas/")
    assert is_in(client)
    assert last_sign_in(session, user).second_means is SecondMeans.TOTP
    assert session.scalars(sa.select(FactorChallenge)).all() == []


def test_without_a_factor_the_password_signs_in_as_before(client: FlaskClient, user: User, session: Session) -> None:
    assert password(client, user).location == "/petugas/"  # type: ignore[attr-defined]
    assert is_in(client)
    assert last_sign_in(session, user).second_means is None


def test_a_code_is_taken_once(client: FlaskClient, app: Flask, user: User, secret: bytes) -> None:
    password(client, user)
    show(client, code(secret))
    other = app.test_client()
    password(other, user)
    again = show(other, code(secret))
    assert (again.status_code, again.location) == (422, None)
    assert "sudah dipakai" in again.get_data(as_text=True)
    assert not is_in(other)


def test_a_code_before_the_last_one_is_gone_as_well(client: FlaskClient, app: Flask, user: User, secret: bytes) -> None:
    password(client, user)
    assert show(client, code(secret)).status_code == 303
    other = app.test_client()
    password(other, user)
    assert show(other, code(secret, steps=-1)).status_code == 422
    assert show(other, code(secret, steps=1)).status_code == 303


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)])
def test_a_clock_may_be_one_step_off(client: FlaskClient, user: User, secret: bytes, steps: int, status: int) -> None:
    password(client, user)
    assert show(client, code(secret, steps=steps)).status_code == status


def test_the_code_of_another_account_does_not_fit(
    client: FlaskClient, app: Flask, session: Session, user: User, secret: bytes
) -> None:
    other = with_app(app, session, make.user(session))
    password(client, user)
    assert code(other) != code(secret)
    assert show(client, code(other)).status_code == 422
    assert not is_in(client)


def test_a_sealed_secret_moved_to_another_account_opens_nothing(
    client: FlaskClient, app: Flask, session: Session, user: User
) -> None:
    thief = make.user(session)
    with_app(app, session, thief)
    with_app(app, session, user)
    moved = session.scalars(sa.select(AccountFactors.totp_sealed).where(AccountFactors.user_id == thief.id)).one()
    session.execute(sa.update(AccountFactors).where(AccountFactors.user_id == user.id).values(totp_sealed=moved))
    password(client, user)
    assert show(client, "123456").status_code == 500
    assert not is_in(client)


def test_after_so_many_misses_the_password_is_asked_for_again(
    client: FlaskClient, user: User, secret: bytes, session: Session
) -> None:
    password(client, user)
    for _ in range(MISSES_MOST - 1):
        answer = show(client, wrong(secret))
        assert answer.status_code == 422
    last = show(client, wrong(secret))
    assert (last.status_code, last.location) == (303, "/masuk")
    assert "Akun tidak dikunci" in client.get("/masuk").get_data(as_text=True)
    assert show(client, code(secret)).location == "/masuk"
    assert not is_in(client)
    noted = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "identity.second_step_failed")).one()
    assert noted.detail == {"n": MISSES_MOST}


def test_an_old_cookie_brings_no_misses_back(client: FlaskClient, user: User, secret: bytes) -> None:
    password(client, user)
    kept = client.get_cookie("session")
    assert kept is not None
    for _ in range(MISSES_MOST):
        client.set_cookie("session", kept.value)
        show(client, wrong(secret))
    client.set_cookie("session", kept.value)
    assert show(client, code(secret)).location == "/masuk"
    assert not is_in(client)


def test_codes_pause_after_misses_and_the_pause_grows(
    client: FlaskClient, user: User, secret: bytes, time: Clock
) -> None:
    missed(client, user, secret, time, 5)
    password(client, user)
    paused = show(client, code(secret))
    assert paused.status_code == 422
    assert "Tunggu 30 detik" in paused.get_data(as_text=True) or "Tunggu 31 detik" in paused.get_data(as_text=True)
    time.turn(seconds=31)
    assert show(client, code(secret)).status_code == 303


@pytest.mark.slow
def test_a_thousand_guesses_a_day_are_not_looked_at(
    client: FlaskClient, user: User, secret: bytes, time: Clock, session: Session
) -> None:
    missed(client, user, secret, time, 5)
    began = time.now
    while time.now - began < timedelta(hours=6):
        password(client, user)
        show(client, wrong(secret))
        time.turn(minutes=1)
    looked_at = session.scalars(sa.select(AccountFactors.misses).where(AccountFactors.user_id == user.id)).one()
    # Four an hour, and a few before the pause had grown.
    assert looked_at - 5 <= 6 * 4 + 8
    # The owner is told once, and not with every guess.
    told = session.scalars(sa.select(Message.template).where(Message.user_id == user.id)).all()
    assert list(told).count("factor_missed") == 1


def test_a_pause_holds_back_neither_passkeys_nor_recovery_codes(
    client: FlaskClient, user: User, secret: bytes, session: Session, time: Clock
) -> None:
    codes = make_codes(session, user.id, now=time.now)
    missed(client, user, secret, time, 12)
    password(client, user)
    assert show(client, code(secret)).status_code == 422
    assert show(client, codes[0].lower().replace("-", " ")).status_code == 303
    assert is_in(client)


def test_a_recovery_code_is_for_once_and_its_owner_is_told(
    client: FlaskClient, app: Flask, user: User, secret: bytes, session: Session, time: Clock
) -> None:
    codes = make_codes(session, user.id, now=time.now)
    password(client, user)
    assert show(client, codes[3]).status_code == 303
    assert "sisanya 9" in client.get("/petugas/").get_data(as_text=True)
    assert last_sign_in(session, user).second_means is SecondMeans.RECOVERY_CODE
    other = app.test_client()
    password(other, user)
    assert show(other, codes[3]).status_code == 422
    assert show(other, codes[4]).status_code == 303
    told = session.scalars(sa.select(Message.template).where(Message.user_id == user.id)).all()
    assert "factor_changed" in told


def test_recovery_codes_are_kept_as_slow_hashes(session: Session, user: User, secret: bytes, time: Clock) -> None:
    codes = make_codes(session, user.id, now=time.now)
    rows = session.scalars(sa.select(RecoveryCode)).all()
    assert len(codes) == len(set(codes)) == len(rows) == 10
    kept = b"".join(row.code_hash + row.salt for row in rows)
    assert not any(one.replace("-", "").encode() in kept for one in codes)
    trail = json.dumps([row.detail for row in session.scalars(sa.select(AuditEvent))])
    assert not any(one in trail for one in codes)


def passkey(session: Session, user: User) -> Passkey:
    """Give an account a passkey, past the pages that make one."""
    from feedback_app.identity.factors import passkeys

    held, party = Passkey(), passkeys.RelyingParty("localhost", "http://localhost")
    challenge = b"c" * 32
    options = json.loads(passkeys.options_to_add(session, party, user, challenge))
    passkeys.add_passkey(
        session, party, user.id, name="Laptop", answer=held.made(options), challenge=challenge, now=make.NOW
    )  # fmt: skip
    return held


def options(client: FlaskClient) -> Any:
    answer = client.post("/masuk/kedua/kunci-sandi")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def test_a_passkey_signs_in(client: FlaskClient, user: User, session: Session) -> None:
    held = passkey(session, user)
    assert password(client, user).location == "/masuk/kedua"  # type: ignore[attr-defined]
    assert "Pakai kunci sandi" in client.get("/masuk/kedua").get_data(as_text=True)
    answer = client.post("/masuk/kedua", data={"credential": held.shown(options(client))})
    assert (answer.status_code, answer.location) == (303, "/petugas/")
    assert is_in(client)
    assert last_sign_in(session, user).second_means is SecondMeans.WEBAUTHN
    row = session.scalars(sa.select(WebAuthnCredential).execution_options(populate_existing=True)).one()
    assert row.sign_count == 1
    assert row.used_at is not None


def test_an_answer_of_a_passkey_is_for_one_challenge(
    client: FlaskClient, app: Flask, user: User, session: Session
) -> None:
    held = passkey(session, user)
    password(client, user)
    answer = held.shown(options(client))
    assert client.post("/masuk/kedua", data={"credential": answer}).status_code == 303
    other = app.test_client()
    password(other, user)
    assert other.post("/masuk/kedua", data={"credential": answer}).status_code == 422
    options(other)
    assert other.post("/masuk/kedua", data={"credential": answer}).status_code == 422
    assert not is_in(other)


@pytest.mark.parametrize(
    "changed", [{"site": "jahat.example"}, {"origin": "http://jahat.example"}], ids=["other site", "other origin"]
)
def test_a_passkey_shown_to_another_site_proves_nothing(
    client: FlaskClient, user: User, session: Session, changed: dict[str, str]
) -> None:
    held = passkey(session, user)
    password(client, user)
    for name, value in changed.items():
        setattr(held, name, value)
    answer = client.post("/masuk/kedua", data={"credential": held.shown(options(client))})
    assert answer.status_code == 422
    assert not is_in(client)


def test_the_passkey_of_another_account_proves_nothing(client: FlaskClient, user: User, session: Session) -> None:
    passkey(session, user)
    foreign = passkey(session, make.user(session))
    password(client, user)
    asked = options(client)
    assert client.post("/masuk/kedua", data={"credential": foreign.shown(asked)}).status_code == 422


def test_a_copied_passkey_is_seen_by_its_counter(client: FlaskClient, user: User, session: Session) -> None:
    held = passkey(session, user)
    session.execute(sa.update(WebAuthnCredential).values(sign_count=7))
    password(client, user)
    assert client.post("/masuk/kedua", data={"credential": held.shown(options(client))}).status_code == 422
    assert session.scalars(sa.select(AuditEvent.action).where(AuditEvent.action.contains("count_fell"))).all() != []


@pytest.mark.parametrize(
    "answer",
    ["x", "{}", "[]", '{"id": 1}', '{"id": "a", "rawId": "a", "type": "public-key", "response": {}}', "9" * 20001],
)
def test_what_is_no_answer_of_a_passkey_is_refused_in_words(
    client: FlaskClient, user: User, session: Session, answer: str
) -> None:
    passkey(session, user)
    password(client, user)
    options(client)
    refused = client.post("/masuk/kedua", data={"credential": answer})
    assert refused.status_code == 422
    assert "Kunci sandi tidak diterima" in refused.get_data(as_text=True)


def test_the_second_step_ends_by_itself(client: FlaskClient, user: User, secret: bytes, time: Clock) -> None:
    password(client, user)
    time.turn(minutes=10)
    answer = show(client, code(secret))
    assert (answer.status_code, answer.location) == (303, "/masuk")
    assert "Masuk lagi dengan kata sandi" in client.get("/masuk").get_data(as_text=True)


def test_a_deactivated_account_does_not_pass(client: FlaskClient, user: User, secret: bytes, session: Session) -> None:
    password(client, user)
    session.execute(sa.update(User).where(User.id == user.id).values(active=False))
    assert show(client, code(secret)).status_code == 303
    assert not is_in(client)


def test_giving_up_drops_what_waited(client: FlaskClient, user: User, secret: bytes, session: Session) -> None:
    password(client, user)
    assert client.post("/masuk/kedua/batal").location == "/masuk"
    assert session.scalars(sa.select(FactorChallenge)).all() == []
    assert show(client, code(secret)).location == "/masuk"


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/petugas/akun", "/petugas/akun"),
        ("/petugas/kasus?group=todo", "/petugas/kasus?group=todo"),
        # Refused with the password already; nobody gets to the second step with it.
        ("//jahat.example/", "/masuk"),
        ("https://jahat.example/", "/masuk"),
        ("/\\jahat.example", "/petugas/"),
    ],
)
def test_signing_in_leads_to_the_page_that_was_asked_for_and_to_no_other_site(
    client: FlaskClient, user: User, secret: bytes, asked: str, led_to: str
) -> None:
    client.post(f"/masuk?next={asked}", data={"email": user.email, "password": make.PASSWORD, "next": asked})
    answer = show(client, code(secret))
    assert (answer.status_code, answer.location) == (303, led_to)


def test_without_a_password_there_is_no_second_step(client: FlaskClient, user: User, secret: bytes) -> None:
    assert client.get("/masuk/kedua").location == "/masuk"
    assert show(client, code(secret)).location == "/masuk"
    assert client.post("/masuk/kedua/kunci-sandi").status_code == 409


def test_a_cookie_that_says_the_factor_was_shown_lately_does_not_pass(
    client: FlaskClient, app: Flask, user: User, secret: bytes
) -> None:
    client.set_cookie("tf_validity", app.extensions["security"].tf_validity_serializer.dumps(user.fs_uniquifier))
    assert password(client, user).location == "/masuk/kedua"  # type: ignore[attr-defined]
    assert not is_in(client)


def missed(client: FlaskClient, user: User, secret: bytes, time: Clock, times: int) -> None:
    """Miss so often in a row, with as much time between as it takes to be looked at."""
    for number in range(times):
        if number >= 5:
            time.turn(minutes=15)
        if number % 5 == 0 or number >= 5:
            password(client, user)
        show(client, wrong(secret))
