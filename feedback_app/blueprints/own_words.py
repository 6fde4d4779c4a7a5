"""What a reporter adds to a report, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm

from feedback_app import clock
from feedback_app.blueprints.forms.tracking import MessageForm, ObjectionForm, WithdrawForm
from feedback_app.blueprints.opened_report import check_same_report, opened, seal, to_lookup, to_status
from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.status_page import status_page
from feedback_app.blueprints.tracking import bp
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.citizens.words import add_message
from feedback_app.handling.ending.archiving import object_to_archiving
from feedback_app.handling.ending.withdrawal import undo_withdrawal, withdraw
from feedback_app.handling.queries import case_of_submission


@bp.post("/lacak/pesan")
def message() -> ResponseReturnValue:
    """Add a message to the opened report."""
    return _say(MessageForm(), "message", add_message, gettext("Pesan Anda sudah ditambahkan pada laporan ini."))


@bp.post("/lacak/keberatan")
def objection() -> ResponseReturnValue:
    """Take a report up again that was put away: its reporter objects, or completes it."""
    done = gettext("Laporan Anda dibuka lagi dengan tenggat yang dihitung lagi, dan atasan unit diberi tahu.")
    return _say(ObjectionForm(), "objection", object_to_archiving, done)


def _say(form: FlaskForm, name: str, say: Callable[..., object], done: str) -> ResponseReturnValue:
    """Do what the one box of a form says; refused, it stands in the report's page with everything typed."""
    report = opened()
    if report is None:
        return to_lookup()
    check_same_report()
    again: dict[str, Any] = {name: form}
    if not form.validate():
        return status_page(report, **again)
    try:
        case = case_of_submission(db.session(), report.agency_id, report.submission_id)
        say(db.session(), case, form[name].data or "", now=clock.utcnow())
    except DomainError as error:
        db.session.rollback()
        form[name].errors = [error.message]
        return status_page(report, **again)
    db.session.commit()
    flash(done, "success")
    return to_status()


@bp.route("/lacak/tarik", methods=["GET", "POST"])
def withdrawal() -> ResponseReturnValue:
    """Ask whether the report is really to be taken back; take it back."""
    report = opened()
    if report is None or report.case is None or not report.case.is_open:
        return to_status()
    form = WithdrawForm()
    if request.method == "GET" or not form.validate():
        page = render_template("tracking/withdraw.html", form=form, report=report, seal=seal())
        return not_stored(make_response(page, 422 if form.errors else 200))
    check_same_report()
    try:
        case = case_of_submission(db.session(), report.agency_id, report.submission_id)
        is_put_away = withdraw(db.session(), case, form.reason.data, now=clock.utcnow())
    except DomainError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return to_status()
    db.session.commit()
    done = gettext("Laporan Anda sudah ditarik. Dalam 24 jam penarikan ini masih dapat dibatalkan.")
    noted = gettext("Keinginan Anda sudah dicatat. Inspektorat yang memutuskan apakah pemeriksaan dilanjutkan.")
    flash(done if is_put_away else noted, "success")
    return to_status()


@bp.post("/lacak/tarik/batal")
def withdrawal_undone() -> ResponseReturnValue:
    """Bring a withdrawn report back."""
    report = opened()
    if report is None:
        return to_lookup()
    check_same_report()
    try:
        case = case_of_submission(db.session(), report.agency_id, report.submission_id)
        undo_withdrawal(db.session(), case, now=clock.utcnow())
    except DomainError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return to_status()
    db.session.commit()
    flash(
        gettext("Penarikan dibatalkan. Laporan Anda kembali ditangani, dengan tenggat yang dihitung lagi."), "success"
    )
    return to_status()
