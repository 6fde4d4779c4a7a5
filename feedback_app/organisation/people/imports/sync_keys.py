"""The keys with which personnel systems send their lists: made, shown once, revoked, recognised by their hash."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db_wall.roles import Lookup
from feedback_app.db_wall.scope import enter_by
from feedback_app.errors import DomainError, InvalidInputError, NotFoundError
from feedback_app.organisation.people.models import SyncKey

KEY_NAME_MAX: Final = 80
_KEY: Final = re.compile(r"spk_[A-Za-z0-9_-]{43}")


class UnknownSyncKeyError(DomainError):
    """No personnel system has this key, or it was revoked; the two look the same from outside."""

    status = 401
    code = "unknown_sync_key"


class SyncKeyNotFoundError(NotFoundError):
    """No key of this agency has this number."""

    code = "sync_key_not_found"


class SyncKeyNameError(InvalidInputError):
    """A key without a name, or with too long a one."""

    code = "sync_key_name"


def create_key(session: Session, agency_id: int, *, name: str, actor: Actor, key: bytes, now: datetime) -> str:
    """Return a new key of 256 random bits; only its hash is kept, so it is shown this once.

    Raises
    ------
    SyncKeyNameError
    """
    words = " ".join(name.split())
    if not 1 <= len(words) <= KEY_NAME_MAX:
        raise SyncKeyNameError(f"Isi nama kunci, paling banyak {KEY_NAME_MAX} huruf, misalnya SIMPEG BKPSDM.")
    raw = f"spk_{secrets.token_urlsafe(32)}"
    row = SyncKey(
        agency_id=agency_id, name=words, key_hash=_hash(raw, key), created_at=now, created_by=actor.user_id
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, row, "organisation.create_sync_key", actor, now)
    return raw


def revoke_key(session: Session, row: SyncKey, *, actor: Actor, now: datetime) -> None:
    """Make a key worthless from now on; a second time changes nothing."""
    if row.revoked_at is None:
        row.revoked_at = now
        session.flush()
        _note(session, row, "organisation.revoke_sync_key", actor, now)


def key_by_id(session: Session, agency_id: int, key_id: int) -> SyncKey:
    """Return one key of an agency.

    Raises
    ------
    SyncKeyNotFoundError
    """
    row = session.get(SyncKey, (agency_id, key_id))
    if row is None:
        raise SyncKeyNotFoundError("Kunci itu tidak ada. Pilih dari daftar.")
    return row


def system_by_key(session: Session, raw: str, *, key: bytes, now: datetime) -> SyncKey:
    """Return the key of the system that calls, held until the end of the transaction, and note its use.

    Raises
    ------
    UnknownSyncKeyError
    """
    digest = _hash(raw, key)
    enter_by(session, Lookup.SYNC_KEY, digest)
    query = sa.select(SyncKey).where(SyncKey.key_hash == digest, SyncKey.revoked_at.is_(None))
    # What has not the form of a key is looked up all the same: an answer takes as long for it as for a wrong key.
    found = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None or not _KEY.fullmatch(raw):
        raise UnknownSyncKeyError("Kunci sinkronisasi ini tidak dikenal atau sudah dicabut.")
    found.last_used_at = now
    return found


def keys_of(session: Session, agency_id: int) -> Sequence[SyncKey]:
    """Return the keys of an agency, those in use first."""
    query = sa.select(SyncKey).where(SyncKey.agency_id == agency_id)
    return session.scalars(query.order_by(SyncKey.revoked_at.is_not(None), SyncKey.id.desc())).all()


def _note(session: Session, row: SyncKey, action: str, actor: Actor, now: datetime) -> None:
    record(
        session, agency_id=row.agency_id, actor=actor, action=action, subject_type="sync_key", subject_id=row.id,
        now=now,
    )  # fmt: skip


def _hash(raw: str, key: bytes) -> bytes:
    return hmac.new(key, f"sync-key:{raw[:100]}".encode(errors="replace"), hashlib.sha256).digest()
