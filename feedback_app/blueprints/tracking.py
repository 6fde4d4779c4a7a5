"""Follow a report with its code, and say whether its answer solved it."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug import Response

from feedback_app import clock
from feedback_app.blueprints import carried
from feedback_app.blueprints.access import today
from feedback_app.blueprints.forms.tracking import LookupForm, VerdictForm
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.timeline import timeline
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.operations import judge
from feedback_app.handling.queries import Tracked, case_of_submission, tracked
from feedback_app.handling.rules import CaseStatus, Outcome
from feedback_app.intake.codes import code_hash

bp = Blueprint("tracking", __name__)


@bp.route("/lacak", methods=["GET", "POST"])
def lookup() -> ResponseReturnValue:
    """Ask for a tracking code; open what it belongs to."""
    form = LookupForm()
    if request.method == "POST" and form.validate():
        tracking_hash = code_hash(form.normalised, current_app.config["TRACKING_KEY"])
        if tracked(db.session(), tracking_hash, day=today()) is not None:
            carried.carry_tracked(tracking_hash, now=clock.utcnow())
            return _not_stored(redirect(url_for("tracking.status"), 303))
        form.code.errors = [gettext("Kode ini tidak dikenal. Periksa kembali pada tanda terima Anda.")]
    page = render_template("tracking/lookup.html", form=form)
    return _not_stored(make_response(page, 422 if form.errors else 200))


@bp.get("/lacak/status")
def status() -> ResponseReturnValue:
    """Show what happened to the report opened in this browser."""
    report = _opened()
    if report is None:
        return _not_stored(redirect(url_for("tracking.lookup"), 303))
    return _status_page(report, VerdictForm(formdata=None))


@bp.post("/lacak/putusan")
def verdict() -> ResponseReturnValue:
    """Take the citizen's word on the answer."""
    report = _opened()
    if report is None:
        return _not_stored(redirect(url_for("tracking.lookup"), 303))
    form = VerdictForm()
    if not form.validate():
        return _status_page(report, form)
    try:
        case = case_of_submission(db.session(), report.agency_id, report.submission_id)
        judge(db.session(), case, Outcome(form.outcome.data or ""), form.words.data, now=clock.utcnow())
    except DomainError as error:
        # Two taps, or a reply in between: show where the case stands now, with the sentence that says why.
        db.session.rollback()
        flash(translated(error.message), "error")
        return _not_stored(redirect(url_for("tracking.status"), 303))
    db.session.commit()
    flash(gettext("Terima kasih. Putusan Anda sudah dicatat."), "success")
    return _not_stored(redirect(url_for("tracking.status"), 303))


def _opened() -> Tracked | None:
    tracking_hash = carried.carried_tracked(now=clock.utcnow())
    return tracked(db.session(), tracking_hash, day=today()) if tracking_hash else None


def _status_page(report: Tracked, form: VerdictForm) -> Response:
    awaits_verdict = report.case is not None and report.case.status is CaseStatus.ANSWERED
    page = render_template(
        "tracking/status.html", report=report, steps=timeline(report), form=form, awaits_verdict=awaits_verdict
    )
    return _not_stored(make_response(page, 422 if form.errors else 200))


def _not_stored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
