"""A tablet on a counter: one tap rates, another may say why, and nothing of one person stays for the next."""

from __future__ import annotations

import secrets
from typing import Final

from flask import current_app, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, refresh
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug import Response

from feedback_app import clock
from feedback_app.blueprints import places, receipts
from feedback_app.blueprints.forms.rating import RATINGS
from feedback_app.blueprints.places import Place
from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.public import LANGUAGES, bp
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.intake.codes import code_hash
from feedback_app.intake.kiosk import REASONS_WITHIN, add_reasons
from feedback_app.intake.operations import Draft, Receipt
from feedback_app.intake.rules import SubmissionKind

THANKS_SECONDS: Final = 25
LAST_THANKS_SECONDS: Final = 6
# The form's token lives twelve hours; a screen that stands all day fetches a fresh one long before.
FRESH_SECONDS: Final = 1800
# Whoever chose another language and walked away leaves it to nobody.
TRANSLATED_SECONDS: Final = 60
OWN_LANGUAGE: Final = "id"
MARK_MAX: Final = 40


@bp.get("/kios/<agency>/<unit>")
def kiosk(agency: str, unit: str) -> ResponseReturnValue:
    """Show four faces, each a button."""
    place = places.place_of(db.session(), agency, unit)
    _forget_everybody()
    seconds = FRESH_SECONDS if _language() == OWN_LANGUAGE else TRANSLATED_SECONDS
    return _page("kiosk/faces.html", place, once=secrets.token_urlsafe(12), seconds=seconds)


@bp.post("/kios/<agency>/<unit>")
def kiosk_rate(agency: str, unit: str) -> ResponseReturnValue:
    """Store the tap and say thank you; the page after it offers reasons and goes away by itself."""
    place = places.place_of(db.session(), agency, unit)
    rating, once = request.form.get("rating", ""), request.form.get("once", "")
    if rating not in RATINGS or not 0 < len(once) <= MARK_MAX:
        return redirect(_home(place), 303)
    receipt = _store(place, int(rating), once)
    digest = code_hash(receipt.code, current_app.config["TRACKING_KEY"])
    _forget_everybody()
    return _thanks(place, rating=int(rating), mark=_signer().dumps(digest.hex()), seconds=THANKS_SECONDS)


@bp.post("/kios/<agency>/<unit>/alasan")
def kiosk_reasons(agency: str, unit: str) -> ResponseReturnValue:
    """Add the reasons to the rating just given; too late or unknown is thanked all the same."""
    place = places.place_of(db.session(), agency, unit)
    reasons = tuple(dict.fromkeys(request.form.getlist("reasons")))
    try:
        digest = _signer().loads(request.form.get("mark", ""), max_age=int(REASONS_WITHIN.total_seconds()))
        if reasons:
            add_reasons(db.session(), bytes.fromhex(digest), reasons, now=clock.utcnow())
            db.session.commit()
    except (BadData, DomainError):
        # Nobody waits at the screen for an error they can do nothing about; the rating itself is kept.
        db.session.rollback()
    _forget_everybody()
    return _thanks(place, rating=None, mark=None, seconds=LAST_THANKS_SECONDS)


def _store(place: Place, rating: int, once: str) -> Receipt:
    now = clock.utcnow()
    draft = Draft(
        agency_id=place.agency.id, unit_id=place.unit.id, kind=SubmissionKind.RATING,
        occurred_on=place.agency.day_of(now),
        rating=rating, at_kiosk=True,
    )  # fmt: skip
    return receipts.store(draft, place, now=now, once=f"kiosk:{once}")


def _thanks(place: Place, *, rating: int | None, mark: str | None, seconds: int) -> Response:
    return _page("kiosk/thanks.html", place, rating=rating, mark=mark, seconds=seconds)


def _page(template: str, place: Place, **shown: object) -> Response:
    language = _language()
    with force_locale(language):
        page = render_template(template, place=place, home=_home(place), language=language, **shown)
    return not_stored(make_response(page))


def _language() -> str:
    """Return the language of this visit: each page hands it to the next, and the reset to the faces drops it."""
    wanted = request.values.get("language", "")
    return wanted if wanted in LANGUAGES else OWN_LANGUAGE


def _home(place: Place) -> str:
    return url_for("public.kiosk", agency=place.agency.code, unit=place.unit.code)


def _forget_everybody() -> None:
    """Empty the cookie: receipts, the language chosen elsewhere, and the account of whoever set the screen up."""
    session.clear()
    refresh()


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="kiosk-reasons")
