"""The questions of a questionnaire, one by one: added, written anew, moved, taken out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.forms.survey_setup import QuestionForm
from feedback_app.blueprints.survey_frame import agency_of, bp, managed_instrument, me
from feedback_app.blueprints.survey_instruments import to_instrument, told
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.rules import Permission
from feedback_app.survey import question_editing
from feedback_app.survey.elements import RULESETS
from feedback_app.survey.models import Instrument, Question
from feedback_app.survey.official import PROPOSALS


@bp.route("/kuesioner/<int:instrument_id>/pertanyaan/baru", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEY)
def new_question(instrument_id: int) -> ResponseReturnValue:
    """Add a question: a further one of an element, or the agency's own outside the index."""
    row = managed_instrument(instrument_id)
    form = QuestionForm(RULESETS[row.ruleset])
    if not form.is_submitted():
        form.element.data = request.args.get("unsur", "")
        return _question_page(row, form)
    try:
        element = form.element.data or None
        question_editing.add_question(db.session(), row, form.draft(element), actor=me(), now=clock.utcnow())
    except DomainError as error:
        return _question_refused(instrument_id, form, error)
    db.session.commit()
    return to_instrument(instrument_id, gettext("Pertanyaan ditambahkan."))


@bp.route("/kuesioner/<int:instrument_id>/pertanyaan/<int:question_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_SURVEY)
def edit_question(instrument_id: int, question_id: int) -> ResponseReturnValue:
    """Write a question anew; what was typed is shown again where a colleague was faster."""
    row = managed_instrument(instrument_id)
    question = question_editing.question_by_id(db.session(), row, question_id)
    form = QuestionForm(RULESETS[row.ruleset], data=_shown(question))
    if not form.is_submitted():
        return _question_page(row, form, question)
    try:
        question_editing.change_question(
            db.session(), row, question, form.draft(question.element), seen=form.seen.data or "", actor=me(),
            now=clock.utcnow(),
        )  # fmt: skip
    except DomainError as error:
        return _question_refused(instrument_id, form, error, question_id)
    db.session.commit()
    return to_instrument(instrument_id, gettext("Pertanyaan tersimpan."))


@bp.post("/kuesioner/<int:instrument_id>/pertanyaan/<int:question_id>/geser")
@requires(Permission.MANAGE_SURVEY)
def move_question(instrument_id: int, question_id: int) -> ResponseReturnValue:
    """Let a question change places with the one above or below."""
    up = request.form.get("ke") == "atas"
    return _on_question(
        instrument_id, question_id, gettext("Urutan diubah."),
        lambda row, question: question_editing.move_question(
            db.session(), row, question, up=up, actor=me(), now=clock.utcnow()
        ),
    )  # fmt: skip


@bp.post("/kuesioner/<int:instrument_id>/pertanyaan/<int:question_id>/hapus")
@requires(Permission.MANAGE_SURVEY)
def remove_question(instrument_id: int, question_id: int) -> ResponseReturnValue:
    """Take a question out."""
    return _on_question(
        instrument_id, question_id, gettext("Pertanyaan dihapus."),
        lambda row, question: question_editing.remove_question(
            db.session(), row, question, actor=me(), now=clock.utcnow()
        ),
    )  # fmt: skip


def _on_question(
    instrument_id: int, question_id: int, done: str, act: Callable[[Instrument, Question], None]
) -> ResponseReturnValue:
    row = managed_instrument(instrument_id)
    question = question_editing.question_by_id(db.session(), row, question_id)
    try:
        act(row, question)
    except DomainError as error:
        return told(instrument_id, error)
    db.session.commit()
    return to_instrument(instrument_id, done)


def _question_page(row: Instrument, form: QuestionForm, question: Question | None = None, **shown: Any) -> str:
    element = RULESETS[row.ruleset].element(question.element) if question and question.element else None
    if question is not None and not form.is_submitted():
        form.seen.data = question_editing.seen_mark(question)
    return render_template(
        "survey_setup/question.html", instrument=row, agency=agency_of(row), form=form, question=question,
        element=element, proposal=PROPOSALS.get(element.key) if element else None, **shown,
    )  # fmt: skip


def _question_refused(
    instrument_id: int, form: QuestionForm, error: DomainError, question_id: int | None = None
) -> ResponseReturnValue:
    db.session.rollback()
    row = managed_instrument(instrument_id)
    form.stem.errors = [error.message]
    if question_id is None:
        return _question_page(row, form), error.status
    question = question_editing.question_by_id(db.session(), row, question_id)
    is_late = isinstance(error, question_editing.QuestionChangedError)
    if is_late:
        form.seen.data = question_editing.seen_mark(question)
    return _question_page(row, form, question, theirs=question if is_late else None), error.status


def _shown(question: Question) -> dict[str, Any]:
    return {
        "element": question.element or "", "stem": question.stem, "options": "\n".join(question.options),
        "replacement": question.replacement or "",
    }  # fmt: skip
