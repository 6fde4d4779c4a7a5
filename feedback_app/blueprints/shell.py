"""Empty forms about a unit are the same for everybody but for the CSRF token: drawn once, the token put in."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from flask import render_template, session
from flask_wtf.csrf import generate_csrf

from feedback_app.blueprints.forms.rating import RateForm
from feedback_app.blueprints.frame import current_language
from feedback_app.blueprints.places import KEPT_SECONDS, Place
from feedback_app.blueprints.shelf import shelve

_TOKEN_GOES_HERE: Final = "\x00csrf\x00"  # noqa: S105 - a mark, not a secret


def rate_page(place: Place, *, service_id: int | None = None) -> str:
    """Return the empty rating form of a unit, with a service chosen where a code on the wall named it.

    The drawn page is kept as long as the place itself, half a minute.
    """
    page = _empty_page(place)
    if service_id is None:
        return page
    option = f'<option value="{service_id}"'
    return page.replace(f"{option}>", f"{option} selected>", 1)


def _empty_page(place: Place) -> str:
    return empty_form(place, "", lambda **context: _drawn(place, **context))


def empty_form(place: Place, name: str, draw: Callable[..., str]) -> str:
    """Return an empty form about a unit, drawn once for everybody but for the token put in; `name` tells forms apart.

    `draw` takes what is to stand in the context of its template. Who is signed in, or has a message waiting, gets a
    page of their own.
    """
    if "_user_id" in session or "_flashes" in session:
        return draw()
    kept_as = f"{name}{current_language()}"
    parts = place.shells.get(kept_as)
    if parts is None:
        parts = draw(csrf_token=lambda: _TOKEN_GOES_HERE).split(_TOKEN_GOES_HERE)
        place.shells[kept_as] = parts
    shelve(time.monotonic() + KEPT_SECONDS, parts)
    token: str = generate_csrf()
    return token.join(parts)


def _drawn(place: Place, **context: object) -> str:
    return render_template("public/rate.html", form=RateForm(place), place=place, visit=None, **context)
