"""Rate a unit, with or without the token of a visit."""

from __future__ import annotations

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from feedback_app import clock
from feedback_app.blueprints import carried, places, receipts, shell
from feedback_app.blueprints.carried import CarriedVisit
from feedback_app.blueprints.expired_forms import draw_again
from feedback_app.blueprints.forms.rating import RateForm, plain_rating
from feedback_app.blueprints.places import Place
from feedback_app.blueprints.private import not_shared, not_stored, secretive
from feedback_app.blueprints.public import bp
from feedback_app.blueprints.survey_visit import keep_after_rating
from feedback_app.blueprints.wall import preselected_service
from feedback_app.db import db
from feedback_app.errors import NotFoundError
from feedback_app.handling.handing_on.past_the_unit import alleges
from feedback_app.intake.visits import UnknownVisitTokenError, UsedVisitTokenError, open_visit
from feedback_app.organisation.queries import UnknownUnitError
from feedback_app.organisation.unit_codes import agencies_with_unit

bp.record_once(lambda state: draw_again(state.app, "public.rate", _rate_again))


class UnknownRatingPlaceError(NotFoundError):
    """Neither an agency nor a unit has this code."""

    code = "unknown_rating_place"


@bp.get("/nilai/<word>")
def rate_start(word: str) -> ResponseReturnValue:
    """Lead a short address on: an agency's code to its units, a unit's code to its rating."""
    if any(card.code == word for card in places.agency_cards(db.session())):
        return redirect(url_for("public.agency", agency=word), 303)
    found = _places_with_code(word)
    if not found:
        raise UnknownRatingPlaceError("Tidak ada unit dengan alamat itu. Periksa alamatnya, atau cari nama unitnya.")
    if len(found) == 1:
        return redirect(_address(found[0]), 303)
    return render_template("public/rate_start.html", places=found)


@bp.route("/nilai/<agency>/<unit>", methods=["GET", "POST"])
def rate(agency: str, unit: str) -> ResponseReturnValue:
    """Show the rating of a unit; store what is sent."""
    place = places.place_of(db.session(), agency, unit)
    now = clock.utcnow()
    visit = carried.carried_visit(place.agency.id, place.unit.id, now=now)
    if request.method == "GET" and visit is None:
        return not_shared(make_response(shell.rate_page(place, service_id=preselected_service(place, now=now))))
    draft = plain_rating(request.form, place, visit) if request.method == "POST" else None
    form = RateForm(place) if draft is None else None
    if draft is None and form is not None and request.method == "POST" and form.validate():
        draft = form.to_draft(visit)
    refusal = None
    if draft is not None:
        # The written rules alone: a rating must not wait for the classifier.
        refusal = receipts.send(draft, place, alleges=bool(draft.text) and alleges(draft.text or ""))
        if refusal is None:
            if visit is not None:
                keep_after_rating(visit, now=now)
            return redirect(url_for("public.received"), receipts.SENT)
    form = form or RateForm(place)
    if refusal is None:
        return _own_page(form, place, visit, 422 if form.errors else 200)
    form.form_errors = [*form.form_errors, refusal.message]
    return _own_page(form, place, None if isinstance(refusal, UsedVisitTokenError) else visit, refusal.status)


def _rate_again(words: list[str], *, agency: str, unit: str) -> ResponseReturnValue:
    """Show the rating as it was filled in, with what became of it."""
    place = places.place_of(db.session(), agency, unit)
    form = RateForm(place)
    form.form_errors = words
    return _own_page(form, place, carried.carried_visit(place.agency.id, place.unit.id, now=clock.utcnow()), 400)


def _own_page(form: RateForm, place: Place, visit: CarriedVisit | None, status: int) -> ResponseReturnValue:
    page = make_response(render_template("public/rate.html", form=form, place=place, visit=visit), status)
    return not_stored(page) if request.method == "POST" else not_shared(page)


@bp.get("/k/<token>")
def visit(token: str) -> ResponseReturnValue:
    """Exchange the token of a printed receipt for the clean address of the rating.

    A token that counts no more leads to its unit all the same, where anybody may rate; one that nobody issued says
    nothing about any unit.
    """
    now = clock.utcnow()
    try:
        opened = open_visit(db.session(), token, key=current_app.config["TRACKING_KEY"], now=now)
    except (UnknownVisitTokenError, UsedVisitTokenError) as error:
        return _refused(error.status, error.place)
    place = _place((opened.agency_id, opened.unit_id))
    if place is None:
        return _refused(UnknownVisitTokenError.status, None)
    carried.carry_visit(token, opened, now=now)
    return secretive(redirect(_address(place), 303))


def _refused(status: int, known: tuple[int, int] | None) -> ResponseReturnValue:
    place = _place(known) if known else None
    page = render_template(
        "public/visit_refused.html",
        used=status == UsedVisitTokenError.status,
        place=place,
        address=_address(place) if place else None,
    )
    return secretive(make_response(page, status))


def _place(known: tuple[int, int]) -> Place | None:
    try:
        return places.place_by_id(db.session(), *known)
    except UnknownUnitError:
        # The unit is no more, its tokens are still in people's pockets.
        return None


def _places_with_code(unit_code: str) -> list[Place]:
    found = []
    for agency_code in agencies_with_unit(db.session(), unit_code):
        try:
            found.append(places.place_of(db.session(), agency_code, unit_code))
        except UnknownUnitError:
            # It had this code once and is no more.
            continue
    return found


def _address(place: Place) -> str:
    return url_for("public.rate", agency=place.agency.code, unit=place.unit.code)
