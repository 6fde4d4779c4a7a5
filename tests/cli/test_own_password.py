"""Acting as an account on a terminal takes what signing in on a page takes: the password, and the second factor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import click
import pytest
import sqlalchemy as sa

from feedback_app import clock
from feedback_app.db import db
from feedback_app.identity.factors.models import AccountFactors, WebAuthnCredential
from feedback_app.identity.factors.recovery import make_codes
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.notifications.models import Message
from tests import factories as make
from tests.blueprints.factored import code, hash_cheaply, with_app, wrong
from tests.cli.test_setup import feedback  # noqa: F401 - a fixture
from tests.conftest import Live

Feedback = Callable[..., str]
EMAIL = "satu@kupang.go.id"
NEW_BREACH = (
    "privacy", "breach", "new", "kupang", "--found", "2026-05-01T08:00", "--data", "contact", "--happened",
    "2026-05-01", "2026-05-01", "--reached", "2026-05-01", "2026-05-01", "--how", "x", "--remedies", "x", "--advice",
    "x", "--ask", "x", "--by", EMAIL,
)  # fmt: skip
# Every command that acts as an account, and what it says to this one once it has proved itself.
ACTING = [
    pytest.param(("people", "approve", "kupang", "1", "--by", EMAIL), "looks after no people", id="--by"),
    pytest.param(NEW_BREACH, "does not manage privacy", id="breach"),
    pytest.param(
        ("evaluation", "sign", "--agency", "kupang", "--cycle", "tak-ada", "--as", EMAIL, "--hash", "x"), "tak-ada",
        id="sign",
    ),
]  # fmt: skip


@pytest.fixture
def office(live: Live, monkeypatch: pytest.MonkeyPatch) -> Live:
    """An agency with an officer, who may do none of these things."""
    hash_cheaply(monkeypatch)
    monkeypatch.setenv("FEEDBACK_ACCOUNT_PASSWORD", make.PASSWORD)
    with live.app.app_context():
        agency = make.agency(db.session(), code="kupang")
        who = make.user(db.session(), email=EMAIL)
        make.grant(db.session(), who, Role.OFFICER, agency, make.unit(db.session(), agency))
        db.session.commit()
        db.session.remove()
    return live


def with_factor(live: Live) -> tuple[bytes, list[str]]:
    with live.app.app_context():
        who = db.session.scalars(sa.select(User).where(User.email == EMAIL)).one()
        secret, codes = with_app(live.app, db.session(), who), make_codes(db.session(), who.id, now=clock.utcnow())
        db.session.commit()
        db.session.remove()
    return secret, codes


def acting(command: tuple[str, ...]) -> tuple[str, ...]:
    return (*command, "--password", make.PASSWORD) if command[1] == "sign" else command


@pytest.mark.parametrize(("command", "then"), ACTING)
def test_without_a_factor_the_password_is_enough(
    office: Live, feedback: Feedback, command: tuple[str, ...], then: str  # noqa: F811
) -> None:  # fmt: skip
    assert then in feedback(*acting(command), code=2)
    assert "not right" in feedback(*command, "--password", "salah", code=2)


@pytest.mark.parametrize(("command", "then"), ACTING)
def test_with_an_app_the_code_is_asked_for_and_a_wrong_one_is_counted(
    office: Live, feedback: Feedback, command: tuple[str, ...], then: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    secret, _codes = with_factor(office)
    asked: list[str] = []
    monkeypatch.setattr(click, "prompt", lambda words, **_more: asked.append(words))
    assert "That code is not right." in feedback(*acting(command), code=2)
    assert asked == ["Code of the app, or a recovery code"]
    assert "That code is not right." in feedback(*acting(command), "--code", wrong(secret), code=2)
    with office.app.app_context():
        assert db.session.scalars(sa.select(AccountFactors.misses)).one() == 2
        db.session.remove()
    assert then in feedback(*acting(command), "--code", code(secret), code=2)


def test_a_recovery_code_does_as_well(office: Live, feedback: Feedback) -> None:  # noqa: F811
    _secret, codes = with_factor(office)
    command = ("people", "approve", "kupang", "1", "--by", EMAIL)
    assert "looks after no people" in feedback(*command, "--code", codes[0], code=2)


def test_guessing_codes_on_a_terminal_is_slowed_down_and_told(office: Live, feedback: Feedback) -> None:  # noqa: F811
    secret, _codes = with_factor(office)
    command = ("people", "approve", "kupang", "1", "--by", EMAIL)
    with office.app.app_context():
        row = db.session.scalars(sa.select(AccountFactors)).one()
        row.misses, row.missed_at = 9, clock.utcnow() - timedelta(days=1)
        db.session.commit()
        db.session.remove()
    feedback(*command, "--code", wrong(secret), code=2)
    assert "Too many wrong codes" in feedback(*command, "--code", code(secret), code=2)
    with office.app.app_context():
        assert "factor_missed" in db.session.scalars(sa.select(Message.template)).all()
        db.session.remove()


def test_a_passkey_alone_is_asked_for_on_the_page(office: Live, feedback: Feedback) -> None:  # noqa: F811
    with office.app.app_context():
        who = db.session.scalars(sa.select(User).where(User.email == EMAIL)).one()
        db.session.add(
            WebAuthnCredential(
                user_id=who.id, credential_id=b"1", public_key=b"1", sign_count=0, transports=[], name="Laptop",
                added_at=clock.utcnow(),
            )
        )  # fmt: skip
        db.session.commit()
        db.session.remove()
    said = feedback("people", "approve", "kupang", "1", "--by", EMAIL, "--code", "123456", code=2)
    assert "do it on the page" in said


def test_a_closed_account_acts_nowhere(office: Live, feedback: Feedback) -> None:  # noqa: F811
    with office.app.app_context():
        db.session.execute(sa.update(User).values(active=False))
        db.session.commit()
        db.session.remove()
    for row in ACTING:
        assert "not right" in feedback(*acting(row.values[0]), code=2)  # type: ignore[arg-type]
