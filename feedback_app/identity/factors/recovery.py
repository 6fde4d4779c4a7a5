"""Recovery codes: ten at a time, each for one sign-in, kept as slow hashes."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.constant_time import bytes_eq
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.identity.factors.accounts import locked, note
from feedback_app.identity.factors.errors import NoFactorError
from feedback_app.identity.factors.models import RecoveryCode
from feedback_app.identity.factors.queries import has_factor
from feedback_app.identity.factors.rules import (
    RECOVERY_ALPHABET,
    RECOVERY_CODES,
    RECOVERY_LENGTH,
    recovery_of,
    shown,
)

# Argon2id as the OWASP Password Storage Cheat Sheet asks for at the least. A code has 60 random bits: below the 112
# that would do without a slow hash (OWASP ASVS 5.0, 6.5.2), and far above any password; ten are made at once.
ROUNDS: Final = 2
MEMORY_KIB: Final = 19 * 1024
LANES: Final = 1
_HASH_BYTES: Final = 32
_SALT_BYTES: Final = 16


def make_codes(session: Session, user_id: int, *, now: datetime) -> list[str]:
    """Return fresh codes to show once; those made before are worth nothing any more.

    Raises
    ------
    NoFactorError
    """
    locked(session, user_id)
    if not has_factor(session, user_id):
        raise NoFactorError("Siapkan aplikasi autentikator atau kunci sandi dahulu; baru kemudian kode pemulihan.")
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    salt = secrets.token_bytes(_SALT_BYTES)
    codes = ["".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(user_id=user_id, salt=salt, code_hash=_hashed(code, salt), made_at=now) for code in codes
    )
    session.flush()
    note(session, user_id, "make_recovery_codes", actor=person(user_id), now=now, n=len(codes))
    return [shown(code) for code in codes]


def use_code(session: Session, user_id: int, raw: str, *, now: datetime) -> int | None:
    """Use up a recovery code; return how many are left, None where it is none of this account's.

    The row of the account's factors has to be locked before.
    """
    code = recovery_of(raw)
    rows = session.scalars(
        sa.select(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    ).all()
    if code is None or not rows:
        return None
    tried = {salt: _hashed(code, salt) for salt in {row.salt for row in rows}}
    found = [row for row in rows if bytes_eq(row.code_hash, tried[row.salt])]
    if not found:
        return None
    found[0].used_at = now
    session.flush()
    left = len(rows) - 1
    note(session, user_id, "use_recovery_code", actor=person(user_id), now=now, left=left)
    return left


def _hashed(code: str, salt: bytes) -> bytes:
    return hash_secret_raw(code.encode(), salt, ROUNDS, MEMORY_KIB, LANES, _HASH_BYTES, Type.ID)
