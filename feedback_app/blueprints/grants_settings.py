"""The rules of an agency that are in force, on one page to read: for whoever audits, and may change none of them."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app.blueprints.access import requires
from feedback_app.blueprints.clocks_words import days_in_words, hours_in_words
from feedback_app.blueprints.grants_frame import Here, asked_agency, bp, page
from feedback_app.db import db
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.clocks.sla_editing import rules_for
from feedback_app.identity.rules import Permission
from feedback_app.organisation.access.giving import within_my_reach
from feedback_app.organisation.hours import hours_rows
from feedback_app.organisation.people.levels_declared import levels_in_force
from feedback_app.organisation.queries import UnknownUnitError, unit_by_id, units_of
from feedback_app.organisation.reception import reception_unit_id


@bp.get("/akses/aturan")
@requires(Permission.READ_SETTINGS)
def settings() -> ResponseReturnValue:
    """Show deadlines, hours, levels and reception as they hold today, to who reads the whole agency."""
    place = asked_agency(Permission.READ_SETTINGS)
    if place is None:
        return page("access/settings.html", None, "settings")
    session, agency_id = db.session(), place.agency.id
    if not within_my_reach(session, current_user.id, agency_id, None, place.today, Permission.READ_SETTINGS):
        return page("access/settings.html", place, "settings", whole=False)
    return page(
        "access/settings.html", place, "settings", whole=True,
        deadlines=rules_for(clocks_of(session, agency_id), None, place.now), hours=hours_rows(session, agency_id),
        levels=levels_in_force(session, agency_id, place.today), reception=_reception(place), weekdays=days_in_words,
        times=hours_in_words,
        names={card.id: card.name for card in units_of(session, agency_id, place.today)},
    )  # fmt: skip


def _reception(place: Here) -> str:
    session, agency_id = db.session(), place.agency.id
    try:
        return unit_by_id(session, agency_id, reception_unit_id(session, agency_id, place.today), place.today).name
    except UnknownUnitError:
        return str(gettext("belum ada unit"))
