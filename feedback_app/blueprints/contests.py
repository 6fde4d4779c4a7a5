"""What employees contest in a cycle, for its evaluator: who decides it, and what is still to be put right."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.evaluation_frame import bp, cycle_within_reach, holds, whole_cycle
from feedback_app.blueprints.file_answers import file_answer
from feedback_app.blueprints.forms.replies import AssignForm
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.evaluation.cycles.office_days import calendar_of
from feedback_app.evaluation.cycles.progress import waiting_replies
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies import queries, reviewing
from feedback_app.evaluation.replies.conflicts import candidates
from feedback_app.evaluation.replies.files import file_of, files_of
from feedback_app.evaluation.replies.own_record import duty_by_counter
from feedback_app.evaluation.replies.queries import ContestRow
from feedback_app.evaluation.replies.rules import OPEN_STATES, ContestState
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency


@bp.get("/evaluasi/<int:cycle_id>/sanggahan")
@requires(Permission.READ_EVIDENCE)
def contests(cycle_id: int) -> ResponseReturnValue:
    """Show the contests of a cycle within reach, all or those of one state."""
    cycle = cycle_within_reach(cycle_id)
    state = request.args.get("state", type=ContestState)
    rows = queries.contests_in_cycle(db.session(), current_user.id, cycle, today())
    return render_template(
        "reviewing/contests.html",
        cycle=cycle,
        rows=[row for row in rows if state is None or row.contest.state is state],
        total=len(rows),
        state=state,
        states={one: sum(row.contest.state is one for row in rows) for one in ContestState},
        uncorrected=[row for row in rows if row.contest.correction and row.contest.corrected_at is None],
        to_recompute=waiting_replies(db.session(), cycle).newer_than_figures,
        today=_agency_day(cycle),
    )


@bp.get("/evaluasi/<int:cycle_id>/sanggahan/<int:contest_id>")
@requires(Permission.READ_EVIDENCE)
def one_contest(cycle_id: int, contest_id: int) -> ResponseReturnValue:
    """Show one contest, and who may decide it."""
    cycle = cycle_within_reach(cycle_id)
    return _page(cycle, contest_id, None)


@bp.post("/evaluasi/<int:cycle_id>/sanggahan/<int:contest_id>/penelaah")
@requires(Permission.MANAGE_CYCLE)
def assign_contest(cycle_id: int, contest_id: int) -> ResponseReturnValue:
    """Name who decides a contest."""
    cycle = whole_cycle(cycle_id, Permission.MANAGE_CYCLE)
    contest = _row(cycle, contest_id).contest
    form = AssignForm(())
    if not form.validate():
        return _page(cycle, contest_id, form), 422
    try:
        reviewing.assign(
            db.session(), cycle, contest, int(form.reviewer_id.data), seen=form.seen_reviewer,
            user_id=current_user.id, today=today(), now=clock.utcnow(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        form.form_errors = [translated(error.message)]
        return _page(whole_cycle(cycle_id, Permission.MANAGE_CYCLE), contest_id, form), error.status
    db.session.commit()
    flash(gettext("Penelaah ditunjuk dan diberi kabar."), "success")
    return redirect(url_for("evaluation.contests", cycle_id=cycle_id), 303)


@bp.post("/evaluasi/<int:cycle_id>/sanggahan/<int:contest_id>/diperbaiki")
@requires(Permission.MANAGE_CYCLE)
def correct_contest(cycle_id: int, contest_id: int) -> ResponseReturnValue:
    """Note that what a decision asked for has been put right."""
    cycle = whole_cycle(cycle_id, Permission.MANAGE_CYCLE)
    contest = _row(cycle, contest_id).contest
    try:
        reviewing.mark_corrected(db.session(), cycle, contest, user_id=current_user.id, now=clock.utcnow())
    except reviewing.NothingChangedError as error:
        db.session.rollback()
        form = AssignForm((), formdata=None)
        form.form_errors = [translated(error.message)]
        return _page(whole_cycle(cycle_id, Permission.MANAGE_CYCLE), contest_id, form), error.status
    db.session.commit()
    flash(gettext("Perbaikan dicatat. Hitung ulang siklus ini agar hasilnya ikut berubah."), "success")
    return redirect(url_for("evaluation.one_contest", cycle_id=cycle_id, contest_id=contest_id), 303)


@bp.get("/evaluasi/<int:cycle_id>/sanggahan/<int:contest_id>/berkas/<int:file_id>")
@requires(Permission.READ_EVIDENCE)
def contest_file(cycle_id: int, contest_id: int, file_id: int) -> ResponseReturnValue:
    """Give an evaluator a file of a contest."""
    cycle = cycle_within_reach(cycle_id)
    row, place = file_of(db.session(), _row(cycle, contest_id).contest, file_id)
    return file_answer(row, place, "sanggahan")


def _row(cycle: Cycle, contest_id: int) -> ContestRow:
    return queries.contest_in_cycle(db.session(), current_user.id, cycle, contest_id, today())


def _agency_day(cycle: Cycle) -> date:
    return calendar_of(db.session(), cycle.agency_id, clock.utcnow())[1]


def _page(cycle: Cycle, contest_id: int, form: AssignForm | None) -> str:
    row, session = _row(cycle, contest_id), db.session()
    offered = candidates(session, cycle, row.contest, today=today())
    shown = AssignForm(offered, formdata=None)
    shown.seen.data = str(row.contest.reviewer_id or "")
    if form is not None:
        shown.reviewer_id.data, shown.reviewer_id.errors = form.reviewer_id.data, form.reviewer_id.errors
        shown.form_errors = form.form_errors
    may_manage = holds(cycle.id, Permission.MANAGE_CYCLE)
    return render_template(
        "reviewing/contest.html",
        row=row,
        contest=row.contest,
        cycle=cycle,
        agency=session.get_one(Agency, cycle.agency_id),
        known=queries.known_about(session, row),
        by_counter=duty_by_counter,
        files=files_of(session, row.contest),
        form=shown,
        offered=offered,
        may_assign=may_manage and row.contest.state in OPEN_STATES,
        may_correct=may_manage,
    )
