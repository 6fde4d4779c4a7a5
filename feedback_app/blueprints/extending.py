"""Give a case more time; the form for it is in `extension_panel`."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints import extension_panel
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.case_page import case_page, check_unchanged
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.forms.staff import ReplyForm
from feedback_app.blueprints.my_cases import my_case
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.clocks import extension
from feedback_app.identity.rules import Permission


@bp.post("/kasus/<int:case_id>/perpanjang")
@requires(Permission.ANSWER_CASE)
def extend(case_id: int) -> ResponseReturnValue:
    """Extend the clocks of a case once; a refused reason is shown again, never lost."""
    found, reason = my_case(case_id, for_update=True), request.form.get("reason", "")
    try:
        check_unchanged(found, number_or_none(request.form.get("version")))
        extension.extend(db.session(), found, reason, user_id=current_user.id, now=clock.utcnow())
    except DomainError as error:
        db.session.rollback()
        sentence = translated(error.message)
        flash(sentence, "error")
        extension_panel.show_refused(sentence, reason)
        fresh = my_case(case_id, Permission.READ_INBOX)
        return case_page(fresh, ReplyForm(formdata=None)), error.status
    db.session.commit()
    flash(gettext("Tenggat diperpanjang, dan alasannya dikirim kepada pelapor."), "success")
    return redirect(url_for("cases.case", case_id=case_id), 303)
