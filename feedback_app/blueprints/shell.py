"""The rating page of a unit is the same for everybody but for the CSRF token: drawn once, the token put in."""

from __future__ import annotations

from typing import Final

from flask import render_template, session
from flask_wtf.csrf import generate_csrf

from feedback_app.blueprints.forms.public import RateForm
from feedback_app.blueprints.frame import current_language
from feedback_app.blueprints.places import Place

_TOKEN_GOES_HERE: Final = "\x00csrf\x00"  # noqa: S105 - a mark, not a secret


def rate_page(place: Place) -> str:
    """Return the empty rating form of a unit; kept as long as the place itself, half a minute."""
    if "_user_id" in session or "_flashes" in session:
        return _drawn(place)
    parts = place.shells.get(current_language())
    if parts is None:
        parts = _drawn(place, csrf_token=lambda: _TOKEN_GOES_HERE).split(_TOKEN_GOES_HERE)
        place.shells[current_language()] = parts
    token: str = generate_csrf()
    return token.join(parts)


def _drawn(place: Place, **context: object) -> str:
    return render_template("public/rate.html", form=RateForm(place), place=place, visit=None, **context)
