"""Saya juga mengalami: join the case of a published report, and leave it again."""

from __future__ import annotations

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app import clock
from feedback_app.blueprints import carried, places
from feedback_app.blueprints.carried import CarriedReceipt
from feedback_app.blueprints.forms.tracking import JoinForm
from feedback_app.blueprints.opened_report import check_same_report, opened_to_follow, to_lookup
from feedback_app.blueprints.places import AgencyCard
from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.tracking import bp
from feedback_app.db import db
from feedback_app.handling.citizens import followers
from feedback_app.handling.citizens.followers import (
    AlreadyJoinedError,
    Joinable,
    NotJoinableError,
    OwnReportNeededError,
)
from feedback_app.intake.codes import code_hash
from feedback_app.intake.rules import SubmissionKind


@bp.route("/ikut/<agency>/<int:publication>", methods=["GET", "POST"])
def join(agency: str, publication: int) -> ResponseReturnValue:
    """Show a published report; join its case."""
    card = places.agency_card(db.session(), agency)
    found = followers.joinable(db.session(), card.id, publication, day=card.today())
    form = JoinForm()
    carried.joiner_mark()
    if request.method == "POST" and form.validate() and not carried.has_joined(publication):
        try:
            return _joined(found, card, form)
        except (NotJoinableError, OwnReportNeededError) as error:
            db.session.rollback()
            form.words.errors = [error.message]
    has_joined = carried.has_joined(publication)
    page = render_template("tracking/join.html", form=form, found=found, agency=card, has_joined=has_joined)
    return not_stored(make_response(page, 422 if form.errors else 200))


@bp.post("/lacak/keluar")
def leave() -> ResponseReturnValue:
    """Leave a joined case; what was written with it goes as well."""
    joined = opened_to_follow()
    if joined is None:
        return to_lookup()
    check_same_report()
    followers.leave(db.session(), joined.agency_id, joined.follower_id, now=clock.utcnow())
    db.session.commit()
    carried.forget_tracked()
    flash(gettext("Anda tidak lagi mengikuti laporan itu. Tulisan dan kontak Anda sudah dihapus."), "success")
    return not_stored(redirect(url_for("tracking.lookup"), 303))


def _joined(found: Joinable, card: AgencyCard, form: JoinForm) -> ResponseReturnValue:
    now, key = clock.utcnow(), current_app.config["TRACKING_KEY"]
    once = carried.joiner_mark()
    try:
        code = followers.join(db.session(), found, form.words.data, key=key, now=now, once=once)
        db.session.commit()
    except AlreadyJoinedError as error:
        db.session.rollback()
        code = error.tracking_code
    flash(_next_words(), "success")
    carried.note_joined(found.publication_id)
    joined = CarriedReceipt(
        code, SubmissionKind.COMPLAINT, wants_reply=False, agency_code=card.code, unit_name=found.unit_name,
        sent_at=now, is_follower=True,
    )  # fmt: skip
    carried.carry_receipt(joined, code_hash(code, key))
    return not_stored(redirect(url_for("public.received"), 303))


def _next_words() -> str:
    words: str = gettext(
        "Selanjutnya: bila laporan ini ditanggapi atau berakhir, kabarnya tampil dengan kode Anda, dan dikirim kepada "
        "Anda bila Anda memberi kontak."
    )
    return words
