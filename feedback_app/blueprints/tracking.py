"""Follow a report with its code, and say whether its answer solved it."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app import clock
from feedback_app.blueprints import carried
from feedback_app.blueprints.access import today
from feedback_app.blueprints.between_computations import write_between_computations
from feedback_app.blueprints.forms.tracking import LookupForm, VerdictForm
from feedback_app.blueprints.opened_report import check_same_report, opened, opened_to_follow, to_lookup, to_status
from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.status_page import followed_page, status_page
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.citizens.tracked import followed, tracked
from feedback_app.handling.operations import judge
from feedback_app.handling.queries import case_of_submission
from feedback_app.handling.rules import Outcome
from feedback_app.intake.codes import code_hash

bp = Blueprint("tracking", __name__)
write_between_computations(bp)


@bp.route("/lacak", methods=["GET", "POST"])
def lookup() -> ResponseReturnValue:
    """Ask for a tracking code; open what it belongs to."""
    form = LookupForm()
    if request.method == "POST" and form.validate():
        tracking_hash = code_hash(form.normalised, current_app.config["TRACKING_KEY"])
        if _belongs_to_something(tracking_hash):
            carried.carry_tracked(tracking_hash, now=clock.utcnow())
            return to_status()
        form.code.errors = [gettext("Kode ini tidak dikenal. Periksa kembali pada tanda terima Anda.")]
    page = render_template("tracking/lookup.html", form=form)
    return not_stored(make_response(page, 422 if form.errors else 200))


@bp.get("/lacak/status")
def status() -> ResponseReturnValue:
    """Show what happened to the report opened in this browser."""
    report = opened()
    if report is not None:
        return status_page(report)
    joined = opened_to_follow()
    return followed_page(joined) if joined is not None else to_lookup()


@bp.post("/lacak/putusan")
def verdict() -> ResponseReturnValue:
    """Take the citizen's word on the answer."""
    report = opened()
    if report is None:
        return to_lookup()
    check_same_report()
    form = VerdictForm()
    if not form.validate():
        return status_page(report, verdict=form)
    try:
        case = case_of_submission(db.session(), report.agency_id, report.submission_id)
        judge(db.session(), case, Outcome(form.outcome.data or ""), form.words.data, now=clock.utcnow())
    except DomainError as error:
        # Two taps, or a reply in between: show where the case stands now, with the sentence that says why.
        db.session.rollback()
        flash(translated(error.message), "error")
        return to_status()
    db.session.commit()
    flash(_thanks(Outcome(form.outcome.data or "")), "success")
    return to_status()


@bp.post("/lacak/tutup")
def close() -> ResponseReturnValue:
    """Close the opened report on this device, for whoever shares it."""
    carried.forget_tracked()
    flash(gettext("Laporan ditutup di perangkat ini. Simpan kodenya untuk membukanya lagi."), "success")
    return not_stored(redirect(url_for("tracking.lookup"), 303))


def _belongs_to_something(tracking_hash: bytes) -> bool:
    session, day = db.session(), today()
    return tracked(session, tracking_hash, day=day) is not None or followed(session, tracking_hash, day=day) is not None


def _thanks(outcome: Outcome) -> str:
    if outcome is Outcome.DISPUTED:
        reopened: str = gettext(
            "Penilaian Anda sudah dicatat. Laporan dibuka kembali pada petugas yang sama, dan atasannya ikut "
            "melihatnya."
        )
        return reopened
    words: str = gettext("Terima kasih. Penilaian Anda sudah dicatat.")
    return words
