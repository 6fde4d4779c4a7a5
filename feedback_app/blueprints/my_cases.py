"""A case as far as the signed-in person may see it."""

from __future__ import annotations

from flask_security import current_user

from feedback_app.blueprints.access import today
from feedback_app.db import db
from feedback_app.handling.models import Case
from feedback_app.handling.queries import UnknownCaseError, case_for
from feedback_app.identity.rules import Permission


def my_case(case_id: int, permission: Permission = Permission.ANSWER_CASE, *, for_update: bool = False) -> Case:
    """Return a case in whose unit the signed-in person has a permission.

    Raises
    ------
    feedback_app.handling.queries.UnknownCaseError
        Also where the case exists and is somebody else's.
    """
    return case_for(db.session(), current_user.id, case_id, permission=permission, day=today(), for_update=for_update)


def is_mine(case_id: int, permission: Permission) -> bool:
    """Tell whether the signed-in person has a permission in a case; some read its inbox and no more."""
    try:
        my_case(case_id, permission)
    except UnknownCaseError:
        return False
    return True
