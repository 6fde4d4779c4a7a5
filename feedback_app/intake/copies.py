"""Hand a report on to another agency: a submission of its own there, with its files and the sealed contact."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import queue
from feedback_app.db_wall.scope import across
from feedback_app.errors import ConflictError
from feedback_app.intake.attachments import attachments_of
from feedback_app.intake.extra_models import Attachment, Contact
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import TEXT_MIN, Channel, SubmissionKind
from feedback_app.storage import MissingFileError, Storage, new_key

_HASH_BYTES: Final = 32


class NothingToHandOnError(ConflictError):
    """The report has no words that another agency could work with."""

    code = "nothing_to_hand_on"


def hand_on(
    session: Session, storage: Storage, sent: Submission, *, kind: SubmissionKind, agency_id: int, unit_id: int,
    now: datetime,
) -> Submission:  # fmt: skip
    """Store a report anew for another agency, whose reception reads it; the drain does the rest.

    A rating stays where it was given: nobody rated a unit there. No new code is handed out: what stands in the place of
    a code's hash is random, so the copy opens only by way of the report it was made of.

    Raises
    ------
    NothingToHandOnError
    feedback_app.storage.StorageUnavailableError
    """
    if sent.erased_at is not None or len(sent.text or "") < TEXT_MIN:
        raise NothingToHandOnError("Laporan ini tidak memuat cukup tulisan untuk dirujuk ke instansi lain.")
    copy = Submission(
        agency_id=agency_id, unit_id=unit_id, unit_is_unknown=True, kind=kind, channel=Channel.OPEN, text=sent.text,
        wants_reply=True, is_anonymous=sent.is_anonymous, occurred_on=sent.occurred_on, received_at=now,
        tracking_hash=secrets.token_bytes(_HASH_BYTES) if sent.tracking_hash is not None else None,
        signals=list(sent.signals),
    )  # fmt: skip
    files = attachments_of(session, sent.agency_id, sent.id)
    contact = session.scalar(
        sa.select(Contact).where(Contact.agency_id == sent.agency_id, Contact.submission_id == sent.id)
    )
    with across(session, agency_id):
        session.add(copy)
        session.flush()
        _copy_files(session, storage, files, copy, now)
        _copy_contact(session, contact, copy)
    queue.ask(session, "drain")
    return copy


def _copy_files(
    session: Session, storage: Storage, files: Sequence[Attachment], copy: Submission, now: datetime
) -> None:
    for row in files:
        try:
            with storage.open(row.storage_key) as stream:
                data = stream.read()
        except MissingFileError:
            # `feedback attachments check` names it; the words go on without it.
            continue
        key = new_key()
        storage.put(key, data)
        session.add(
            Attachment(
                agency_id=copy.agency_id, submission_id=copy.id, kind=row.kind, media_type=row.media_type,
                size_bytes=row.size_bytes, width=row.width, height=row.height, sha256=row.sha256, storage_key=key,
                added_at=now,
            )
        )  # fmt: skip


def _copy_contact(session: Session, contact: Contact | None, copy: Submission) -> None:
    """Let the reporter be told of the answer there too; the address stays sealed on the way."""
    if contact is not None:
        session.add(
            Contact(
                agency_id=copy.agency_id, submission_id=copy.id, kind=contact.kind, sealed=contact.sealed,
                fingerprint=contact.fingerprint, language=contact.language, added_at=contact.added_at,
                unsubscribed_at=contact.unsubscribed_at,
            )
        )  # fmt: skip
