"""A unit as everybody sees it: where it is, what it does, what citizens say, and what it made of it."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from feedback_app.blueprints import places
from feedback_app.blueprints.frame import endpoint_exists
from feedback_app.blueprints.kept_pages import kept
from feedback_app.blueprints.numbers import asked_page
from feedback_app.blueprints.open_data import as_csv, as_json
from feedback_app.blueprints.paging import pages_of
from feedback_app.blueprints.places import Place
from feedback_app.blueprints.public import bp
from feedback_app.blueprints.released import figures_of
from feedback_app.blueprints.survey_public import survey_block
from feedback_app.db import db
from feedback_app.handling.publication.improvements import board
from feedback_app.handling.publication.published import COMPLAINTS_PER_PAGE, PublishedComplaint, published_complaints
from feedback_app.measures.release_rules import DISTRIBUTION_EVERY, FEW, FIRST_RELEASE


@bp.get("/unit/<agency>/<unit>")
@kept("page")
def unit(agency: str, unit: str) -> ResponseReturnValue:
    """Show a unit: its services, released figures, changes made, and published complaints."""
    place, page = places.place_of(db.session(), agency, unit), asked_page()
    complaints, total = _published(place, page)
    return render_template(
        "public/unit.html",
        place=place,
        figures=figures_of(db.session(), place.agency, place.unit.id),
        board=board(db.session(), place.agency.id, place.unit.id, day=place.agency.today()),
        complaints=complaints,
        total=total,
        page=page,
        pages=pages_of(total, COMPLAINTS_PER_PAGE),
        can_join=endpoint_exists("tracking.join"),
        first_release=FIRST_RELEASE,
        distribution_every=DISTRIBUTION_EVERY,
        few=FEW,
        survey=survey_block(place),
    )


@bp.get("/unit/<agency>/<unit>.json")
@kept("page")
def unit_json(agency: str, unit: str) -> ResponseReturnValue:
    """Give the released figures and the published complaints of a unit to programs."""
    place, page = places.place_of(db.session(), agency, unit), asked_page()
    complaints, total = _published(place, page)
    return as_json(place, figures_of(db.session(), place.agency, place.unit.id), complaints, total)


@bp.get("/unit/<agency>/<unit>.csv")
@kept()
def unit_csv(agency: str, unit: str) -> ResponseReturnValue:
    """Give the released figures of a unit as a table."""
    place = places.place_of(db.session(), agency, unit)
    return as_csv(place, figures_of(db.session(), place.agency, place.unit.id))


def _published(place: Place, page: int) -> tuple[list[PublishedComplaint], int]:
    return published_complaints(
        db.session(), place.agency.id, place.unit.id, time_zone=place.agency.time_zone, page=page
    )
