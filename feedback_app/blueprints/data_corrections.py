"""The rights over one's own data that somebody has to answer: have it corrected, have its processing suspended."""

from __future__ import annotations

from flask import flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm

from feedback_app import clock
from feedback_app.audit.operations import CITIZEN
from feedback_app.blueprints.formats import moment
from feedback_app.blueprints.forms.tracking import CorrectionForm, RestrictionForm
from feedback_app.blueprints.opened_report import check_same_report, opened, seal, to_lookup, to_status
from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.tracking import bp
from feedback_app.db import db
from feedback_app.errors import ConflictError
from feedback_app.handling.citizens.correcting import ask_to_correct
from feedback_app.handling.citizens.models import RequestOutcome, SubjectRequest
from feedback_app.handling.citizens.restricting import ask_to_restrict, lift_restriction
from feedback_app.handling.citizens.tracked import Tracked


@bp.route("/lacak/perbaiki", methods=["GET", "POST"])
def correction() -> ResponseReturnValue:
    """Ask what is wrong and how it should read; keep it beside the report, or note the request."""
    report = opened()
    if report is None:
        return to_lookup()
    if report.erased_at is not None:
        return to_status()
    form = CorrectionForm()
    if request.method == "GET" or not form.validate():
        return _page("tracking/correct.html", form, report)
    check_same_report()
    try:
        asked = ask_to_correct(
            db.session(), report.agency_id, report.submission_id, wrong=form.wrong.data or "",
            should_be=form.should_be.data or "", now=clock.utcnow(),
        )  # fmt: skip
    except ConflictError as error:
        db.session.rollback()
        form.wrong.errors = [error.message]
        return _page("tracking/correct.html", form, report)
    said = _said(asked, report, gettext("Perbaikan Anda sudah dicatat di samping tulisan laporan."))
    db.session.commit()
    flash(said, "success")
    return to_status()


@bp.route("/lacak/batasi", methods=["GET", "POST"])
def restriction() -> ResponseReturnValue:
    """Say what a restriction means, and ask for it."""
    report = opened()
    if report is None:
        return to_lookup()
    form = RestrictionForm()
    if request.method == "GET" or not form.validate():
        return _page("tracking/restrict.html", form, report)
    check_same_report()
    try:
        asked = ask_to_restrict(
            db.session(), report.agency_id, report.submission_id, form.why.data, now=clock.utcnow()
        )  # fmt: skip
    except ConflictError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return to_status()
    said = _said(asked, report, gettext("Pemakaian laporan ini sekarang dibatasi."))
    db.session.commit()
    flash(said, "success")
    return to_status()


@bp.post("/lacak/batasi/akhiri")
def restriction_lifted() -> ResponseReturnValue:
    """Let the report be used again, at its sender's word."""
    report = opened()
    if report is None:
        return to_lookup()
    check_same_report()
    try:
        lift_restriction(db.session(), report.agency_id, report.submission_id, actor=CITIZEN, now=clock.utcnow())
    except ConflictError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return to_status()
    db.session.commit()
    flash(gettext("Pembatasan sudah diakhiri. Laporan dipakai lagi seperti biasa."), "success")
    return to_status()


def _page(template: str, form: FlaskForm, report: Tracked) -> ResponseReturnValue:
    page = render_template(template, form=form, report=report, seal=seal())
    return not_stored(make_response(page, 422 if form.errors else 200))


def _said(asked: SubjectRequest, report: Tracked, done: str) -> str:
    if asked.outcome is RequestOutcome.DONE:
        return done
    due = moment(asked.due_at, report.time_zone)
    noted: str = gettext("Permintaan Anda sudah dicatat. Petugas menjawabnya paling lambat %(due)s.", due=due)
    return noted
