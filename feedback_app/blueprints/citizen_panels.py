"""What the page of a case shows of what citizens added: the reporter's words and requests, others who joined."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import g

from feedback_app import clock
from feedback_app.blueprints.due import due
from feedback_app.blueprints.forms.requests import SettleForm
from feedback_app.db import db
from feedback_app.handling.citizens.followers import followers_of
from feedback_app.handling.citizens.request_words import corrections_of, words_of
from feedback_app.handling.citizens.subject_requests import open_requests_of
from feedback_app.handling.citizens.words import redacted_words
from feedback_app.handling.queries import CaseFile
from feedback_app.intake.restrictions import standing


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
    show_due, words = partial(due, time_zone=file.time_zone, now=clock.utcnow()), words_of(db.session(), waiting)
    return {
        "requests": [(request, show_due(request.due_at), words.get(request.id)) for request in waiting],
        "time_zone": file.time_zone, "typed": _typed([request.id for request in waiting]),
    }  # fmt: skip


def _typed(request_ids: list[int]) -> dict[int, str]:
    """Return the reason that was refused in this request, by the request for which it was typed."""
    refused = g.get("refused_act")
    if not isinstance(refused, SettleForm) or refused.request_id not in request_ids:
        return {}
    g.refused_act_drawn = True
    return {refused.request_id: refused.reason.data or ""}


def read_corrections(file: CaseFile, can_answer: bool) -> dict[str, Any] | None:
    """Return what stands beside a report: corrections of its reporter, and whether it is restricted."""
    key = (file.case.agency_id, file.case.submission_id)
    found, restriction = corrections_of(db.session(), *key), standing(db.session(), *key)
    if not found and restriction is None:
        return None
    return {
        "corrections": found, "restricted_since": restriction.starts_at if restriction else None,
        "may_lift": can_answer, "case_id": file.case.id, "time_zone": file.time_zone,
    }  # fmt: skip
