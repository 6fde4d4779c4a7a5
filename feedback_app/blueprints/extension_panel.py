"""The form on a case's page with which an officer gives it more time, where its rule allows that."""

from __future__ import annotations

from typing import Any

from flask import g

from feedback_app import clock
from feedback_app.db import db
from feedback_app.handling.clocks.extension import REASON_MAX, REASON_MIN, extension_days
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.queries import CaseFile


def read(file: CaseFile, can_answer: bool) -> dict[str, Any] | None:
    """Return by how much the case can be extended; None where it cannot, unless a refused reason is to be shown."""
    if not can_answer:
        return None
    refused: tuple[str, str] | None = g.get("refused_extension")
    days = extension_days(file.case, clocks_of(db.session(), file.case.agency_id), clock.utcnow())
    if days is None and refused is None:
        return None
    return {"days": days, "least": REASON_MIN, "most": REASON_MAX, "refused": refused}


def show_refused(sentence: str, reason: str) -> None:
    """Let the form of this request's page stand open with what was typed and why it was refused."""
    g.refused_extension = (sentence, reason)
