"""The rights over one's own data, with the tracking code as the proof: take it out, have it erased."""

from __future__ import annotations

import json

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app import clock
from feedback_app.blueprints.formats import moment
from feedback_app.blueprints.forms.tracking import EraseForm
from feedback_app.blueprints.held_words import held_in_words
from feedback_app.blueprints.opened_report import check_same_report, opened, seal, to_lookup, to_status
from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.tracking import bp
from feedback_app.db import db
from feedback_app.handling.citizens.erasure import Erasure, ask_to_erase
from feedback_app.handling.citizens.models import RequestKind
from feedback_app.handling.citizens.own_data import everything_held, take_out
from feedback_app.handling.citizens.tracked import Tracked
from feedback_app.intake.attachments import attachments_of


@bp.post("/lacak/data")
def data() -> ResponseReturnValue:
    """Note that everything held under the code is asked for, and give it: as a page, or as a file for programs."""
    report = opened()
    if report is None:
        return to_lookup()
    check_same_report()
    held = take_out(db.session(), report.agency_id, report.submission_id, now=clock.utcnow())
    db.session.commit()
    if request.form.get("format") != "json":
        return not_stored(redirect(url_for("tracking.data_page"), 303))
    answer = make_response(json.dumps(held, ensure_ascii=False, indent=2) + "\n")
    answer.mimetype = "application/json"
    answer.headers["Content-Disposition"] = 'attachment; filename="data-saya.json"'
    return not_stored(answer)


@bp.get("/lacak/data")
def data_page() -> ResponseReturnValue:
    """Show everything held under the code in words; the request for it was noted by the form that leads here."""
    report = opened()
    if report is None:
        return to_lookup()
    if not any(one.kind is RequestKind.ACCESS for one in report.requests):
        return to_status()
    held = everything_held(db.session(), report.agency_id, report.submission_id)
    files = attachments_of(db.session(), report.agency_id, report.submission_id)
    sections = held_in_words(held, report.time_zone)
    page = render_template("tracking/data.html", report=report, sections=sections, files=files, seal=seal())
    return not_stored(make_response(page))


@bp.route("/lacak/hapus", methods=["GET", "POST"])
def erasure() -> ResponseReturnValue:
    """Ask whether everything written is really to be erased; erase it, or note the request."""
    report = opened()
    if report is None:
        return to_lookup()
    if report.erased_at is not None:
        return to_status()
    form = EraseForm()
    if request.method == "GET" or not form.validate():
        page = render_template("tracking/erase.html", form=form, report=report, seal=seal())
        return not_stored(make_response(page, 422 if form.errors else 200))
    check_same_report()
    ended = ask_to_erase(
        db.session(), current_app.extensions["suara_storage"], report.agency_id, report.submission_id,
        now=clock.utcnow(),
    )  # fmt: skip
    db.session.commit()
    flash(_said(ended, report), "success")
    return to_status()


def _said(ended: Erasure, report: Tracked) -> str:
    if ended.is_done:
        done: str = gettext("Tulisan, lampiran, dan kontak Anda sudah dihapus.")
        return done
    due = moment(ended.due_at, report.time_zone)
    noted: str = gettext("Permintaan Anda sudah dicatat. Inspektorat menjawabnya paling lambat %(due)s.", due=due)
    return noted
