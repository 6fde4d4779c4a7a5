"""The authenticator app of an account: set up with a secret that has shown one right code, or taken away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.identity.factors import challenges
from feedback_app.identity.factors.accounts import locked, note, spare_one
from feedback_app.identity.factors.errors import ChallengeOverError, WrongCodeError
from feedback_app.identity.factors.models import Purpose
from feedback_app.identity.factors.rules import digits_of
from feedback_app.identity.factors.sealing import SecretBox
from feedback_app.identity.factors.totp import matching_step, new_secret


def begin_app(session: Session, box: SecretBox, user_id: int, *, now: datetime) -> str:
    """Make a secret that waits for its first code; return the token by which the browser finds it again."""
    sealed = box.seal(new_secret(), user_id=user_id)
    return challenges.begin(session, user_id, Purpose.APP, now=now, totp_sealed=sealed).token


def waiting_secret(session: Session, box: SecretBox, token: str | None, user_id: int, *, now: datetime) -> bytes | None:
    """Return the secret that waits for its first code; None where none does."""
    row = challenges.find(session, token, Purpose.APP, now=now, user_id=user_id)
    return box.open(row.totp_sealed, user_id=user_id) if row and row.totp_sealed else None


def confirm_app(session: Session, box: SecretBox, token: str | None, user_id: int, raw: str, *, now: datetime) -> None:
    """Take the secret for the account once a code shows that its app has it; an app set up before is replaced.

    A miss is counted, and so is to be committed as well.

    Raises
    ------
    ChallengeOverError
        Nothing waits, or no longer.
    WrongCodeError
    """
    over = ChallengeOverError("Penyiapan ini sudah berakhir. Mulai lagi dari tombol “Siapkan aplikasi”.")
    row = challenges.find(session, token, Purpose.APP, now=now, user_id=user_id)
    if row is None or row.totp_sealed is None:
        raise over
    code, sealed = digits_of(raw), row.totp_sealed
    step = matching_step(box.open(sealed, user_id=user_id), code, now=now, after=None) if code else None
    if step is None:
        if challenges.missed(session, row):
            raise over
        raise WrongCodeError(
            "Kode tidak cocok. Pastikan jam ponsel Anda diatur otomatis, lalu ketik kode yang sedang tampil."
        )
    challenges.finish(session, row)
    factors = locked(session, user_id)
    replaced = factors.totp_sealed is not None
    factors.totp_sealed, factors.totp_since, factors.totp_last_step = sealed, now, step
    factors.used_at, factors.misses = now, 0
    session.flush()
    note(session, user_id, "add_totp", actor=person(user_id), now=now, replaced=replaced)


def remove_app(session: Session, user_id: int, *, needed: bool, now: datetime) -> bool:
    """Take the authenticator app away; return whether there was one. `needed`: the account may not be without a factor.

    Raises
    ------
    feedback_app.identity.factors.errors.LastFactorError
    """
    factors = locked(session, user_id)
    if factors.totp_sealed is None:
        return False
    spare_one(session, user_id, needed=needed)
    factors.totp_sealed = factors.totp_since = factors.totp_last_step = None
    session.flush()
    note(session, user_id, "remove_totp", actor=person(user_id), now=now)
    return True
