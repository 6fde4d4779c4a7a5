"""What citizens do without an account: find a unit, choose a language, read what is kept of them."""

from __future__ import annotations

import logging
from typing import Any, Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import (
    Blueprint,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from feedback_app.blueprints import agency_scope, frame, places, static_files
from feedback_app.blueprints.kept_pages import kept
from feedback_app.blueprints.numbers import register_numbers
from feedback_app.blueprints.paging import slice_of
from feedback_app.blueprints.places import AgencyCard
from feedback_app.blueprints.released import means_by_unit
from feedback_app.blueprints.unit_search import QUERY_MAX, search
from feedback_app.db import db
from feedback_app.organisation.codes import UNKNOWN_UNIT
from feedback_app.privacy.data_map.categories import days_kept
from feedback_app.survey.surveyed import is_any_surveyed

log = logging.getLogger(__name__)
bp = Blueprint("public", __name__)
bp.record_once(lambda state: register_numbers(state.app))
bp.record_once(lambda state: frame.register_frame(state.app))
bp.record_once(lambda state: static_files.register_static_files(state.app))

LANGUAGES: Final = frozenset({"id", "en"})
UNITS_PER_PAGE: Final = 15


@bp.get("/")
@kept("q", "page")
def home() -> ResponseReturnValue:
    """Show the agencies; where there is one only, its own page."""
    agencies = places.agency_cards(db.session())
    if len(agencies) == 1:
        return _agency_page(agencies[0])
    return render_template("public/home.html", agencies=agencies)


@bp.get("/instansi/<agency>")
@kept("q", "page")
def agency(agency: str) -> ResponseReturnValue:
    """Show the units of an agency, or those that fit the words searched for."""
    return _agency_page(places.agency_card(db.session(), agency))


def _agency_page(card: AgencyCard) -> ResponseReturnValue:
    agency_scope.enter(card.id)
    means = means_by_unit(db.session(), card)
    surveyed = is_any_surveyed(db.session(), card.id, card.today())
    return render_template(
        "public/agency.html", agency=card, means=means, unknown=UNKNOWN_UNIT, is_surveyed=surveyed, **listed(card)
    )


def listed(card: AgencyCard) -> dict[str, Any]:
    """Return one page of the units searched for, as the templates want it."""
    query = request.args.get("q", "").strip()[:QUERY_MAX]
    hits = search(places.directory(db.session(), card), query)
    shown, page, pages = slice_of(hits, UNITS_PER_PAGE)
    is_near = any(hit.is_near for hit in hits)
    return {"hits": shown, "query": query, "page": page, "pages": pages, "found": len(hits), "is_near": is_near}


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
    return render_template("public/privacy.html", kept_days={key: days_kept(key) for key in ("words", "contacts")})


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
