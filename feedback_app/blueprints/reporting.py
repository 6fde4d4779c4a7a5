"""Report to a unit, and take the receipt away."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from feedback_app import clock
from feedback_app.blueprints import carried, places, receipts
from feedback_app.blueprints.forms.public import ReportForm
from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.public import bp, listed
from feedback_app.db import db


@bp.get("/lapor")
def report_start() -> ResponseReturnValue:
    """Show the agencies a report can go to; where there is one only, go on to its units."""
    agencies = places.agency_cards(db.session())
    if len(agencies) == 1:
        return redirect(url_for("public.report_agency", agency=agencies[0].code))
    return render_template("public/report_start.html", agencies=agencies)


@bp.get("/lapor/<agency>")
def report_agency(agency: str) -> ResponseReturnValue:
    """Show the units a report can go to."""
    card = places.agency_card(db.session(), agency)
    return render_template("public/report_agency.html", agency=card, **listed(card))


@bp.route("/lapor/<agency>/<unit>", methods=["GET", "POST"])
def report(agency: str, unit: str) -> ResponseReturnValue:
    """Show the report form; store what it sends."""
    place = places.place_of(db.session(), agency, unit)
    form = ReportForm(place, data={"occurred_on": place.agency.today()})
    status = 200
    if request.method == "POST" and form.validate():
        status = receipts.send_once(form, form.to_draft(), place, once=form.once.data or "")
        if status == receipts.SENT:
            return redirect(url_for("public.received"), receipts.SENT)
    status = 422 if status == 200 and form.errors else status
    return render_template("public/report.html", form=form, place=place), status


@bp.get("/diterima")
def received() -> ResponseReturnValue:
    """Show the tracking code of what was just sent, and until when it is answered."""
    receipt = carried.carried_receipt(now=clock.utcnow())
    if receipt is None:
        return not_stored(make_response(render_template("public/receipt_gone.html")))
    card = places.agency_card(db.session(), receipt.agency_code)
    page = render_template(
        "public/received.html",
        receipt=receipt,
        reply_due_on=receipts.reply_due_on(db.session(), card, receipt),
        qr=receipts.qr(receipt.code),
    )
    return not_stored(make_response(page))
