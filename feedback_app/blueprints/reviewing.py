"""The page of whoever decides what employees contest: only what was given to them, and no citizen behind it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.expired_staff_forms import draw_staff_form_again
from feedback_app.blueprints.file_answers import file_answer
from feedback_app.blueprints.forms.replies import DecisionForm
from feedback_app.blueprints.kept_words import kept_words
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.evaluation.replies import queries, reviewing
from feedback_app.evaluation.replies.contests import ContestEndedError, UnknownContestError
from feedback_app.evaluation.replies.files import file_of, files_of
from feedback_app.evaluation.replies.own_record import duty_by_counter
from feedback_app.evaluation.replies.queries import ContestRow
from feedback_app.evaluation.replies.rules import ContestState, corrections_for
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency

bp = staff_blueprint("reviewing")


@bp.get("/penelaahan")
@requires(Permission.REVIEW_CONTEST)
def listed() -> ResponseReturnValue:
    """Show what was given to the signed-in reviewer."""
    rows = queries.contests_of_reviewer(db.session(), current_user.id)
    return render_template(
        "reviewing/listed.html",
        waiting=[row for row in rows if row.contest.state is ContestState.ASSIGNED],
        decided=[row for row in rows if row.contest.state is ContestState.DECIDED],
        today=today(),
    )


@bp.route("/penelaahan/<int:contest_id>", methods=["GET", "POST"])
@requires(Permission.REVIEW_CONTEST)
def contest(contest_id: int) -> ResponseReturnValue:
    """Show a contest to its reviewer; decide it as they say."""
    try:
        row = queries.contest_of_reviewer(db.session(), current_user.id, contest_id)
    except UnknownContestError as error:
        if request.method == "GET":
            raise
        return kept_words(error, request.form.get("explanation"), url_for("reviewing.listed"))
    if request.method == "GET":
        return _page(row, DecisionForm(row.contest.kind, formdata=None))
    form = DecisionForm(row.contest.kind)
    if not form.validate():
        return _page(row, form), 422
    return _decide(row, form)


@bp.get("/penelaahan/<int:contest_id>/berkas/<int:file_id>")
@requires(Permission.REVIEW_CONTEST)
def contest_file(contest_id: int, file_id: int) -> ResponseReturnValue:
    """Give a reviewer a file of a contest that is theirs."""
    row = queries.contest_of_reviewer(db.session(), current_user.id, contest_id)
    found, place = file_of(db.session(), row.contest, file_id)
    return file_answer(found, place, "sanggahan")


def _decide(row: ContestRow, form: DecisionForm) -> ResponseReturnValue:
    contest_id = row.contest.id
    try:
        left_out = reviewing.decide(
            db.session(), row.cycle, row.contest, form.decision(), user_id=current_user.id, today=today(),
            now=clock.utcnow(),
        )  # fmt: skip
    except ContestEndedError as error:
        return kept_words(error, form.explanation.data, url_for("reviewing.listed"))
    except DomainError as error:
        db.session.rollback()
        form.form_errors = [translated(error.message)]
        return _page(queries.contest_of_reviewer(db.session(), current_user.id, contest_id), form), error.status
    db.session.commit()
    flash(_done(left_out), "success")
    return redirect(url_for("reviewing.listed"), 303)


def _done(left_out: int) -> str:
    if left_out:
        return str(gettext("Putusan disimpan. Penilaian yang bersangkutan tidak dihitung lagi pada hitung ulang."))
    return str(gettext("Putusan disimpan dan disampaikan kepada pegawai."))


def _decision_again(sentences: list[str], *, contest_id: int) -> str:
    row = queries.contest_of_reviewer(db.session(), current_user.id, contest_id)
    form = DecisionForm(row.contest.kind)
    form.form_errors = [translated(words) for words in sentences]
    return _page(row, form)


bp.record_once(lambda state: draw_staff_form_again(state.app, "reviewing.contest", _decision_again, "explanation"))


def _page(row: ContestRow, form: DecisionForm) -> str:
    session = db.session()
    return render_template(
        "reviewing/review.html",
        row=row,
        contest=row.contest,
        cycle=row.cycle,
        agency=session.get_one(Agency, row.contest.agency_id),
        known=queries.known_about(session, row),
        by_counter=duty_by_counter,
        files=files_of(session, row.contest),
        form=form,
        corrections_for=corrections_for,
    )
