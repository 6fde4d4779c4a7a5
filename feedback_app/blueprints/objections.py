"""Objections to final results: the evaluator explains, the evaluator's superior decides."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import Actor, person
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.evaluation_frame import bp, holds
from feedback_app.blueprints.expired_staff_forms import draw_staff_form_again
from feedback_app.blueprints.forms.cycles import DecideForm, ExplainForm, VersionForm
from feedback_app.blueprints.forms.staff import StaffForm
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.evaluation.cycles import objections as rooms
from feedback_app.evaluation.cycles.conflicts import OwnPartError, parts_of
from feedback_app.evaluation.cycles.queries import ObjectionRow, decides, newer_version, objection_for, objections_for
from feedback_app.evaluation.replies.rules import ObjectionOutcome, asks_for_version
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.rules import mask_nip

_READERS = (Permission.MANAGE_CYCLE, Permission.DECIDE_OBJECTION)


@bp.get("/keberatan")
@requires(*_READERS)
def objections() -> ResponseReturnValue:
    """List the objections an account explains or decides."""
    rows = objections_for(db.session(), current_user.id, today())
    waiting = [row for row in rows if row.objection.outcome is None]
    decided = [row for row in rows if row.objection.outcome is not None]
    zones = {agency_id: _agency(agency_id).time_zone for agency_id in {row.objection.agency_id for row in rows}}
    return render_template("evaluation/objections.html", waiting=waiting, decided=decided, zones=zones)


@bp.get("/keberatan/<int:objection_id>")
@requires(*_READERS)
def objection(objection_id: int) -> ResponseReturnValue:
    """Show one objection with its clocks, what was explained and decided, and the next act."""
    return _page(_row(objection_id))


@bp.post("/keberatan/<int:objection_id>/penjelasan")
@requires(Permission.MANAGE_CYCLE)
def explain_objection(objection_id: int) -> ResponseReturnValue:
    """Add the evaluator's explanation."""
    row, form = _row(objection_id), ExplainForm()

    def act() -> None:
        if not holds(row.cycle.id, Permission.MANAGE_CYCLE):
            raise OwnPartError("Penjelasan diberikan oleh pejabat yang mengelola siklus ini.")
        rooms.explain(
            db.session(), row.objection, words=form.words.data or "", actor=_me(), now=clock.utcnow()
        )  # fmt: skip

    return _act(row, form, act, gettext("Penjelasan tersimpan. Atasan Pejabat Penilai memutus keberatan ini."))


@bp.post("/keberatan/<int:objection_id>/keputusan")
@requires(Permission.DECIDE_OBJECTION)
def decide_objection(objection_id: int) -> ResponseReturnValue:
    """Decide an objection, for good."""
    row, form = _row(objection_id), DecideForm()

    def act() -> None:
        if not decides(db.session(), current_user.id, row, today()):
            raise OwnPartError("Keberatan ini diputus oleh atasan Pejabat Penilai dari unit pegawai tersebut.")
        rooms.decide(
            db.session(), row.objection, outcome=ObjectionOutcome(form.outcome.data), words=form.words.data or "",
            actor=_me(), now=clock.utcnow(),
        )  # fmt: skip

    return _act(row, form, act, gettext("Keputusan tersimpan dan bersifat final."))


def _act(row: ObjectionRow, form: StaffForm, act: Callable[[], None], done: str) -> ResponseReturnValue:
    objection_id = row.objection.id
    if not form.validate():
        return _page(row, form), 422
    try:
        act()
    except DomainError as error:
        db.session.rollback()
        form.form_errors.append(error.message)
        return _page(_row(objection_id), form), error.status
    db.session.commit()
    flash(done, "success")
    return redirect(url_for("evaluation.objection", objection_id=objection_id), 303)


def _explanation_again(sentences: list[str], *, objection_id: int) -> str:
    return _again(ExplainForm(), sentences, objection_id)


def _decision_again(sentences: list[str], *, objection_id: int) -> str:
    return _again(DecideForm(), sentences, objection_id)


def _again(form: StaffForm, sentences: list[str], objection_id: int) -> str:
    form.form_errors = [translated(words) for words in sentences]
    return _page(_row(objection_id), form)


bp.record_once(
    lambda state: draw_staff_form_again(state.app, "evaluation.explain_objection", _explanation_again, "words")
)
bp.record_once(lambda state: draw_staff_form_again(state.app, "evaluation.decide_objection", _decision_again, "words"))


def _row(objection_id: int) -> ObjectionRow:
    return objection_for(db.session(), current_user.id, objection_id, today())


def _page(row: ObjectionRow, form: StaffForm | None = None) -> str:
    session, objection, cycle = db.session(), row.objection, row.cycle
    parts = parts_of(session, cycle, objection.employee_id, current_user.id)
    decider = decides(session, current_user.id, row, today())
    manages = holds(cycle.id, Permission.MANAGE_CYCLE)
    reason = gettext("Keberatan nomor %(number)s: %(decision)s", number=objection.id, decision=objection.decision or "")
    return render_template(
        "evaluation/objection.html",
        row=row,
        objection=objection,
        cycle=cycle,
        agency=_agency(cycle.agency_id),
        nip=mask_nip(row.nip),
        may_explain=manages and objection.explained_at is None and objection.outcome is None,
        may_decide=decider and not parts and objection.outcome is None,
        own_part=rooms.own_part_words(parts) if decider and parts else None,
        may_open_version=manages and asks_for_version(objection.outcome) and newer_version(session, cycle) is None,
        version_form=VersionForm(formdata=None, data={"reason": reason, "objection_id": objection.id}),
        explain_form=form if isinstance(form, ExplainForm) else ExplainForm(formdata=None),
        decide_form=form if isinstance(form, DecideForm) else DecideForm(formdata=None),
        form=form,
    )


def _agency(agency_id: int) -> Agency:
    return db.session().get_one(Agency, agency_id)


def _me() -> Actor:
    return person(current_user.id)
