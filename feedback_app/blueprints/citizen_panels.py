"""What the page of a case shows of what citizens added: the reporter's words and requests, others who joined."""

from __future__ import annotations

from functools import partial
from typing import Any

from feedback_app import clock
from feedback_app.blueprints.due import due
from feedback_app.db import db
from feedback_app.handling.citizens.followers import followers_of
from feedback_app.handling.citizens.subject_requests import open_requests_of
from feedback_app.handling.citizens.words import redacted_words
from feedback_app.handling.queries import CaseFile


def read_words(file: CaseFile, _can_answer: bool) -> dict[str, Any] | None:
    """Return what the reporter added to a case, personal data masked."""
    words = redacted_words(db.session(), file.case)
    return {"words": words, "time_zone": file.time_zone} if words else None


def read_followers(file: CaseFile, _can_answer: bool) -> dict[str, Any] | None:
    """Return how many others joined a case, and what they wrote, personal data masked."""
    joined = followers_of(db.session(), file.case)
    if not joined:
        return None
    words = [(one.joined_at, one.redacted_text) for one in joined if one.redacted_text]
    return {"count": len(joined), "words": words, "time_zone": file.time_zone}


def read_requests(file: CaseFile, can_answer: bool) -> dict[str, Any] | None:
    """Return the open requests of a reporter, for whoever answers for the case."""
    waiting = open_requests_of(db.session(), file.case) if can_answer else []
    if not waiting:
        return None
    show_due = partial(due, time_zone=file.time_zone, now=clock.utcnow())
    return {"requests": [(request, show_due(request.due_at)) for request in waiting], "time_zone": file.time_zone}
