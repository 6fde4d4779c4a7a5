"""The part of a case's page with what colleagues tell each other."""

from __future__ import annotations

from typing import Any

from flask_security import current_user

from feedback_app import clock
from feedback_app.db import db
from feedback_app.handling.desk.models import NOTE_MAX
from feedback_app.handling.desk.notes import TAKE_BACK_MINUTES, may_take_back, notes_of
from feedback_app.handling.queries import CaseFile
from feedback_app.identity.queries import names_of


def read(file: CaseFile, can_answer: bool) -> dict[str, Any] | None:
    """Return the notes on a case, and whether the reader may add one; None where there is neither."""
    session, now = db.session(), clock.utcnow()
    notes = notes_of(session, file.case)
    if not notes and not can_answer:
        return None
    names = names_of(session, [note.author_id for note in notes])
    return {
        "notes": [(note, names.get(note.author_id, "–"), may_take_back(note, current_user.id, now)) for note in notes],
        "can_write": can_answer,
        "time_zone": file.time_zone,
        "most": NOTE_MAX,
        "minutes": TAKE_BACK_MINUTES,
    }
