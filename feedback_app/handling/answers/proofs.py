"""Proof of what was done: pictures and documents an officer shows the citizen, cleaned like a citizen's own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, person, record
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.handling.answers.models import Proof
from feedback_app.handling.models import Case
from feedback_app.handling.rules import ENDED
from feedback_app.intake.file_removal import remove_after_commit
from feedback_app.intake.pictures import CleanFile
from feedback_app.intake.rules import AttachmentKind
from feedback_app.nlp.personal.redact import redact
from feedback_app.storage import Storage, new_key

PROOFS_MAX: Final = 5
CAPTION_MAX: Final = 200


class TooManyProofsError(ConflictError):
    """The case has as many as it may have."""

    code = "too_many_proofs"


class NoProofAnyMoreError(ConflictError):
    """The case has ended: what the citizen judged is not added to afterwards."""

    code = "no_proof_any_more"


class CaptionLengthError(InvalidInputError):
    """The line under a proof is too long to be one."""

    code = "caption_length"


class UnknownProofError(NotFoundError):
    """No such proof, or none of this case."""

    code = "unknown_proof"


def check_room(session: Session, case: Case, caption: str | None) -> None:
    """Refuse a further proof where none may come, before anybody works on the file; `add_proof` decides.

    Raises
    ------
    NoProofAnyMoreError, TooManyProofsError, CaptionLengthError
    """
    if case.status in ENDED:
        raise NoProofAnyMoreError("Kasus ini sudah berakhir, jadi bukti tidak dapat ditambahkan lagi.")
    if len(proofs_of(session, case.agency_id, case.id)) >= PROOFS_MAX:
        raise TooManyProofsError(f"Kasus ini sudah memiliki {PROOFS_MAX} bukti, jumlah paling banyak. Hapus satu dulu.")
    if len(_line(caption)) > CAPTION_MAX:
        raise CaptionLengthError(f"Keterangan paling banyak {CAPTION_MAX} huruf; ini {len(_line(caption))} huruf.")


def add_proof(
    session: Session, storage: Storage, case: Case, file: CleanFile, caption: str | None, *, user_id: int, now: datetime
) -> Proof:
    """Keep a cleaned file with a case that the caller has locked; personal data in the caption is masked.

    The file is written before its row, so that no row is ever without its file; what a failure then leaves behind is
    swept later (`intake.orphans`). Under the lock five of many at once get in.

    Raises
    ------
    NoProofAnyMoreError, TooManyProofsError, CaptionLengthError
    feedback_app.storage.StorageUnavailableError
    """
    check_room(session, case, caption)
    key = new_key()
    storage.put(key, file.data)
    row = Proof(
        agency_id=case.agency_id, case_id=case.id, kind=file.kind, media_type=file.media_type,
        size_bytes=len(file.data), width=file.width, height=file.height, sha256=hashlib.sha256(file.data).digest(),
        storage_key=key, caption=redact(_line(caption)).text or None, added_by=user_id, added_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, row, "handling.add_proof", person(user_id), now, kind=row.kind.value, size_bytes=row.size_bytes)
    return row


def remove_proof(session: Session, storage: Storage, row: Proof, *, user_id: int, now: datetime) -> None:
    """Take a proof away, also from an ended case: a picture may show what nobody should see.

    The trail keeps that there was one and the hash of its content.
    """
    session.delete(row)
    session.flush()
    remove_after_commit(session, storage, [row.storage_key])
    _note(session, row, "handling.remove_proof", person(user_id), now, sha256=row.sha256.hex())


def forget_proofs(session: Session, storage: Storage, case: Case, *, actor: Actor, now: datetime) -> int:
    """Take away every proof of a case whose reporter's data is erased; return how many.

    A picture of what was done for one person shows their finished identity card, their house or their face, and no
    redactor can mask it; so it goes with the rest (UU 27/2022 Ps 8 and 43).
    """
    rows = proofs_of(session, case.agency_id, case.id)
    for row in rows:
        session.delete(row)
    session.flush()
    if rows:
        remove_after_commit(session, storage, [row.storage_key for row in rows])
        record(
            session, agency_id=case.agency_id, actor=actor, action="handling.forget_proofs", subject_type="case",
            subject_id=case.id, now=now, count=len(rows),
        )  # fmt: skip
    return len(rows)


def proofs_of(session: Session, agency_id: int, case_id: int) -> Sequence[Proof]:
    """Return the proofs of a case, the first one first."""
    query = sa.select(Proof).where(Proof.agency_id == agency_id, Proof.case_id == case_id)
    return session.scalars(query.order_by(Proof.id)).all()


def proof_of(session: Session, agency_id: int, case_id: int, proof_id: int) -> tuple[Proof, int]:
    """Return one proof of a case and its place among them, from 1.

    Raises
    ------
    UnknownProofError
        Also where the proof exists and belongs to another case.
    """
    for place, row in enumerate(proofs_of(session, agency_id, case_id), start=1):
        if row.id == proof_id:
            return row, place
    raise UnknownProofError("Bukti ini tidak ada pada kasus ini.")


def may_be_shown_to_followers(proof: Proof) -> bool:
    """Tell whether strangers who joined a published case see a proof too.

    Pictures only: a document is kept as it came, with whatever its maker's program wrote into it.
    """
    return proof.kind is AttachmentKind.PHOTO


def _line(caption: str | None) -> str:
    return " ".join((caption or "").split())


def _note(session: Session, row: Proof, action: str, actor: Actor, now: datetime, **detail: int | str) -> None:
    record(
        session, agency_id=row.agency_id, actor=actor, action=action, subject_type="case", subject_id=row.case_id,
        now=now, proof_id=row.id, **detail,
    )  # fmt: skip
