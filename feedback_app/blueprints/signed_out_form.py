"""A form that is sent after its sign-in ended: nothing of it is stored, and nothing that was typed is lost.

The page gives the words back twice: to copy, and as the same form once more, to be sent after signing in again in
another tab. The form's token still holds there, because whoever signs in again as the same person keeps it
(`sign_in_edge`).
"""

from __future__ import annotations

from typing import Final

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from feedback_app.blueprints.private import not_stored
from feedback_app.blueprints.sign_in_edge import why_signed_out
from feedback_app.blueprints.signed_out_words import signed_out_words

# Never back into a page, whatever was typed: whoever reads the page may be somebody else by now.
_SECRET: Final = ("password", "sandi", "secret", "code", "csrf_token")
# What is shorter is a choice or a number, quickly made again.
_WORTH_KEEPING: Final = 20


def given_back() -> ResponseReturnValue | None:
    """Return the page with what was typed; None where nothing was, so that the sign-in page is enough."""
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site") == "cross-site":
        return None
    fields = [(name, text) for name, text in request.form.items(multi=True) if not _is_secret(name)]
    typed = [text for _name, text in fields if len(text.strip()) >= _WORTH_KEEPING and " " in text.strip()]
    if not typed:
        return None
    page = render_template(
        "own/signed_out.html", fields=fields, typed=typed, reason=signed_out_words(why_signed_out()),
        has_files=bool(request.files),
    )  # fmt: skip
    return not_stored(make_response(page, 401))


def _is_secret(name: str) -> bool:
    return any(mark in name.casefold() for mark in _SECRET)
