"""The keys with which counters' own systems call: made, shown once, revoked, and recognised by their hash."""

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
from feedback_app.intake.counter_models import CounterKey

KEY_NAME_MAX: Final = 80
TOKENS_A_DAY: Final = 2000
# A desk that needs five minutes for a visit serves about a hundred people in eight hours, so five thousand fill fifty
# desks of one unit. More could only be tokens that no visit stands behind.
TOKENS_A_DAY_MAX: Final = 5000
_KEY: Final = re.compile(r"slk_[A-Za-z0-9_-]{43}")


class UnknownCounterKeyError(DomainError):
    """No counter has this key, or it was revoked; the two look the same from outside."""

    status = 401
    code = "unknown_counter_key"


class TokensADayError(InvalidInputError):
    """A budget of a day that no counter needs."""

    code = "tokens_a_day"


class CounterKeyNotFoundError(NotFoundError):
    """No key of this unit has this number."""

    code = "counter_key_not_found"


def create_key(
    session: Session, *, agency_id: int, unit_id: int, name: str, tokens_a_day: int, actor: Actor, key: bytes,
    now: datetime, counter_id: int | None = None,
) -> str:  # fmt: skip
    """Return a new key of 256 random bits; only its hash is kept, so it is shown this once.

    With a `counter_id` it is the key of the machine of one counter, and its tokens prove visits there.

    Raises
    ------
    TokensADayError
    """
    if not 1 <= tokens_a_day <= TOKENS_A_DAY_MAX:
        raise TokensADayError(f"Isi jatah token sehari dari 1 sampai {TOKENS_A_DAY_MAX}.")
    raw = f"slk_{secrets.token_urlsafe(32)}"
    row = CounterKey(
        agency_id=agency_id, unit_id=unit_id, name=name, key_hash=_hash(raw, key), tokens_a_day=tokens_a_day,
        created_at=now, created_by=actor.user_id, counter_id=counter_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    note(session, row, actor, "intake.create_counter_key", now, tokens_a_day=tokens_a_day, counter_id=counter_id)
    return raw


def revoke_key(session: Session, row: CounterKey, *, actor: Actor, now: datetime) -> None:
    """Make a key worthless from now on; a second time changes nothing."""
    if row.revoked_at is None:
        row.revoked_at = now
        session.flush()
        note(session, row, actor, "intake.revoke_counter_key", now)


def key_by_id(session: Session, agency_id: int, key_id: int) -> CounterKey:
    """Return one key of an agency.

    Raises
    ------
    CounterKeyNotFoundError
    """
    row = session.get(CounterKey, (agency_id, key_id))
    if row is None:
        raise CounterKeyNotFoundError("Kunci loket itu tidak ada. Pilih dari daftar.")
    return row


def counter_by_key(session: Session, raw: str, *, key: bytes, now: datetime) -> CounterKey:
    """Return the counter that a key belongs to, held until the end of the transaction, and note its use.

    Held because two calls at the same moment must not both find the last of the day's budget.

    Raises
    ------
    UnknownCounterKeyError
    """
    digest = _hash(raw, key)
    enter_by(session, Lookup.COUNTER_KEY, digest)
    query = sa.select(CounterKey).where(CounterKey.key_hash == digest, CounterKey.revoked_at.is_(None))
    # What has not the form of a key is looked up all the same: an answer takes as long for it as for a wrong key.
    found = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None or not _KEY.fullmatch(raw):
        raise UnknownCounterKeyError("Kunci loket ini tidak dikenal atau sudah dicabut.")
    found.last_used_at = now
    return found


def keys_of(session: Session, agency_id: int, unit_id: int | None = None) -> Sequence[CounterKey]:
    """Return the keys of an agency, or of one unit of it, those in use first."""
    query = sa.select(CounterKey).where(CounterKey.agency_id == agency_id)
    if unit_id is not None:
        query = query.where(CounterKey.unit_id == unit_id)
    return session.scalars(query.order_by(CounterKey.revoked_at.is_not(None), CounterKey.id.desc())).all()


def note(session: Session, row: CounterKey, actor: Actor, action: str, now: datetime, **detail: object) -> None:
    """Write an act done with or to a key into the audit trail."""
    record(
        session, agency_id=row.agency_id, actor=actor, action=action, subject_type="counter_key", subject_id=row.id,
        now=now, unit_id=row.unit_id, **detail,
    )  # fmt: skip


def _hash(raw: str, key: bytes) -> bytes:
    return hmac.new(key, f"counter-key:{raw[:100]}".encode(errors="replace"), hashlib.sha256).digest()
