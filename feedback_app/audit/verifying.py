"""Verify the trail: every event against the hash it was sealed with, every hash against what was signed.

The rows are read in batches along the chain, so that memory does not grow with the trail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.canonical import Event, event_hash, leaf_salt
from feedback_app.audit.chain import Published
from feedback_app.audit.findings import Finding, Verdict, Wrong
from feedback_app.audit.merkle import root_of
from feedback_app.audit.models import AuditEvent
from feedback_app.audit.seal_models import AuditSeal
from feedback_app.audit.trails import Trail, all_trails
from feedback_app.audit.upkeep import cut_through
from feedback_app.audit.verifying_chain import verify_chain

EVENTS_AT_ONCE: Final = 20_000
# The sealer comes every minute; an event so much older than the last seal did not come by the program.
TOO_OLD: Final = timedelta(hours=1)
LATE: Final = timedelta(days=1)
_PAIRS_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A section as stored, and when its seal was set."""

    seal: int
    size: int
    root: bytes
    salt: bytes
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class _Leaf:
    position: int
    event_id: int
    hash: bytes
    event: Event | None


def verify(
    session: Session,
    *,
    trusted: Iterable[bytes],
    roots: Iterable[Published] | None = None,
    only: int | None = None,
) -> Verdict:
    """Verify the chain and every trail, or that of one agency (`only`: its id).

    `trusted` are public keys known from outside the database, `roots` the seals as they were published, in order;
    without them a removed end cannot be seen. To be called in a transaction that sees one moment (REPEATABLE READ).
    """
    verdict = Verdict()
    verify_chain(session, verdict, trusted=trusted, roots=roots)
    first_sealed_at = session.scalar(sa.select(sa.func.min(AuditSeal.sealed_at)))
    cut = cut_through(session)
    for trail in [Trail(only)] if only is not None else all_trails(session):
        for sections in _in_lots(_sections(session, trail, verdict, cut)):
            leaves = _leaves(session, trail, sections)
            for section in sections:
                _check_section(session, trail, verdict, section, leaves.get(section.seal, []), first_sealed_at)
        _check_unsealed(session, trail, verdict)
    return verdict


def _sections(session: Session, trail: Trail, verdict: Verdict, cut: int) -> Iterator[_Sealed]:
    table = trail.sections
    rows = session.execute(
        sa.select(table.c.seal_number, table.c.size, table.c.root, table.c.salt, AuditSeal.sealed_at)
        .join(AuditSeal, AuditSeal.number == table.c.seal_number)
        .where(*trail.own(table))
        .order_by(table.c.seal_number),
        execution_options={"yield_per": 1000},
    )
    for row in rows:
        section = _Sealed(*row)
        if section.seal <= cut:
            verdict.cut_events += section.size
        else:
            yield section


def _in_lots(sections: Iterable[_Sealed]) -> Iterator[list[_Sealed]]:
    lot: list[_Sealed] = []
    size = 0
    for section in sections:
        lot.append(section)
        size += section.size
        if size >= EVENTS_AT_ONCE:
            yield lot
            lot, size = [], 0
    if lot:
        yield lot


def _leaves(session: Session, trail: Trail, sections: Sequence[_Sealed]) -> dict[int, list[_Leaf]]:
    leaf, event = trail.leaves, trail.events
    rows = session.execute(
        sa.select(leaf.c.seal_number, leaf.c.position, leaf.c.event_id, leaf.c.hash, *trail.event_columns())
        .outerjoin(event, sa.and_(*trail.own(event), event.c.id == leaf.c.event_id))
        .where(*trail.own(leaf), leaf.c.seal_number.between(sections[0].seal, sections[-1].seal))
        .order_by(leaf.c.seal_number, leaf.c.position)
    )
    found: dict[int, list[_Leaf]] = {}
    for row in rows:
        seal, position, event_id, known, *values = row
        there = trail.event_of(values) if values[0] is not None else None
        found.setdefault(seal, []).append(_Leaf(position, event_id, known, there))
    return found


def _check_section(
    session: Session,
    trail: Trail,
    verdict: Verdict,
    section: _Sealed,
    leaves: Sequence[_Leaf],
    first_sealed_at: datetime | None,
) -> None:
    verdict.events += len(leaves)
    computed = [
        event_hash(leaf.event, leaf_salt(section.salt, leaf.position)) if leaf.event else None for leaf in leaves
    ]
    _note_late(trail, verdict, section, leaves, first_sealed_at)
    whole = len(leaves) == section.size and all(leaf.position == place for place, leaf in enumerate(leaves))
    bad = [leaf for leaf, known in zip(leaves, computed, strict=True) if known != leaf.hash]
    stored_root = root_of([leaf.hash for leaf in leaves]) if whole else None
    if whole and not bad and stored_root == section.root:
        return
    if not whole:
        _note_gaps(trail, verdict, section, leaves)
    if whole and stored_root != section.root:
        events = [known for known in computed if known is not None]
        if bad and len(events) == len(leaves) and root_of(events) == section.root:
            for leaf in bad:
                verdict.add(_at(trail, section, leaf, Wrong.LEAF_EDITED))
            return
        verdict.add(_at(trail, section, leaves[0], Wrong.SECTION_EDITED, _range(leaves)))
    for leaf, wrong, note in _named(session, section, bad):
        verdict.add(_at(trail, section, leaf, wrong, note))


def _at(trail: Trail, section: _Sealed, leaf: _Leaf, wrong: Wrong, note: str = "") -> Finding:
    return Finding(wrong, section.seal, trail.scope, leaf.position, leaf.event_id, note)


def _range(leaves: Sequence[_Leaf]) -> str:
    ids = [leaf.event_id for leaf in leaves]
    return f"one or more of the {len(ids)} events {min(ids)} to {max(ids)}" if len(ids) > 1 else ""


def _note_gaps(trail: Trail, verdict: Verdict, section: _Sealed, leaves: Sequence[_Leaf]) -> None:
    there = {leaf.position for leaf in leaves}
    for position in range(section.size):
        if position not in there:
            verdict.add(Finding(Wrong.LEAF_DELETED, section.seal, trail.scope, position))
    for leaf in leaves:
        if leaf.position >= section.size:
            verdict.add(_at(trail, section, leaf, Wrong.SECTION_EDITED, "more events than were sealed"))


def _named(session: Session, section: _Sealed, bad: Sequence[_Leaf]) -> Iterator[tuple[_Leaf, Wrong, str]]:
    for leaf in bad:
        if leaf.event is None:
            elsewhere = _elsewhere(session, leaf) if len(bad) <= _PAIRS_MAX else None
            yield (leaf, Wrong.MOVED, f"agency {elsewhere}") if elsewhere else (leaf, Wrong.DELETED, "")
            continue
        other = _under_other_id(section, leaf, bad) if len(bad) <= _PAIRS_MAX else None
        yield (leaf, Wrong.REORDERED, f"event {other}") if other else (leaf, Wrong.EDITED, "")


def _under_other_id(section: _Sealed, leaf: _Leaf, bad: Sequence[_Leaf]) -> int | None:
    """Return the id under which what was sealed as this leaf stands now."""
    salt = leaf_salt(section.salt, leaf.position)
    for other in bad:
        if other.event is None or other is leaf:
            continue
        as_sealed = Event(
            other.event.scope, leaf.event_id, other.event.at, other.event.actor_kind, other.event.actor_id,
            other.event.action, other.event.subject_type, other.event.subject_id, other.event.detail,
        )  # fmt: skip
        if event_hash(as_sealed, salt) == leaf.hash:
            return other.event_id
    return None


def _elsewhere(session: Session, leaf: _Leaf) -> int | None:
    return session.scalar(sa.select(AuditEvent.agency_id).where(AuditEvent.id == leaf.event_id))


def _note_late(
    trail: Trail, verdict: Verdict, section: _Sealed, leaves: Sequence[_Leaf], first_sealed_at: datetime | None
) -> None:
    limit = section.sealed_at - LATE
    for leaf in leaves:
        # What happened before there were seals could not be sealed in time.
        if leaf.event and leaf.event.at < limit and first_sealed_at and leaf.event.at >= first_sealed_at:
            verdict.add_late(_at(trail, section, leaf, Wrong.INSERTED, f"says {leaf.event.at}"))


def _check_unsealed(session: Session, trail: Trail, verdict: Verdict) -> None:
    table = trail.events
    rows = session.execute(
        sa.select(table.c.id, table.c.at).where(*trail.own(table), ~trail.leaf_of(table.c.id)).order_by(table.c.id),
        execution_options={"yield_per": 5000},
    )
    last = verdict.last_sealed_at
    for event_id, at in rows:
        verdict.add_unsealed(at)
        if last is not None and at < last - TOO_OLD:
            verdict.add(Finding(Wrong.INSERTED, None, trail.scope, None, event_id, f"says {at}"))
