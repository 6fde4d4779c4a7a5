"""What is done to the chain itself, each by a seal of its own: another key, a gap declared, an end of keeping."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from feedback_app.audit.chain import Published, last_seal
from feedback_app.audit.merkle import root_of
from feedback_app.audit.operations import Actor, record_platform
from feedback_app.audit.seal_models import AuditSeal, SealKind
from feedback_app.audit.sealing import append, lock_chain
from feedback_app.audit.sealing_key import (
    KeyFiles,
    NoSealingKeyError,
    new_key,
    public_bytes,
    read_key,
    remember,
    take_over,
    write_key,
)
from feedback_app.audit.trails import Trail, all_trails
from feedback_app.errors import ConflictError

_NOTHING: Final = root_of([])


class NothingToResumeError(ConflictError):
    """The database holds what was published: there is no gap to declare."""

    code = "nothing_to_resume"


class NoSealThereError(ConflictError):
    """No seal is that old, or the trail has been cut there already."""

    code = "no_seal_there"


def ready_key(session: Session, files: KeyFiles) -> Ed25519PrivateKey:
    """Return the key that signs next. It is made where there are neither key nor seals; a change begun is finished.

    Raises
    ------
    feedback_app.audit.sealing_key.NoSealingKeyError
        There are seals and their key is gone, or it cannot be read.
    """
    last = last_seal(session)
    if files.coming.exists():
        coming = read_key(files.coming)
        # The seal of the change was committed and the file was not moved: a crash in between.
        if last is not None and last.public_key == public_bytes(coming):
            take_over(files)
    if not files.key.exists():
        if last is not None:
            raise NoSealingKeyError(
                f"The key for seals is gone: {files.key}. Put it back from where it is kept, or declare it lost with "
                "`feedback audit new-key --lost`."
            )
        write_key(files.key, new_key())
    key = read_key(files.key)
    remember(files, [public_bytes(key)])
    return key


def change_key(session: Session, files: KeyFiles, *, actor: Actor, now: datetime, is_lost: bool) -> AuditSeal:
    """Set the seal from which on a new key signs, signed by both; by the new one alone where the old one is lost.

    The caller commits, and then calls `take_over`. A crash in between is mended by `ready_key`.

    Raises
    ------
    feedback_app.audit.sealing_key.NoSealingKeyError
    """
    lock_chain(session)
    former = None if is_lost else ready_key(session, files)
    # Left by a change that was never committed; nothing was signed with it.
    files.coming.unlink(missing_ok=True)
    key = new_key()
    write_key(files.coming, key)
    remember(files, [public_bytes(key)])
    seal = append(session, key, last_seal(session), kind=SealKind.ROTATION, root=_NOTHING, now=now, former=former)
    record_platform(
        session, actor=actor, action="audit.new_key", subject_type="audit_seal", subject_id=seal.number, now=now,
        key=public_bytes(key).hex(), is_lost=is_lost,
    )  # fmt: skip
    return seal


def resume(
    session: Session, key: Ed25519PrivateKey, known: Published | None, *, actor: Actor, now: datetime
) -> AuditSeal:
    """Go on after an older copy of the database was put back: the seals that are missing are declared lost, for good.

    `known` is the newest seal that was published.

    Raises
    ------
    NothingToResumeError
    """
    lock_chain(session)
    last = last_seal(session)
    if known is None or (last is not None and last.number >= known.statement.number):
        raise NothingToResumeError("Tidak ada segel yang hilang: basis data memuat semua yang pernah diumumkan.")
    seal = append(
        session, key, last, kind=SealKind.RESUMED, root=_NOTHING, now=now, refers_to=last.number if last else 0,
        after=(known.statement.number, known.statement.digest()),
    )  # fmt: skip
    record_platform(
        session, actor=actor, action="audit.resume", subject_type="audit_seal", subject_id=seal.number, now=now,
        last_kept=last.number if last else 0, lost=known.statement.number - (last.number if last else 0),
    )  # fmt: skip
    return seal


def cut(session: Session, key: Ed25519PrivateKey, *, before: datetime, actor: Actor, now: datetime) -> AuditSeal:
    """Remove events whose time of keeping is over: all that was sealed before a moment, up to a whole seal.

    The seals, and of each agency how many events it had in them, stay; a signed seal says that the rest was cut.

    Raises
    ------
    NoSealThereError
    """
    lock_chain(session)
    through = session.scalar(sa.select(sa.func.max(AuditSeal.number)).where(AuditSeal.sealed_at < before)) or 0
    if through <= cut_through(session):
        raise NoSealThereError("Tidak ada segel setua itu yang masih memuat peristiwa.")
    last = last_seal(session)
    seal = append(session, key, last, kind=SealKind.CUT, root=_NOTHING, now=now, refers_to=through)
    removed = sum(_remove(session, trail, through) for trail in all_trails(session))
    record_platform(
        session, actor=actor, action="audit.cut", subject_type="audit_seal", subject_id=seal.number, now=now,
        through=through, events=removed,
    )  # fmt: skip
    return seal


def cut_through(session: Session) -> int:
    """Return the number of the seal up to which events were cut; 0 where none were."""
    query = sa.select(sa.func.max(AuditSeal.refers_to)).where(AuditSeal.kind == SealKind.CUT)
    return session.scalar(query) or 0


def _remove(session: Session, trail: Trail, through: int) -> int:
    leaf, events = trail.leaves, trail.events
    old = [*trail.own(leaf), leaf.c.seal_number <= through]
    gone = session.execute(
        sa.delete(events).where(*trail.own(events), events.c.id.in_(sa.select(leaf.c.event_id).where(*old)))
    )
    session.execute(sa.delete(leaf).where(*old))
    return int(gone.rowcount)  # type: ignore[attr-defined]
