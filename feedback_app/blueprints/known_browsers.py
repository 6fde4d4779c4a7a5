"""Browsers in which an account has signed in before: they have tries of their own that nobody else can use up.

Wrong passwords are counted by account and network, and behind one address of an office or a mobile carrier sits whoever
would keep a colleague out. A browser that has shown the right password once carries a signed mark of the account; it is
counted by itself. The mark opens nothing: it is sent to the sign-in page alone, and says only where tries are counted.

Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies"; ASVS 5.0, 6.3.1.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, Response, after_this_request, current_app, g, request
from flask_security.signals import user_authenticated
from itsdangerous import BadData, URLSafeTimedSerializer

from feedback_app.blueprints.networks import keyed

KEPT_SECONDS: Final = 180 * 24 * 3600
# A computer at a counter is used by several people.
ACCOUNTS_MOST: Final = 8
_PATH: Final = "/masuk"


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """A number drawn at the last sign-in, and the marks of the accounts that signed in here."""

    number: str
    accounts: tuple[str, ...] = ()


def register_known_browsers(app: Flask) -> None:
    """Give a browser its mark whenever somebody has signed in there."""
    user_authenticated.connect(_note, app)


def account_mark(email: str) -> str:
    """Return the mark of an account by its address, in any case of letters."""
    return keyed(email.strip().casefold()[:254])


def known_browser() -> KnownBrowser | None:
    """Return what this browser carries, read once a request; None where it carries nothing of ours."""
    if "known_browser" not in g:
        g.known_browser = _read()
    found: KnownBrowser | None = g.known_browser
    return found


def is_known_here() -> bool:
    """Tell whether the account named on the sign-in page has signed in with this browser before."""
    found = known_browser()
    return found is not None and account_mark(request.form.get("email", "")) in found.accounts


def is_strange_here() -> bool:
    """Tell the contrary."""
    return not is_known_here()


def browser_and_account() -> str:
    """Return the mark under which the tries of this browser at the named account are counted."""
    found = known_browser()
    return f"{account_mark(request.form.get('email', ''))}:{keyed(found.number) if found else ''}"


def _note(_app: Flask, user: Any, **_more: Any) -> None:
    before = known_browser()
    mark = account_mark(user.email)
    others = [one for one in (before.accounts if before else ()) if one != mark]
    # A new number each time: tries that were used up before the right password came are forgotten.
    fresh = KnownBrowser(secrets.token_urlsafe(12), (mark, *others)[:ACCOUNTS_MOST])
    g.known_browser = fresh

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            _name(), _signer().dumps([fresh.number, *fresh.accounts]), max_age=KEPT_SECONDS, path=_PATH,
            secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax",
        )  # fmt: skip
        return response


def _read() -> KnownBrowser | None:
    raw = request.cookies.get(_name(), "")
    try:
        said = _signer().loads(raw, max_age=KEPT_SECONDS) if raw else None
    except BadData:
        return None
    if not isinstance(said, list) or not said or not all(isinstance(part, str) for part in said):
        return None
    return KnownBrowser(said[0], tuple(said[1:]))


def _name() -> str:
    return "__Secure-known" if current_app.config["SESSION_COOKIE_SECURE"] else "known"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["NETWORK_KEY"], salt="known-browser")
