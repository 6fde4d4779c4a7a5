"""The receipt: the code, its picture, the day of the answer, and where to be told if one wants to."""

from __future__ import annotations

from flask import current_app, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response

from feedback_app import clock
from feedback_app.blueprints import agency_scope, carried, places, receipts
from feedback_app.blueprints.forms.tracking import ContactForm
from feedback_app.blueprints.opened_report import owner_opened, seal
from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.public import bp
from feedback_app.blueprints.survey_public import offer_after_rating
from feedback_app.config import Settings
from feedback_app.db import db
from feedback_app.intake.contacts import contact_card
from feedback_app.intake.rules import SubmissionKind


@bp.get("/diterima")
def received() -> ResponseReturnValue:
    """Show the tracking code of what was just sent, and until when it is answered."""
    return receipt_page()


def receipt_page(contact: ContactForm | None = None) -> Response:
    """Return the receipt; a contact form that was refused stands in it with what was typed."""
    receipt = carried.carried_receipt(now=clock.utcnow())
    if receipt is None:
        return not_stored(make_response(render_template("public/receipt_gone.html")))
    card = places.agency_card(db.session(), receipt.agency_code)
    agency_scope.enter(card.id)
    form, owner = contact or ContactForm(formdata=None), owner_opened()
    page = render_template(
        "public/received.html",
        receipt=receipt,
        reply_due_on=None if receipt.is_follower else receipts.reply_due_on(db.session(), card, receipt),
        qr=receipts.qr(tracking_address(receipt.code)),
        form=form,
        seal=seal(),
        kept_contact=contact_card(db.session(), owner) if owner else None,
        survey=offer_after_rating(card, receipt.unit_id) if receipt.kind is SubmissionKind.RATING else None,
    )
    return not_stored(make_response(page, 422 if form.errors else 200))


def tracking_address(code: str) -> str:
    """Return the address behind the picture. What follows the `#` stays in the browser and reaches no log."""
    settings: Settings = current_app.extensions["suara_settings"]
    path = url_for("tracking.lookup") if settings.public_url else url_for("tracking.lookup", _external=True)
    return f"{settings.public_url or ''}{path}#{code}"
