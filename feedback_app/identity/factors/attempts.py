"""Trying a code: what it was, what it costs to miss, and when the next one is looked at."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.identity.factors.accounts import locked, note
from feedback_app.identity.factors.models import AccountFactors
from feedback_app.identity.factors.recovery import use_code
from feedback_app.identity.factors.rules import MISSES_TOLD, digits_of, may_try_at
from feedback_app.identity.factors.sealing import SecretBox
from feedback_app.identity.factors.totp import matching_step
from feedback_app.identity.sign_in_rules import SecondMeans


class Outcome(enum.Enum):
    """What became of a try."""

    PASSED = enum.auto()
    MISSED = enum.auto()
    # Right, and taken before: somebody looked over a shoulder, or the form was sent twice.
    REPLAYED = enum.auto()
    # Not looked at: too many misses in a row.
    PAUSED = enum.auto()
    # What a browser sent for a passkey proves nothing.
    REFUSED = enum.auto()


@dataclass(frozen=True, slots=True)
class Try:
    """A try and what it led to; `tell_owner` once the misses in a row say that somebody else has the password."""

    outcome: Outcome
    means: SecondMeans | None = None
    again_at: datetime | None = None
    codes_left: int | None = None
    tell_owner: bool = False

    @property
    def passed(self) -> bool:
        """Tell whether the factor was shown."""
        return self.outcome is Outcome.PASSED


def try_code(session: Session, box: SecretBox, user_id: int, raw: str, *, now: datetime) -> Try:
    """Try what was typed as a code of the app, or as a recovery code; commit whatever it led to.

    A pause holds back codes of six digits alone: recovery codes and passkeys cannot be guessed, so nobody who knows a
    password keeps its owner out.
    """
    factors = locked(session, user_id)
    digits = digits_of(raw)
    if digits is None:
        left = use_code(session, user_id, raw, now=now)
        if left is None:
            return _missed(session, factors, now)
        return _passed(session, factors, Try(Outcome.PASSED, SecondMeans.RECOVERY_CODE, codes_left=left), now)
    again_at = may_try_at(factors.misses, factors.missed_at)
    if again_at is not None and now < again_at:
        return Try(Outcome.PAUSED, again_at=again_at)
    if factors.totp_sealed is None:
        return _missed(session, factors, now)
    secret = box.open(factors.totp_sealed, user_id=user_id)
    step = matching_step(secret, digits, now=now, after=factors.totp_last_step)
    if step is None:
        was_right = matching_step(secret, digits, now=now, after=None) is not None
        return _missed(session, factors, now, Outcome.REPLAYED if was_right else Outcome.MISSED)
    factors.totp_last_step = step
    return _passed(session, factors, Try(Outcome.PASSED, SecondMeans.TOTP), now)


def try_password(session: Session, user_id: int, *, is_right: bool, now: datetime) -> Try:
    """Count a password typed once more by somebody who is signed in, where the account has no second factor."""
    factors = locked(session, user_id)
    again_at = may_try_at(factors.misses, factors.missed_at)
    if again_at is not None and now < again_at:
        return Try(Outcome.PAUSED, again_at=again_at)
    if not is_right:
        return _missed(session, factors, now)
    return _passed(session, factors, Try(Outcome.PASSED), now)


def shown_passkey(session: Session, user_id: int, *, now: datetime) -> Try:
    """Note that a passkey proved the account."""
    return _passed(session, locked(session, user_id), Try(Outcome.PASSED, SecondMeans.WEBAUTHN), now)


def _passed(session: Session, factors: AccountFactors, passed: Try, now: datetime) -> Try:
    if factors.misses:
        note(session, factors.user_id, "factor_misses_ended", actor=SYSTEM, now=now, n=factors.misses)
    factors.misses, factors.used_at = 0, now
    session.flush()
    return passed


def _missed(session: Session, factors: AccountFactors, now: datetime, outcome: Outcome = Outcome.MISSED) -> Try:
    factors.misses = min(factors.misses + 1, 32_000)
    factors.missed_at = now
    session.flush()
    tell = factors.misses % MISSES_TOLD == 0
    if tell:
        # By their number and not one by one: whoever tries a thousand would write the trail full.
        note(session, factors.user_id, "factor_missed", actor=SYSTEM, now=now, n=factors.misses)
    return Try(
        outcome, again_at=may_try_at(factors.misses, factors.missed_at), tell_owner=factors.misses == MISSES_TOLD
    )
