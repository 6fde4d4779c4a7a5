"""Give a case that has no unit to one that examines it; the form for it is in `placing_panel`."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.acting import act
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.forms.disposing import PlaceForm
from feedback_app.db import db
from feedback_app.handling.handing_on.placement import place
from feedback_app.identity.rules import Permission


@bp.post("/kasus/<int:case_id>/serahkan")
@requires(Permission.PLACE_CASE)
def place_case(case_id: int) -> ResponseReturnValue:
    """Give the case away; who did so is led back to the inbox, for they may not read it any more."""
    form = PlaceForm()
    return act(
        case_id, form,
        lambda case: place(
            db.session(), case, int(form.unit_id.data), form.reason.data or "", user_id=current_user.id,
            now=clock.utcnow(),
        ),
        gettext("Kasus sudah diserahkan. Anda tidak membacanya lagi."),
        permission=Permission.PLACE_CASE,
    )  # fmt: skip
