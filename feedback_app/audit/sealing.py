"""Set seals: take the events that have none, hash them, chain and sign the root.

Which events have no seal is asked of the rows, never of a highest id: a transaction that began early and committed
late has lower ids than what is sealed already.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from feedback_app.audit.canonical import (
    NOTHING_BEFORE,
    Event,
    Section,
    Statement,
    event_hash,
    leaf_salt,
    section_hash,
)
from feedback_app.audit.chain import last_seal, statement_of
from feedback_app.audit.merkle import levels_of, path_of, root_of
from feedback_app.audit.seal_models import AuditSeal, SealKind
from feedback_app.audit.sealing_key import NoSealingKeyError, public_bytes
from feedback_app.audit.trails import Trail, all_trails

# Any number, the same in every process: two seals at once would be two links upon one.
SEAL_LOCK: Final = 0x5EA_1616
EVENTS_AT_ONCE: Final = 10_000
# A transaction that takes longer than this is found by the hourly look at everything.
RECENT: Final = timedelta(days=1)
HEARTBEAT: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class _Part:
    trail: Trail
    section: Section
    ids: list[int]
    hashes: list[bytes]


def lock_chain(session: Session) -> None:
    """Wait until nobody else adds to the chain; held to the end of the transaction."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(SEAL_LOCK)))


def seal_is_due(session: Session, *, now: datetime, whole: bool = False) -> bool:
    """Tell whether there is something to seal, or that the chain has been silent for a day."""
    last = last_seal(session)
    if last is None or now - last.sealed_at >= HEARTBEAT:
        return True
    return any(_pending(session, trail, now=now, whole=whole, limit=1) for trail in all_trails(session))


def seal_next(session: Session, key: Ed25519PrivateKey, *, now: datetime, whole: bool = False) -> AuditSeal | None:
    """Seal up to `EVENTS_AT_ONCE` events that have no seal yet, or set a heartbeat where a day was silent.

    None where nothing is to be done.

    Raises
    ------
    feedback_app.audit.sealing_key.NoSealingKeyError
        The chain is signed by another key than the one given.
    """
    lock_chain(session)
    last = last_seal(session)
    _check_key(last, key)
    parts, left = [], EVENTS_AT_ONCE
    for trail in all_trails(session):
        events = _pending(session, trail, now=now, whole=whole, limit=left)
        if events:
            parts.append(_part(trail, events))
            left -= len(events)
        if left == 0:
            break
    if parts:
        return _set_batch(session, key, last, parts, now)
    if last is None or now - last.sealed_at >= HEARTBEAT:
        return append(session, key, last, kind=SealKind.HEARTBEAT, root=root_of([]), now=now)
    return None


def append(
    session: Session,
    key: Ed25519PrivateKey,
    last: AuditSeal | None,
    *,
    kind: SealKind,
    root: bytes,
    now: datetime,
    size: int = 0,
    refers_to: int | None = None,
    former: Ed25519PrivateKey | None = None,
    after: tuple[int, bytes] | None = None,
) -> AuditSeal:
    """Add one signed seal; `after` gives the number and hash of the seal before where it is not `last`."""
    number, previous = after or ((last.number, statement_of(last).digest()) if last else (0, NOTHING_BEFORE))
    statement = Statement(
        number=number + 1, kind=kind.value, previous=previous, root=root, sealed_at=now, public_key=public_bytes(key),
        refers_to=refers_to, former_key=public_bytes(former) if former else None,
    )  # fmt: skip
    message = statement.signed_bytes()
    seal = AuditSeal(
        number=statement.number, kind=kind, previous=previous, root=root, size=size, sealed_at=now,
        refers_to=refers_to, public_key=statement.public_key, signature=key.sign(message),
        former_key=statement.former_key, former_signature=former.sign(message) if former else None,
    )  # fmt: skip
    session.add(seal)
    session.flush()
    return seal


def _check_key(last: AuditSeal | None, key: Ed25519PrivateKey) -> None:
    if last is not None and last.public_key != public_bytes(key):
        raise NoSealingKeyError(
            "The chain of seals is signed by another key than the one in AUDIT_KEY_FILE: put that one back, or declare "
            "it lost with `feedback audit new-key --lost`."
        )


def _pending(session: Session, trail: Trail, *, now: datetime, whole: bool, limit: int) -> list[Event]:
    table, leaves = trail.events, trail.leaves
    query = sa.select(*trail.event_columns()).where(*trail.own(table), ~trail.leaf_of(table.c.id)).order_by(table.c.id)
    # Two looks along two indexes instead of one at every row: what came since, and then what came late. Only the look
    # at everything reads all rows below the highest sealed, and that when nothing newer is left.
    highest = session.scalar(sa.select(sa.func.max(leaves.c.event_id)).where(*trail.own(leaves))) or 0
    found = session.execute(query.where(table.c.id > highest).limit(limit)).all()
    if len(found) < limit:
        late = query.where(table.c.id <= highest)
        late = late if whole else late.where(table.c.at >= now - RECENT)
        found = [*session.execute(late.limit(limit - len(found))), *found]
    return [trail.event_of(row) for row in found]


def _part(trail: Trail, events: Sequence[Event]) -> _Part:
    salt = secrets.token_bytes(32)
    hashes = [event_hash(event, leaf_salt(salt, place)) for place, event in enumerate(events)]
    moments = [event.at for event in events]
    section = Section(trail.scope, len(events), min(moments), max(moments), root_of(hashes), salt)
    return _Part(trail, section, [event.id for event in events], hashes)


def _set_batch(
    session: Session, key: Ed25519PrivateKey, last: AuditSeal | None, parts: list[_Part], now: datetime
) -> AuditSeal:
    tops = [section_hash(part.section) for part in parts]
    size = sum(part.section.size for part in parts)
    seal = append(session, key, last, kind=SealKind.BATCH, root=root_of(tops), now=now, size=size)
    levels = levels_of(tops)
    for place, part in enumerate(parts):
        own = {**part.trail.key(), "seal_number": seal.number}
        session.execute(
            sa.insert(part.trail.sections).values(
                **own, place=place, places=len(parts), size=part.section.size, first_at=part.section.first_at,
                last_at=part.section.last_at, root=part.section.root, salt=part.section.salt,
                path=b"".join(path_of(levels, place)),
            )
        )  # fmt: skip
        _keep_leaves(session, part, own)
    return seal


def _keep_leaves(session: Session, part: _Part, own: dict[str, int]) -> None:
    # One statement with two lists: ten thousand rows take a fraction of the time they take one by one.
    rows = (
        sa.func.unnest(
            sa.bindparam("ids", part.ids, type_=ARRAY(sa.BigInteger())),
            sa.bindparam("hashes", part.hashes, type_=ARRAY(sa.LargeBinary())),
        )
        .table_valued("event_id", "hash", with_ordinality="place")
        .render_derived()
    )
    fixed: list[Any] = [sa.literal(value, sa.BigInteger()).label(name) for name, value in own.items()]
    session.execute(
        sa.insert(part.trail.leaves).from_select(
            [*own, "event_id", "position", "hash"],
            sa.select(*fixed, rows.c.event_id, rows.c.place - 1, rows.c.hash),
        )
    )
