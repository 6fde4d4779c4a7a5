"""Give a case to a colleague, or take it over; the form for it is in `assignment_panel`."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.case_page import check_unchanged
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.my_cases import my_case
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.handing_on.assignment import assign as assign_case
from feedback_app.identity.queries import names_of
from feedback_app.identity.rules import Permission


@bp.post("/kasus/<int:case_id>/tugaskan")
@requires(Permission.ANSWER_CASE)
def assign(case_id: int) -> ResponseReturnValue:
    """Give a case to whom the form names; of two who do so at once the second is told."""
    case = my_case(case_id, for_update=True)
    to_user_id = number_or_none(request.form.get("user_id"))
    here = redirect(url_for("cases.case", case_id=case_id), 303)
    if to_user_id is None:
        flash(gettext("Pilih rekan yang akan menangani kasus ini."), "error")
        return here
    try:
        check_unchanged(case, number_or_none(request.form.get("version")))
        assign_case(db.session(), case, to_user_id, user_id=current_user.id, now=clock.utcnow())
    except DomainError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return here
    db.session.commit()
    flash(_done(to_user_id), "success")
    return here


def _done(to_user_id: int) -> str:
    if to_user_id == current_user.id:
        taken: str = gettext("Kasus ini sekarang ada di tangan Anda.")
        return taken
    name = names_of(db.session(), [to_user_id]).get(to_user_id, "–")
    given: str = gettext("Kasus ditugaskan kepada %(name)s, yang mendapat kabar.", name=name)
    return given
