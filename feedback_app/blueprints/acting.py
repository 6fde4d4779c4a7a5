"""One act on one case: read its form, do it, commit, say so. What was typed stands there again where it was refused.

An act is a form of `act_forms.ActForm`, a view that calls `act`, and a `Panel` in `case_panels.ACTS` whose template
draws what `act_forms.drawn` returns.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app.blueprints.act_forms import ActForm, refuse
from feedback_app.blueprints.case_page import case_page, check_unchanged
from feedback_app.blueprints.my_cases import is_mine, my_case
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.reply_panel import blank_form
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.models import Case
from feedback_app.identity.rules import Permission


def act(
    case_id: int,
    form: ActForm,
    do: Callable[[Case], object],
    done: str,
    *,
    permission: Permission = Permission.ANSWER_CASE,
) -> ResponseReturnValue:
    """Do something to a case that its form asks for, and lead back to its page.

    Who may not see the case any more from here on is led to the inbox.
    """
    case = my_case(case_id, permission, for_update=True)
    if not form.validate():
        return _drawn(case, form, 422)
    try:
        check_unchanged(case, number_or_none(form.version.data))
        do(case)
    except DomainError as error:
        db.session.rollback()
        form.form_errors = [
            translated(error.message),
            gettext("Belum ada yang dicatat; isian Anda masih ada di bawah."),
        ]
        return _drawn(my_case(case_id, Permission.READ_INBOX), form, error.status)
    db.session.commit()
    flash(done, "success")
    may_stay = is_mine(case_id, Permission.READ_INBOX)
    return redirect(url_for("cases.case", case_id=case_id) if may_stay else url_for("cases.inbox"), 303)


def _drawn(case: Case, form: ActForm, status: int) -> ResponseReturnValue:
    refuse(form)
    return case_page(case, blank_form(case)), status
