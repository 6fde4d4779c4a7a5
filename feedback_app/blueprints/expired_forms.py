"""A public form whose token no longer holds: drawn again with what was typed, so that nobody writes it twice.

The protection itself stands: nothing of such a request is stored, and only a new request with the new token counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import current_app, request
from flask.sansio.app import App
from flask.typing import ResponseReturnValue

from feedback_app.errors import DomainError

_NAME: Final = "suara_forms_drawn_again"
_EXPIRED: Final = "expired"
_NO_COOKIE: Final = "no_cookie"
FORM_SENTENCES = {
    _EXPIRED: "Halaman ini terbuka terlalu lama. Isian Anda masih ada di bawah; kirim sekali lagi.",
    _NO_COOKIE: "Peramban ini menolak kuki atau sudah menghapusnya; izinkan kuki untuk situs ini agar terkirim.",
}


# Draws a form from what was sent, given the sentences on top of it, and by name the values of the path.
Draws = Callable[..., ResponseReturnValue]


def draw_again(app: App, endpoint: str, draws: Draws) -> None:
    """Let an endpoint draw its form again where the token that came with it does not hold."""
    app.extensions.setdefault(_NAME, {})[endpoint] = draws


def drawn_again() -> ResponseReturnValue | None:
    """Return the form of this request with everything typed, under why its token fails; None where it draws none."""
    words = [FORM_SENTENCES[_EXPIRED]]
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        words.append(FORM_SENTENCES[_NO_COOKIE])
    return drawn_under(words)


def drawn_under(words: list[str]) -> ResponseReturnValue | None:
    """Return the form of this request with everything typed, under some words; None where its endpoint draws none.

    A form on another site draws nothing here: it would put words in a visitor's mouth.
    """
    draws: Draws | None = current_app.extensions.get(_NAME, {}).get(request.endpoint)
    if draws is None or request.headers.get("Sec-Fetch-Site") == "cross-site":
        return None
    try:
        return draws(words, **(request.view_args or {}))
    except DomainError:
        # A place that is not there has no form.
        return None
    except Exception as error:  # this runs while an error is handled, where Flask looks for no other handler
        return current_app.handle_user_exception(error)
