"""Where a citizen wants to be told: kept, changed, removed, and silenced by the link in a mail."""

from __future__ import annotations

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app import clock
from feedback_app.blueprints import agency_scope
from feedback_app.blueprints.formats import moment
from feedback_app.blueprints.forms.tracking import ContactForm
from feedback_app.blueprints.frame import current_language
from feedback_app.blueprints.opened_report import (
    check_same_report,
    opened,
    opened_to_follow,
    owner_opened,
    to_lookup,
    to_status,
)
from feedback_app.blueprints.private import not_stored, secretive
from feedback_app.blueprints.receipt_page import receipt_page
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.status_page import followed_page, status_page
from feedback_app.blueprints.tracking import bp
from feedback_app.db import db
from feedback_app.errors import InvalidInputError
from feedback_app.intake.contacts import (
    SAME_ADDRESS_A_DAY,
    AddressTooOftenError,
    NobodyToTellError,
    forget_contact,
    keep_contact,
    unsubscribe,
)
from feedback_app.notifications.unsubscribe import read


class UnknownLinkError(InvalidInputError):
    """The link was not signed here, or was cut off on the way."""

    status = 400
    code = "unknown_link"


@bp.post("/lacak/kontak")
def contact() -> ResponseReturnValue:
    """Keep where the holder of the code wants to be told."""
    owner = owner_opened()
    if owner is None:
        return to_lookup()
    check_same_report()
    form = ContactForm()
    if not form.validate():
        return _again(form)
    try:
        keep_contact(
            db.session(), owner, form.read, vault=current_app.config["VAULT"], language=current_language(),
            now=clock.utcnow(),
        )  # fmt: skip
    except AddressTooOftenError as error:
        db.session.rollback()
        form.address.errors = [_free_again(error)]
        return _again(form)
    except NobodyToTellError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return _back()
    db.session.commit()
    flash(gettext("Kontak Anda disimpan tersegel. Kami memberi kabar lewat kontak itu bila ada tanggapan."), "success")
    return _back()


@bp.post("/lacak/kontak/hapus")
def contact_removal() -> ResponseReturnValue:
    """Forget where the holder of the code wanted to be told."""
    owner = owner_opened()
    if owner is None:
        return to_lookup()
    check_same_report()
    forget_contact(db.session(), owner, now=clock.utcnow())
    db.session.commit()
    flash(gettext("Kontak Anda sudah dihapus."), "success")
    return _back()


@bp.route("/berhenti/<token>", methods=["GET", "POST"])
def unsubscription(token: str) -> ResponseReturnValue:
    """Ask whether messages are to stop; stop them. The signed link is the authority, and of no other use."""
    ids = read(current_app.config["UNSUBSCRIBE_KEY"], token)
    if ids is None:
        raise UnknownLinkError("Tautan ini tidak dikenal. Buka lagi tautan lengkap dari pesan yang Anda terima.")
    agency_scope.enter(ids[0])
    if request.method == "POST":
        unsubscribe(db.session(), *ids, now=clock.utcnow())
        db.session.commit()
    page = render_template("tracking/unsubscribe.html", token=token, is_done=request.method == "POST")
    return secretive(make_response(page))


def _again(form: ContactForm) -> ResponseReturnValue:
    """Show the page the form stood on, with what is wrong."""
    if request.form.get("from") == "receipt":
        return receipt_page(form)
    report, joined = opened(), opened_to_follow()
    if report is not None:
        return status_page(report, contact=form)
    return followed_page(joined, contact=form) if joined is not None else to_lookup()


def _free_again(error: AddressTooOftenError) -> str:
    """Say that the address was named often enough, and from when on it may be named again."""
    found = opened() or opened_to_follow()
    words: str = gettext(
        "Alamat ini sudah dipakai pada %(count)s laporan dalam 24 jam, jadi belum kami simpan. Coba lagi mulai "
        "%(moment)s.",
        count=SAME_ADDRESS_A_DAY, moment=moment(error.free_at, found.time_zone if found else "Asia/Jakarta"),
    )  # fmt: skip
    return words


def _back() -> ResponseReturnValue:
    if request.form.get("from") == "receipt":
        return not_stored(redirect(url_for("public.received"), 303))
    return to_status()
