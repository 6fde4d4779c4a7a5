"""Notes on a case: written and taken back; the list of them is in `notes_panel`."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.forms.answers import NoteForm
from feedback_app.blueprints.my_cases import my_case
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.handling.desk import notes
from feedback_app.identity.rules import Permission


@bp.post("/kasus/<int:case_id>/catatan")
@requires(Permission.ANSWER_CASE)
def add_note(case_id: int) -> ResponseReturnValue:
    """Keep a note; one that cannot be kept is shown again."""
    case, form = my_case(case_id), NoteForm()
    if not form.validate():
        return render_template("cases/note.html", case=case, form=form), 422
    try:
        notes.add_note(db.session(), case, form.text.data or "", user_id=current_user.id, now=clock.utcnow())
    except InvalidInputError as error:
        # With personal data masked it may be longer than it was typed.
        db.session.rollback()
        form.form_errors = [error.message]
        return render_template("cases/note.html", case=my_case(case_id), form=form), error.status
    db.session.commit()
    flash(gettext("Catatan tersimpan. Pelapor tidak membacanya."), "success")
    return _back(case_id)


@bp.post("/kasus/<int:case_id>/catatan/<int:note_id>/hapus")
@requires(Permission.ANSWER_CASE)
def take_back_note(case_id: int, note_id: int) -> ResponseReturnValue:
    """Take back a note of one's own, within the hour."""
    case = my_case(case_id)
    try:
        notes.take_back(db.session(), case, note_id, user_id=current_user.id, now=clock.utcnow())
    except ConflictError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return _back(case_id)
    db.session.commit()
    flash(gettext("Catatan dihapus."), "success")
    return _back(case_id)


def _back(case_id: int) -> ResponseReturnValue:
    return redirect(url_for("cases.case", case_id=case_id, _anchor="catatan"), 303)
