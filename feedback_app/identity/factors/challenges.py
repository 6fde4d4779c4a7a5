"""Proofs under way: begun for one purpose, found by the token in the browser, gone once used."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.identity.factors.models import FactorChallenge, Purpose
from feedback_app.identity.factors.rules import MISSES_MOST, PENDING_MINUTES, SET_UP_MINUTES

_TOKEN_BYTES: Final = 32
_CHALLENGE_BYTES: Final = 32
_MINUTES: Final = {
    Purpose.SIGN_IN: PENDING_MINUTES,
    Purpose.STEP_UP: PENDING_MINUTES,
    Purpose.APP: SET_UP_MINUTES,
    Purpose.PASSKEY: SET_UP_MINUTES,
}


@dataclass(frozen=True, slots=True)
class Begun:
    """A new proof under way, and the token that its browser keeps."""

    row: FactorChallenge
    token: str = field(repr=False)


def begin(
    session: Session, user_id: int, purpose: Purpose, *, now: datetime, totp_sealed: bytes | None = None,
    first_means: str | None = None,
) -> Begun:  # fmt: skip
    """Begin a proof; what is over goes, whoever's it was."""
    session.execute(sa.delete(FactorChallenge).where(FactorChallenge.expires_at <= now))
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = FactorChallenge(
        user_id=user_id, token_hash=_hashed(token), purpose=purpose, totp_sealed=totp_sealed, first_means=first_means,
        begun_at=now, expires_at=now + timedelta(minutes=_MINUTES[purpose]), misses=0,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return Begun(row, token)


def find(
    session: Session, token: str | None, purpose: Purpose, *, now: datetime, user_id: int | None = None
) -> FactorChallenge | None:
    """Return the proof of a token, locked until the end of the transaction; None where it is over or for another end.

    With `user_id` it has to be of that account as well.
    """
    if not token:
        return None
    query = sa.select(FactorChallenge).where(
        FactorChallenge.token_hash == _hashed(token),
        FactorChallenge.purpose == purpose,
        FactorChallenge.expires_at > now,
        FactorChallenge.misses < MISSES_MOST,
    )
    if user_id is not None:
        query = query.where(FactorChallenge.user_id == user_id)
    return session.scalar(query.with_for_update())


def new_challenge(session: Session, row: FactorChallenge) -> bytes:
    """Return fresh bytes for a passkey to sign; those before are worth nothing any more."""
    row.challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    session.flush()
    return row.challenge


def missed(session: Session, row: FactorChallenge) -> bool:
    """Count a miss; return whether it was the last one this proof forgives."""
    row.misses += 1
    row.challenge = None
    session.flush()
    return row.misses >= MISSES_MOST


def finish(session: Session, row: FactorChallenge) -> None:
    """Use a proof up."""
    session.delete(row)
    session.flush()


def drop_all(session: Session, user_id: int) -> None:
    """Drop everything under way for an account, such as after a change of its factors."""
    session.execute(sa.delete(FactorChallenge).where(FactorChallenge.user_id == user_id))


def _hashed(token: str) -> bytes:
    # 256 random bits need no slow hash.
    return hashlib.sha256(token.encode()).digest()
