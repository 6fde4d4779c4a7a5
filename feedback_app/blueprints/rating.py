"""Rate a unit, with or without the token of a visit."""

from __future__ import annotations

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from feedback_app import clock
from feedback_app.blueprints import carried, places, receipts, shell
from feedback_app.blueprints.forms.public import RateForm
from feedback_app.blueprints.private import secretive
from feedback_app.blueprints.public import bp
from feedback_app.db import db
from feedback_app.intake.operations import UnknownVisitTokenError, UsedVisitTokenError, open_visit


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
        return secretive(make_response(render_template("public/visit_refused.html", used=used), 409 if used else 404))
    carried.carry_visit(token, opened, now=now)
    return secretive(redirect(url_for("public.rate", agency=place.agency.code, unit=place.unit.code), 303))
