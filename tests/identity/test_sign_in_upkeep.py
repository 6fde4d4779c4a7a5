"""Sign-ins that run out of time, and those that are forgotten; what a browser and a means are called."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.config import load
from feedback_app.errors import ConfigurationError
from feedback_app.identity.rules import Role
from feedback_app.identity.sign_in_models import SignIn
from feedback_app.identity.sign_in_rules import EndReason, Means, SecondMeans, TimeLimits, browser_label, means_of
from feedback_app.identity.sign_in_upkeep import any_run_out, settle_run_out
from feedback_app.identity.sign_ins import Shown, begin, end_all, forget, live_ones, seen
from tests import factories as make
from tests.blueprints.office import new_office

NOW = make.NOW
LIMITS = TimeLimits(60, 720)


@pytest.fixture
def user_id(session: Session) -> int:
    return new_office(session).staff(Role.OFFICER).id


def begun(session: Session, user_id: int, at: datetime = NOW) -> SignIn:
    return begin(session, user_id, Shown(Means.PASSWORD), limits=LIMITS, now=at).sign_in


def test_what_ran_out_says_when_and_why_and_what_lives_is_left(session: Session, user_id: int) -> None:
    idle, busy, young = (begun(session, user_id, NOW - timedelta(hours=hours)) for hours in (5, 12, 0))
    busy.last_seen_at = NOW - timedelta(minutes=2)
    session.flush()
    assert [row.id for row in live_ones(session, user_id, NOW)] == [young.id]
    assert any_run_out(session, NOW)
    assert settle_run_out(session, NOW) == 2
    assert (idle.end_reason, idle.ended_at) == (EndReason.IDLE, NOW - timedelta(hours=4))
    assert (busy.end_reason, busy.ended_at) == (EndReason.ABSOLUTE, NOW)
    assert young.ended_at is None
    assert not any_run_out(session, NOW)
    assert settle_run_out(session, NOW) == 0
    acts = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "identity.end_sign_in")).all()
    assert sorted(act.detail["reason"] for act in acts) == ["absolute", "idle"]


def test_only_what_ended_long_ago_is_forgotten(session: Session, user_id: int) -> None:
    old, new, living = (begun(session, user_id, NOW - timedelta(days=days)) for days in (300, 200, 0))
    settle_run_out(session, NOW)
    assert forget(session, NOW - timedelta(days=250), NOW) == 1
    left = session.scalars(sa.select(SignIn.id).where(SignIn.user_id == user_id).order_by(SignIn.id)).all()
    assert left == [new.id, living.id]
    assert old.id not in left


def test_ending_all_spares_one_and_touches_nothing_that_was_over(session: Session, user_id: int) -> None:
    here, there, over = begun(session, user_id), begun(session, user_id), begun(session, user_id)
    over.ended_at, over.end_reason = NOW, EndReason.SIGNED_OUT
    session.flush()
    later = NOW + timedelta(minutes=1)
    assert end_all(session, user_id, except_id=here.id, reason="password_changed", now=later) == 1
    session.refresh(there)
    assert (there.ended_at, there.end_reason) == (later, EndReason.PASSWORD_CHANGED)
    assert (over.ended_at, here.ended_at) == (NOW, None)
    with pytest.raises(ValueError, match="bosan"):
        end_all(session, user_id, reason="bosan", now=later)


def test_a_sign_in_that_ended_is_not_seen_any_more(session: Session, user_id: int) -> None:
    row = begun(session, user_id)
    end_all(session, user_id, reason="revoked", now=NOW + timedelta(minutes=1))
    assert not seen(session, row, now=NOW + timedelta(minutes=5))
    session.refresh(row)
    assert row.last_seen_at == NOW


def test_the_database_keeps_the_times_and_the_hash_in_order(session: Session, user_id: int) -> None:
    row = begun(session, user_id)
    for change in (
        {"ended_at": NOW}, {"end_reason": EndReason.IDLE}, {"expires_at": NOW}, {"idle_minutes": 0},
        {"token_hash": b"kurang"}, {"last_seen_at": NOW - timedelta(seconds=1)}, {"browser": "x" * 41},
    ):  # fmt: skip
        wrong = sa.update(SignIn).where(SignIn.id == row.id).values(**change)
        with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
            session.execute(wrong)


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0 Safari/537.36 Edg/126.0", "edge/windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "safari/ios"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 CriOS/126 Safari/604.1", "chrome/ios"),
        ("Mozilla/5.0 (Linux; Android 14; SM-A155F) SamsungBrowser/25.0 Chrome/121 Safari", "samsung/android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "firefox/linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605 Version/17.5 Safari/605", "safari/macos"),
        ("Mozilla/5.0 (X11; CrOS x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 OPR/111", "opera/chromeos"),
        ("x" * 10_000, "other/other"),
        (None, "other/other"),
    ],
)  # fmt: skip
def test_a_browser_is_called_by_its_kind_alone(agent: str | None, label: str) -> None:
    assert browser_label(agent) == label


@pytest.mark.parametrize(
    ("words", "means"),
    [
        (["password"], (Means.PASSWORD, None)),
        (["password", "totp"], (Means.PASSWORD, SecondMeans.TOTP)),
        (["password", "webauthn"], (Means.PASSWORD, SecondMeans.WEBAUTHN)),
        (["oidc", "provider"], (Means.OIDC, SecondMeans.PROVIDER)),
        (["oidc", "recovery_code"], (Means.OIDC, SecondMeans.RECOVERY_CODE)),
        (["webauthn"], (Means.WEBAUTHN, None)),
        (None, (Means.PASSWORD, None)),
    ],
)
def test_what_was_shown_is_read_from_the_signal(words: list[str] | None, means: tuple[Means, object]) -> None:
    assert means_of(words) == means


@pytest.mark.parametrize(
    ("name", "value"),
    [("SESSION_IDLE_MINUTES", "4"), ("SESSION_IDLE_MINUTES", "x"), ("SESSION_ABSOLUTE_HOURS", "73")],
)
def test_time_limits_out_of_range_stop_the_start(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        load({name: value})
    assert load({}).session_idle_minutes == 60
    assert load({"SESSION_ABSOLUTE_HOURS": "8"}).session_absolute_hours == 8
