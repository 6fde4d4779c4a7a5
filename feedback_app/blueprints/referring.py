"""Refer a report to another agency, with an explanation that its reporter reads."""

from __future__ import annotations

import logging

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.case_page import check_unchanged
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.forms.referring import ReferForm
from feedback_app.blueprints.kept_pages import forget_pages
from feedback_app.blueprints.my_cases import my_case
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.handing_on import referrals
from feedback_app.handling.models import Case
from feedback_app.identity.rules import Permission
from feedback_app.organisation.queries import agencies_with_units
from feedback_app.storage import StorageUnavailableError

log = logging.getLogger(__name__)
REFERRAL_SENTENCES = {
    "unreadable": "Lampiran laporan ini sedang tidak dapat dibaca, jadi rujukan belum dikirim. Coba lagi nanti.",
}


@bp.route("/kasus/<int:case_id>/rujuk", methods=["GET", "POST"])
@requires(Permission.ANSWER_CASE)
def refer(case_id: int) -> ResponseReturnValue:
    """Ask where a report goes and why; refer it. What was typed is never lost."""
    case = my_case(case_id, for_update=request.method == "POST")
    others = [agency for agency in agencies_with_units(db.session(), today()) if agency.id != case.agency_id]
    if request.method == "GET":
        if case.status not in referrals.REFERABLE or not referrals.may_refer(db.session(), case):
            flash(gettext("Kasus ini tidak dapat dirujuk."), "error")
            return redirect(url_for("cases.case", case_id=case_id), 303)
        return _page(case, ReferForm(others, formdata=None))
    form = ReferForm(others)
    if not form.validate():
        return _page(case, form), 422
    try:
        check_unchanged(case, form.seen_version)
        _refer(case, form)
    except (DomainError, StorageUnavailableError) as error:
        db.session.rollback()
        return _refused(case_id, form, error)
    db.session.commit()
    forget_pages()
    flash(gettext("Laporan dirujuk. Pelapor membaca penjelasan Anda dan instansi yang menanganinya."), "success")
    return redirect(url_for("cases.case", case_id=case_id), 303)


def _refer(case: Case, form: ReferForm) -> None:
    session, me, now = db.session(), current_user.id, clock.utcnow()
    explanation = form.explanation.data or ""
    if form.is_outside:
        referrals.refer_outside(
            session, case, form.name.data or "", form.way.data or "", explanation, user_id=me, now=now
        )
    else:
        storage = current_app.extensions["suara_storage"]
        referrals.refer_here(session, storage, case, int(form.to.data), explanation, user_id=me, now=now)


def _refused(case_id: int, form: ReferForm, error: DomainError | StorageUnavailableError) -> ResponseReturnValue:
    if isinstance(error, DomainError):
        sentence, status = error.message, error.status
    else:
        log.warning("A report could not be referred with its files: %s", error)
        sentence, status = REFERRAL_SENTENCES["unreadable"], 503
    not_sent = gettext("Rujukan belum dikirim; tulisan Anda masih ada di bawah.")
    form.form_errors = [sentence, not_sent]
    return _page(my_case(case_id), form), status


def _page(case: Case, form: ReferForm) -> str:
    return render_template("cases/refer.html", case=case, form=form)
