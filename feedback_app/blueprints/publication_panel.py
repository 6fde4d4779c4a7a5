"""The part of a case's page that says whether the public reads it."""

from __future__ import annotations

from typing import Any

from feedback_app.db import db
from feedback_app.handling.publication import publishing
from feedback_app.handling.publication.history import was_ever_shown
from feedback_app.handling.queries import CaseFile
from feedback_app.handling.rules import CaseStatus, Classification


def read(file: CaseFile, can_answer: bool) -> dict[str, Any] | None:
    """Return what is shown of a case and whether it may be; None for whoever does not answer for it."""
    case = file.case
    if not can_answer or case.is_confidential or case.classification is Classification.OVERSIGHT:
        return None
    return {
        "case": case,
        "has_history": was_ever_shown(db.session(), case),
        "current": publishing.current_publication(db.session(), case),
        "is_new": case.status is CaseStatus.NEW,
        "may_publish": publishing.may_publish(db.session(), case),
    }
