"""Send a case on to the unit it belongs to; the form for it is in `disposal_panel`."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.case_page import check_unchanged
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.disposition import dispose
from feedback_app.handling.queries import UnknownCaseError, case_for
from feedback_app.identity.rules import Permission


@bp.post("/kasus/<int:case_id>/teruskan")
@requires(Permission.ANSWER_CASE)
def send_on(case_id: int) -> ResponseReturnValue:
    """Send a case on; who may not see it any more from here on is led back to the inbox."""
    wanted = Permission.ANSWER_CASE
    found = case_for(db.session(), current_user.id, case_id, permission=wanted, day=today(), for_update=True)
    unit_id = number_or_none(request.form.get("unit_id"))
    here = redirect(url_for("cases.case", case_id=case_id), 303)
    if unit_id is None:
        flash(gettext("Pilih unit yang dituju."), "error")
        return here
    try:
        check_unchanged(found, number_or_none(request.form.get("version")))
        dispose(db.session(), found, unit_id, request.form.get("reason", ""), current_user.id, clock.utcnow())
    except DomainError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return here
    db.session.commit()
    flash(gettext("Kasus sudah diteruskan."), "success")
    return here if _still_mine(case_id) else redirect(url_for("cases.inbox"), 303)


def _still_mine(case_id: int) -> bool:
    try:
        case_for(db.session(), current_user.id, case_id, permission=Permission.READ_INBOX, day=today())
    except UnknownCaseError:
        return False
    return True
