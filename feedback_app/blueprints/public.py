"""What citizens do without an account: find a unit, rate it, report, and take the receipt away."""

from __future__ import annotations

import logging
from typing import Any, Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import (
    Blueprint,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from werkzeug import Response

from feedback_app import clock
from feedback_app.blueprints import carried, frame, places, receipts, shell, static_files
from feedback_app.blueprints.forms.public import RateForm, ReportForm
from feedback_app.blueprints.numbers import asked_page, register_numbers
from feedback_app.blueprints.places import AgencyCard
from feedback_app.blueprints.unit_search import QUERY_MAX, search
from feedback_app.db import db
from feedback_app.intake.operations import UnknownVisitTokenError, UsedVisitTokenError, open_visit

log = logging.getLogger(__name__)
bp = Blueprint("public", __name__)
bp.record_once(lambda state: register_numbers(state.app))
bp.record_once(lambda state: frame.register_frame(state.app))
bp.record_once(lambda state: static_files.register_static_files(state.app))

LANGUAGES: Final = frozenset({"id", "en"})
UNITS_PER_PAGE: Final = 15


@bp.get("/")
def home() -> ResponseReturnValue:
    """Show the agencies; where there is one only, its own page."""
    agencies = places.agency_cards(db.session())
    if len(agencies) == 1:
        return _agency_page(agencies[0])
    return render_template("public/home.html", agencies=agencies)


@bp.get("/instansi/<agency>")
def agency(agency: str) -> ResponseReturnValue:
    """Show the units of an agency, or those that fit the words searched for."""
    return _agency_page(places.agency_card(db.session(), agency))


def _agency_page(card: AgencyCard) -> ResponseReturnValue:
    return render_template("public/agency.html", agency=card, **_listed(card))


def _listed(card: AgencyCard) -> dict[str, Any]:
    """Return one page of the units searched for, as the templates want it."""
    query = request.args.get("q", "").strip()[:QUERY_MAX]
    hits = search(places.directory(db.session(), card), query)
    pages = max(1, -(-len(hits) // UNITS_PER_PAGE))
    page = min(asked_page(), pages)
    shown = hits[(page - 1) * UNITS_PER_PAGE : page * UNITS_PER_PAGE]
    return {"hits": shown, "query": query, "page": page, "pages": pages, "found": len(hits)}


@bp.route("/nilai/<agency>/<unit>", methods=["GET", "POST"])
def rate(agency: str, unit: str) -> ResponseReturnValue:
    """Show the rating of a unit; store what is sent."""
    place = places.place_of(db.session(), agency, unit)
    visit = carried.carried_visit(place.agency.id, place.unit.id, now=clock.utcnow())
    if request.method == "GET" and visit is None:
        return shell.rate_page(place)
    form = RateForm(place)
    status = 200
    if request.method == "POST" and form.validate():
        status = receipts.send(form, form.to_draft(visit), place)
        if status == receipts.SENT:
            return redirect(url_for("public.received"), receipts.SENT)
    if status == receipts.VISIT_USED:
        visit = None
    status = 422 if status == 200 and form.errors else status
    return render_template("public/rate.html", form=form, place=place, visit=visit), status


@bp.get("/k/<token>")
def visit(token: str) -> ResponseReturnValue:
    """Exchange the token of a printed receipt for the clean address of the rating."""
    now = clock.utcnow()
    try:
        opened = open_visit(db.session(), token, key=current_app.config["TRACKING_KEY"], now=now)
        place = places.place_by_id(db.session(), opened.agency_id, opened.unit_id)
    except (UnknownVisitTokenError, UsedVisitTokenError) as error:
        used = isinstance(error, UsedVisitTokenError)
        return _secretive(make_response(render_template("public/visit_refused.html", used=used), 409 if used else 404))
    carried.carry_visit(token, opened, now=now)
    return _secretive(redirect(url_for("public.rate", agency=place.agency.code, unit=place.unit.code), 303))


def _secretive(response: Response) -> Response:
    """Keep an address that holds a token out of every next request; such a page can hold no form (CSRF by referrer)."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return _not_stored(response)


def _not_stored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


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
    return render_template("public/report_agency.html", agency=card, **_listed(card))


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
        return _not_stored(make_response(render_template("public/receipt_gone.html")))
    card = places.agency_card(db.session(), receipt.agency_code)
    page = render_template(
        "public/received.html",
        receipt=receipt,
        reply_due_on=receipts.reply_due_on(db.session(), card, receipt),
        qr=receipts.qr(receipt.code),
    )
    return _not_stored(make_response(page))


@bp.post("/bahasa")
def language() -> ResponseReturnValue:
    """Keep the language chosen; go back to where it was chosen."""
    wanted = request.form.get("language")
    if wanted in LANGUAGES:
        session["language"] = wanted
    return redirect(local_path(request.form.get("next")), 303)


def local_path(raw: str | None) -> str:
    """Return the address if it lies on this site, else the front page.

    Browsers read `//host` and `/\\host` as another site, and drop line breaks and tabs before they look.
    """
    home_path = url_for("public.home")
    if not raw or not raw.startswith("/") or raw[1:2] in {"/", "\\"} or not raw.isprintable():
        return home_path
    parts = urlsplit(raw)
    return home_path if parts.scheme or parts.netloc else raw


@bp.get("/privasi")
def privacy() -> ResponseReturnValue:
    """Say what is kept and who reads it."""
    return render_template("public/privacy.html")


@bp.get("/sehat")
def health() -> ResponseReturnValue:
    """Tell a watching program whether the database answers."""
    try:
        db.session.execute(sa.text("SELECT 1"))
    except SQLAlchemyError as error:
        log.error("Health check: the database did not answer: %s", type(error).__name__)
        db.session.rollback()
        return jsonify(status="unavailable", database=False), 503
    return jsonify(status="ok", database=True)
