"""The codes on walls: where scanning one leads, and whether a printed one is ours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from flask import make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from feedback_app import clock
from feedback_app.blueprints import places
from feedback_app.blueprints.places import Place
from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.public import bp
from feedback_app.db import db
from feedback_app.intake.counter_models import WallCode
from feedback_app.intake.wall_codes import wall_code
from feedback_app.organisation.queries import UnknownUnitError

PRESELECTED_HOURS: Final = 2


@bp.get("/q/<code>")
def wall(code: str) -> ResponseReturnValue:
    """Lead from a code on a wall to the rating of its unit; the address has no part that could lead elsewhere."""
    row = wall_code(db.session(), code)
    place = _place(row) if row is not None and row.revoked_at is None else None
    if row is None or place is None:
        return not_stored(make_response(render_template("public/wall_refused.html"), 404))
    session.pop("wall", None)
    if row.service_id is not None:
        session["wall"] = {"unit": row.unit_id, "service": row.service_id, "at": clock.utcnow().isoformat()}
    return not_stored(redirect(url_for("public.rate", agency=place.agency.code, unit=place.unit.code), 303))


@bp.route("/periksa-kode", methods=["GET", "POST"])
def check_wall_code() -> ResponseReturnValue:
    """Tell whether a printed code is ours, and where it should hang. Nothing typed is shown again."""
    asked = request.method == "POST"
    row = wall_code(db.session(), request.form.get("code", "")) if asked else None
    place = _place(row) if row else None
    page = render_template("public/check_code.html", asked=asked, code=row if place else None, place=place)
    return not_stored(make_response(page))


def preselected_service(place: Place, *, now: datetime) -> int | None:
    """Return the service whose code on the wall was scanned in this browser, if it is one of this unit's."""
    noted = session.get("wall")
    if not noted or noted["unit"] != place.unit.id:
        return None
    fresh = now - datetime.fromisoformat(noted["at"]) <= timedelta(hours=PRESELECTED_HOURS)
    service = place.service(noted["service"]) if fresh else None
    return service.id if service else None


def _place(row: WallCode) -> Place | None:
    try:
        return places.place_by_id(db.session(), row.agency_id, row.unit_id)
    except UnknownUnitError:
        # The unit was dissolved; its posters may still hang.
        return None
