"""Send a case on to the unit it belongs to; the form for it is in `disposal_panel`."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.acting import act
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.forms.disposing import DisposeForm
from feedback_app.db import db
from feedback_app.handling.handing_on.disposition import dispose
from feedback_app.identity.rules import Permission


@bp.post("/kasus/<int:case_id>/teruskan")
@requires(Permission.ANSWER_CASE)
def send_on(case_id: int) -> ResponseReturnValue:
    """Send a case on; who may not see it any more from here on is led back to the inbox."""
    form = DisposeForm()
    return act(
        case_id, form,
        lambda case: dispose(
            db.session(), case, int(form.unit_id.data), form.reason.data or "", current_user.id, clock.utcnow()
        ),
        gettext("Kasus sudah diteruskan."),
    )  # fmt: skip
