"""What the answer's part of a case's page needs: templates, and the reports that are answered with it."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext
from flask_security import current_user

from feedback_app.blueprints.access import today
from feedback_app.blueprints.forms.staff import ReplyForm
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.answers.filling import filled_for, templates_of_case
from feedback_app.handling.answers.placeholders import UnfilledPlaceholderError, placeholders_in
from feedback_app.handling.bulk.duplicates import open_copies_of
from feedback_app.handling.models import Case


def read(case: Case, form: ReplyForm) -> dict[str, Any]:
    """Return the templates of a case's unit, how many answers one answer makes, and what is left to fill in."""
    session = db.session()
    return {
        "templates": templates_of_case(session, case, day=today()),
        "merged": len(open_copies_of(session, [case.id])),
        "left": placeholders_in(form.text.data or ""),
    }


def blank_form(case: Case) -> ReplyForm:
    """Return an empty answer, or one that starts with the template the address names."""
    form = ReplyForm(formdata=None)
    if request.args.get("template"):
        _insert(form, case, request.args["template"])
    return form


def insert_template(form: ReplyForm, case: Case) -> None:
    """Put the chosen template below what is typed already."""
    _insert(form, case, request.form.get("template", ""))


def put_below(form: ReplyForm, words: str) -> None:
    """Put words below what is typed already, so that nothing typed is lost."""
    typed = (form.text.data or "").strip()
    form.text.data = f"{typed}\n\n{words}" if typed else words


def sentence(error: DomainError) -> str:
    """Return why an answer was not sent, in the language of the page."""
    if isinstance(error, UnfilledPlaceholderError):
        return str(
            gettext(
                "Isian {%(name)s} belum terisi. Ganti dengan keterangan yang benar, atau hapus.",
                name=error.name,
            )
        )
    return translated(error.message)


def _insert(form: ReplyForm, case: Case, chosen: str) -> None:
    template_id = number_or_none(chosen)
    if template_id is None:
        form.form_errors = [gettext("Pilih templat dari daftar.")]
        return
    try:
        words = filled_for(db.session(), case, template_id, user_id=current_user.id, day=today())
    except DomainError as error:
        form.form_errors = [error.message]
        return
    put_below(form, words)
