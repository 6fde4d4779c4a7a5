"""Which units are surveyed now, and what other pages say of surveys."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from feedback_app.blueprints import places
from feedback_app.blueprints.kept_pages import kept
from feedback_app.blueprints.places import AgencyCard, Place
from feedback_app.blueprints.public import bp
from feedback_app.db import db
from feedback_app.organisation.queries import UnknownUnitError
from feedback_app.survey.published import PublishedResult, published_results
from feedback_app.survey.published_units import newest_indexes
from feedback_app.survey.rules import SMALLEST_PUBLISHED
from feedback_app.survey.surveyed import is_surveyed, next_start, surveyed_units


@bp.get("/skm/<agency>")
@kept()
def survey_units(agency: str) -> ResponseReturnValue:
    """Show the units of an agency that are surveyed now, and what was published of its units."""
    card = places.agency_card(db.session(), agency)
    surveyed = surveyed_units(db.session(), card.id, card.today())
    everywhere = places.directory(db.session(), card)
    units = [place for place in everywhere if place.unit.id in surveyed]
    begins = None if units else next_start(db.session(), card.id, card.today())
    indexes = newest_indexes(db.session(), card.id)
    return render_template(
        "survey/units.html",
        agency=card,
        units=units,
        begins=begins,
        results=[(place, indexes[place.unit.id]) for place in everywhere if place.unit.id in indexes],
        smallest=SMALLEST_PUBLISHED,
    )


@bp.get("/skm/<agency>/<unit>/terima-kasih")
@kept()
def survey_thanks(agency: str, unit: str) -> ResponseReturnValue:
    """Say thank you, and what becomes of the answers."""
    return render_template("survey/thanks.html", place=places.place_of(db.session(), agency, unit))


@dataclass(frozen=True, slots=True)
class SurveyBlock:
    """What the page of a unit says of surveys: what was published, and where one may answer now."""

    results: list[PublishedResult]
    address: str | None
    smallest: int = SMALLEST_PUBLISHED


def survey_block(place: Place) -> SurveyBlock:
    """Return what the page of a unit says of surveys."""
    return SurveyBlock(published_results(db.session(), place.agency.id, place.unit.id), survey_address(place))


def survey_address(place: Place) -> str | None:
    """Return where the questionnaire of a unit is, while it is surveyed."""
    if not is_surveyed(db.session(), place.agency.id, place.unit.id, place.agency.today()):
        return None
    return url_for("public.survey", agency=place.agency.code, unit=place.unit.code)


def offer_after_rating(agency: AgencyCard, unit_id: int | None) -> Place | None:
    """Return the unit whose questionnaire may be offered to somebody who has just rated it."""
    if unit_id is None or not is_surveyed(db.session(), agency.id, unit_id, agency.today()):
        return None
    try:
        return places.place_by_id(db.session(), agency.id, unit_id)
    except UnknownUnitError:
        # Dissolved since it was rated.
        return None
