"""Photos and documents that come with a report: kept beside its text, which never waits for them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import CITIZEN, Actor, record
from feedback_app.db_wall.roles import Lookup
from feedback_app.db_wall.scope import enter_by
from feedback_app.errors import ConflictError, NotFoundError
from feedback_app.intake.extra_models import Attachment
from feedback_app.intake.file_removal import remove_after_commit
from feedback_app.intake.models import Submission
from feedback_app.intake.pictures import CleanFile
from feedback_app.intake.rules import ATTACHMENTS_MAX, SubmissionKind
from feedback_app.storage import Storage, new_key


class TooManyAttachmentsError(ConflictError):
    """The report has as many as it may have."""

    code = "too_many_attachments"


class UnattachableError(ConflictError):
    """Nothing is added to this report any more."""

    code = "unattachable"


class UnknownAttachmentError(NotFoundError):
    """No such file, or none of this report."""

    code = "unknown_attachment"


@dataclass(frozen=True, slots=True)
class Attachable:
    """A submission that was sent with a tracking code, and whether files go with it."""

    agency_id: int
    submission_id: int
    takes_files: bool


def attachable(session: Session, tracking_hash: bytes) -> Attachable | None:
    """Return the submission of a tracking code; None for a code of none.

    Somebody who joined a case of others has a code too, and by it no way to the files of the first reporter.
    """
    enter_by(session, Lookup.TRACKING_CODE, tracking_hash)
    row = session.execute(
        sa.select(
            Submission.agency_id, Submission.id, Submission.kind, Submission.wants_reply, Submission.erased_at
        ).where(Submission.tracking_hash == tracking_hash)
    ).first()
    if row is None:
        return None
    is_plain_rating = row.kind is SubmissionKind.RATING and not row.wants_reply
    return Attachable(row.agency_id, row.id, takes_files=row.erased_at is None and not is_plain_rating)


def check_room(session: Session, agency_id: int, submission_id: int) -> None:
    """Refuse a further file where there are enough, before anybody works on it; `add` decides.

    Raises
    ------
    TooManyAttachmentsError
    """
    _check_count(len(attachments_of(session, agency_id, submission_id)))


def add(
    session: Session, storage: Storage, agency_id: int, submission_id: int, file: CleanFile, *, now: datetime
) -> Attachment:
    """Keep a cleaned file with a submission.

    The file is written before its row, so that no row is ever without its file; what a failure then leaves behind is
    swept later (`orphans`). The number is counted under a lock on the submission: of many at once five get in.

    Raises
    ------
    TooManyAttachmentsError
    UnattachableError
        The report was erased meanwhile.
    feedback_app.storage.StorageUnavailableError
    """
    key = new_key()
    storage.put(key, file.data)
    try:
        if not _lock(session, agency_id, submission_id):
            raise UnattachableError("Laporan ini sudah dihapus, jadi tidak ada berkas yang dapat ditambahkan.")
        _check_count(len(attachments_of(session, agency_id, submission_id)))
    except ConflictError:
        storage.delete(key)
        raise
    row = Attachment(
        agency_id=agency_id, submission_id=submission_id, kind=file.kind, media_type=file.media_type,
        size_bytes=len(file.data), width=file.width, height=file.height,
        sha256=hashlib.sha256(file.data).digest(), storage_key=key, added_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, agency_id=agency_id, actor=CITIZEN, action="intake.attach", subject_type="submission",
        subject_id=submission_id, now=now, attachment_id=row.id, kind=file.kind.value, size_bytes=row.size_bytes,
    )  # fmt: skip
    return row


def _lock(session: Session, agency_id: int, submission_id: int) -> bool:
    """Lock a report; tell whether it takes files, that is, whether it has not been erased.

    A file on its way either is there before an erasure, or finds the report erased after it.
    """
    query = sa.select(Submission.erased_at).where(Submission.agency_id == agency_id, Submission.id == submission_id)
    # Others may still point at the submission meanwhile, as opening its case does.
    row = session.execute(query.with_for_update(key_share=True)).first()
    return row is not None and row.erased_at is None


def _check_count(count: int) -> None:
    if count >= ATTACHMENTS_MAX:
        raise TooManyAttachmentsError(f"Laporan ini sudah memiliki {ATTACHMENTS_MAX} lampiran, jumlah paling banyak.")


def attachments_of(session: Session, agency_id: int, submission_id: int) -> Sequence[Attachment]:
    """Return what is attached to a submission, the first one first."""
    query = sa.select(Attachment).where(Attachment.agency_id == agency_id, Attachment.submission_id == submission_id)
    return session.scalars(query.order_by(Attachment.id)).all()


def attachment_of(session: Session, agency_id: int, submission_id: int, attachment_id: int) -> tuple[Attachment, int]:
    """Return one file of a submission and its place among them, from 1.

    Raises
    ------
    UnknownAttachmentError
        Also where the file exists and belongs to another report.
    """
    for place, row in enumerate(attachments_of(session, agency_id, submission_id), start=1):
        if row.id == attachment_id:
            return row, place
    raise UnknownAttachmentError("Lampiran ini tidak ada pada laporan ini.")


def erase_all(
    session: Session, storage: Storage, agency_id: int, submission_id: int, *, actor: Actor, now: datetime
) -> int:
    """Forget every file of a submission; return how many. The files themselves go once the caller has committed."""
    _lock(session, agency_id, submission_id)
    rows = attachments_of(session, agency_id, submission_id)
    for row in rows:
        session.delete(row)
    session.flush()
    if rows:
        remove_after_commit(session, storage, [row.storage_key for row in rows])
        record(
            session, agency_id=agency_id, actor=actor, action="intake.erase_attachments", subject_type="submission",
            subject_id=submission_id, now=now, count=len(rows),
        )  # fmt: skip
    return len(rows)
