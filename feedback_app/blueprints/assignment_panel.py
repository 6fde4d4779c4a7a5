"""The act on a case's page with which it is given to a colleague or taken over."""

from __future__ import annotations

from typing import Any

from flask_security import current_user

from feedback_app.blueprints.access import today
from feedback_app.db import db
from feedback_app.handling.handing_on.assignment import ASSIGNABLE, colleagues, may_give
from feedback_app.handling.queries import CaseFile


def read(file: CaseFile, can_answer: bool) -> dict[str, Any] | None:
    """Return who may be given the case and whether the reader may take it over; None where neither is to be had."""
    case = file.case
    if not can_answer or case.status not in ASSIGNABLE:
        return None
    may = may_give(db.session(), case, current_user.id, day=today())
    others = colleagues(db.session(), case, day=today()) if may else []
    others = [one for one in others if one.id not in {case.assigned_to, current_user.id}]
    may_take_over = case.assigned_to not in {None, current_user.id}
    if not others and not may_take_over:
        return None
    return {"colleagues": others, "may_take_over": may_take_over, "me": current_user.id}
