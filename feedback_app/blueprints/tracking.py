"""Follow a report with its code, and say whether its answer solved it."""

from __future__ import annotations

import hashlib
import hmac

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug import Response

from feedback_app import clock
from feedback_app.blueprints import carried
from feedback_app.blueprints.access import today
from feedback_app.blueprints.forms.tracking import LookupForm, VerdictForm
from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.timeline import timeline
from feedback_app.db import db
from feedback_app.errors import ConflictError, DomainError
from feedback_app.handling.operations import judge
from feedback_app.handling.queries import Tracked, case_of_submission, tracked
from feedback_app.handling.rules import CaseStatus, Outcome
from feedback_app.intake.codes import code_hash

bp = Blueprint("tracking", __name__)


class OtherReportError(ConflictError):
    """The page on which the verdict was given shows another report than the one now opened in this browser."""

    code = "other_report"


@bp.route("/lacak", methods=["GET", "POST"])
def lookup() -> ResponseReturnValue:
    """Ask for a tracking code; open what it belongs to."""
    form = LookupForm()
    if request.method == "POST" and form.validate():
        tracking_hash = code_hash(form.normalised, current_app.config["TRACKING_KEY"])
        if tracked(db.session(), tracking_hash, day=today()) is not None:
            carried.carry_tracked(tracking_hash, now=clock.utcnow())
            return not_stored(redirect(url_for("tracking.status"), 303))
        form.code.errors = [gettext("Kode ini tidak dikenal. Periksa kembali pada tanda terima Anda.")]
    page = render_template("tracking/lookup.html", form=form)
    return not_stored(make_response(page, 422 if form.errors else 200))


@bp.get("/lacak/status")
def status() -> ResponseReturnValue:
    """Show what happened to the report opened in this browser."""
    report = _opened()
    if report is None:
        return not_stored(redirect(url_for("tracking.lookup"), 303))
    return _status_page(report, VerdictForm(formdata=None))


@bp.post("/lacak/putusan")
def verdict() -> ResponseReturnValue:
    """Take the citizen's word on the answer."""
    report = _opened()
    if report is None:
        return not_stored(redirect(url_for("tracking.lookup"), 303))
    _check_same_report()
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
        return not_stored(redirect(url_for("tracking.status"), 303))
    db.session.commit()
    flash(gettext("Terima kasih. Putusan Anda sudah dicatat."), "success")
    return not_stored(redirect(url_for("tracking.status"), 303))


def _opened() -> Tracked | None:
    tracking_hash = carried.carried_tracked(now=clock.utcnow())
    return tracked(db.session(), tracking_hash, day=today()) if tracking_hash else None


def _check_same_report() -> None:
    if not hmac.compare_digest(request.form.get("report", "").encode(), _seal().encode()):
        raise OtherReportError(
            "Laporan lain telah dibuka di peramban ini, sehingga putusan Anda belum dicatat. "
            "Buka lagi laporan yang Anda maksud dengan kodenya, lalu beri putusan."
        )


def _seal() -> str:
    """Return a mark of the report opened in this browser, from which nobody can read its code or its hash."""
    tracking_hash = carried.carried_tracked(now=clock.utcnow()) or b""
    key: bytes = current_app.config["TRACKING_KEY"]
    return hashlib.blake2b(tracking_hash, key=key, person=b"verdict-form", digest_size=16).hexdigest()


def _status_page(report: Tracked, form: VerdictForm) -> Response:
    awaits_verdict = report.case is not None and report.case.status is CaseStatus.ANSWERED
    page = render_template(
        "tracking/status.html", report=report, steps=timeline(report), form=form, awaits_verdict=awaits_verdict,
        seal=_seal(),
    )  # fmt: skip
    return not_stored(make_response(page, 422 if form.errors else 200))
