"""The parts of a case's page about reports of the same: what is merged, and the way to merge more."""

from __future__ import annotations

from typing import Any

from flask_security import current_user

from feedback_app.blueprints.access import today
from feedback_app.blueprints.my_cases import is_mine
from feedback_app.db import db
from feedback_app.handling.bulk.duplicates import MERGEABLE, copies_of
from feedback_app.handling.queries import CaseFile
from feedback_app.handling.rules import Classification
from feedback_app.identity.rules import Permission


def read_merged(file: CaseFile, can_answer: bool) -> dict[str, Any] | None:
    """Return the main case of a merged one, or what was merged into a case; None for a case by itself."""
    case = file.case
    copies = copies_of(db.session(), current_user.id, case, day=today())
    if case.duplicate_of is None and not copies:
        return None
    main_id = case.duplicate_of
    may_see_main = main_id is not None and is_mine(main_id, Permission.READ_INBOX)
    return {
        "main_id": main_id if may_see_main else None,
        "is_merged": main_id is not None,
        "copies": copies,
        "can_part": can_answer,
    }


def read_merge(file: CaseFile, can_answer: bool) -> dict[str, Any] | None:
    """Return something where the case can be merged with others."""
    case = file.case
    if not can_answer or case.duplicate_of is not None or case.status not in MERGEABLE:
        return None
    return None if case.is_confidential or case.classification is Classification.OVERSIGHT else {}
