"""`feedback accounts factors`, `reset-factors`."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from feedback_app.audit.models import AuditEvent
from feedback_app.cli.accounts_factors import factors_command, reset_factors_command
from feedback_app.db import db
from feedback_app.identity.factors.models import AccountFactors, RecoveryCode
from feedback_app.identity.factors.recovery import make_codes
from feedback_app.identity.rules import Role
from feedback_app.notifications.models import Message
from tests import factories as make
from tests.blueprints.factored import with_app
from tests.conftest import Live


@pytest.fixture
def email(live: Live, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FEEDBACK_HOME"):
        monkeypatch.setenv(name, live.environ[name])
    with live.app.app_context():
        who = make.user(db.session())
        make.grant(db.session(), who, Role.EVALUATOR, make.agency(db.session()))
        db.session.commit()
        return who.email


def give_app(live: Live) -> list[str]:
    with live.app.app_context():
        from feedback_app.identity.models import User

        who = db.session.scalars(sa.select(User)).one()
        secret = with_app(live.app, db.session(), who)
        codes = make_codes(db.session(), who.id, now=make.NOW)
        db.session.commit()
        return [secret.hex(), *codes]


@pytest.mark.parametrize(
    ("asked", "words"),
    [("REQUIRED", "opens nothing before"), ("EVERYBODY", "opens nothing before"), ("OFFERED", "lets it in without")],
)
def test_whoever_has_none_is_told_of_as_the_pages_take_it(
    live: Live, email: str, monkeypatch: pytest.MonkeyPatch, asked: str, words: str
) -> None:
    monkeypatch.setenv("SECOND_FACTOR", asked)
    none = CliRunner().invoke(factors_command, [email.upper()])
    assert (none.exit_code, none.stdout) == (0, "")
    assert words in none.stderr


def test_the_state_of_an_account_holds_no_secret(live: Live, email: str) -> None:
    told = give_app(live)
    shown = CliRunner().invoke(factors_command, [email]).output
    assert "app\tsince" in shown
    assert "recovery codes\t10 left" in shown
    assert not any(one in shown for one in told)


def test_a_reset_takes_everything_away_and_tells_the_owner(live: Live, email: str) -> None:
    give_app(live)
    asked = CliRunner().invoke(reset_factors_command, [email], input="n\n")
    assert asked.exit_code == 1
    done = CliRunner().invoke(reset_factors_command, [email, "--yes"])
    assert done.exit_code == 0, done.output
    assert "Took 1 factor of" in done.output
    with live.app.app_context():
        assert db.session.scalars(sa.select(AccountFactors.totp_sealed)).one() is None
        assert db.session.scalars(sa.select(RecoveryCode)).all() == []
        assert "factor_changed" in db.session.scalars(sa.select(Message.template)).all()
        noted = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "identity.reset_factors")).one()
        assert noted.actor_kind.value == "system"


def test_an_unknown_address_is_a_wrong_call(live: Live, email: str) -> None:
    for command in (factors_command, reset_factors_command):
        assert CliRunner().invoke(command, ["siapa@contoh.go.id"]).exit_code == 2
