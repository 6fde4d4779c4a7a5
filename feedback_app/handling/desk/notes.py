"""What colleagues tell each other about a case; no citizen reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person, record
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.handling.desk.models import NOTE_MAX, NOTE_MIN, CaseNote
from feedback_app.handling.models import Case
from feedback_app.nlp.personal.redact import redact

# Time enough to see a slip of the pen; what colleagues have acted on since stays.
TAKE_BACK_MINUTES: Final = 60


class NoteLengthError(InvalidInputError):
    """A note is too short to tell anything, or too long."""

    code = "note_length"


class UnknownNoteError(NotFoundError):
    """The case has no such note, or a colleague wrote it."""

    code = "unknown_note"


class NoteStaysError(ConflictError):
    """Colleagues have had time to act on the note."""

    code = "note_stays"


def notes_of(session: Session, case: Case) -> Sequence[CaseNote]:
    """Return the notes on a case, first one first."""
    query = sa.select(CaseNote).where(CaseNote.agency_id == case.agency_id, CaseNote.case_id == case.id)
    return session.scalars(query.order_by(CaseNote.at, CaseNote.id)).all()


def add_note(session: Session, case: Case, text: str, *, user_id: int, now: datetime) -> CaseNote:
    """Write a note, personal data masked: it is read by more people than need to know whose number that is.

    Raises
    ------
    NoteLengthError
    """
    words = redact(text.strip()).text
    if not NOTE_MIN <= len(words) <= NOTE_MAX:
        raise NoteLengthError(f"Catatan harus {NOTE_MIN} sampai {NOTE_MAX} huruf; ini {len(words)} huruf.")
    note = CaseNote(agency_id=case.agency_id, case_id=case.id, author_id=user_id, text=words, at=now)
    session.add(note)
    session.flush()
    _note_act(session, note, "handling.add_note", user_id, now)
    return note


def may_take_back(note: CaseNote, user_id: int, now: datetime) -> bool:
    """Tell whether somebody may still take a note back."""
    return note.author_id == user_id and now <= note.at + timedelta(minutes=TAKE_BACK_MINUTES)


def take_back(session: Session, case: Case, note_id: int, *, user_id: int, now: datetime) -> None:
    """Take back a note of one's own, within the hour.

    Raises
    ------
    UnknownNoteError
        Also where a colleague wrote it.
    NoteStaysError
    """
    note = session.scalar(
        sa.select(CaseNote)
        .where(CaseNote.agency_id == case.agency_id, CaseNote.case_id == case.id, CaseNote.id == note_id)
        .with_for_update()
    )
    if note is None or note.author_id != user_id:
        raise UnknownNoteError("Catatan itu tidak ada, atau bukan catatan Anda.")
    if not may_take_back(note, user_id, now):
        raise NoteStaysError(
            f"Catatan hanya dapat dihapus dalam {TAKE_BACK_MINUTES} menit. Tulis catatan baru yang meralatnya."
        )
    _note_act(session, note, "handling.take_back_note", user_id, now)
    session.delete(note)
    session.flush()


def _note_act(session: Session, note: CaseNote, action: str, user_id: int, now: datetime) -> None:
    record(
        session, agency_id=note.agency_id, actor=person(user_id), action=action, subject_type="case",
        subject_id=note.case_id, now=now, note_id=note.id,
    )  # fmt: skip
