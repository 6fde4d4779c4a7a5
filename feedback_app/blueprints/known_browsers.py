"""Browsers in which an account has signed in before: they have tries of their own that nobody else can use up.

Wrong passwords are counted by account and network, and behind one address of an office or a mobile carrier sits whoever
would keep a colleague out. A browser that has shown the right password once carries a signed mark of the account; it is
counted by itself. The mark opens nothing: it is read on the sign-in page alone, and says only where tries are counted.

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
from feedback_app.identity.operations import InvalidEmailError, read_email

KEPT_SECONDS: Final = 180 * 24 * 3600
# A computer at a counter is used by several people.
ACCOUNTS_MOST: Final = 8
# Longer than any address (RFC 5321, 4.5.3.1): what else is sent is not read.
ADDRESS_MAX: Final = 320


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """The marks of the accounts that signed in here, the last one first, each with a number drawn at its last sign-in.

    A number for each: an account of one's own must not renew the tries at a colleague's (docs/red-team.md).
    """

    accounts: tuple[tuple[str, str], ...] = ()

    def number_of(self, mark: str) -> str | None:
        """Return the number under which tries at an account are counted here; None where it never signed in."""
        return dict(self.accounts).get(mark)


def register_known_browsers(app: Flask) -> None:
    """Give a browser its mark whenever somebody has signed in there."""
    user_authenticated.connect(_note, app)


def account_mark(email: str) -> str:
    """Return the mark of an account by its address, spelled in any way that the sign-in page takes for the same."""
    raw = email.strip()[:ADDRESS_MAX]
    try:
        return keyed(read_email(raw))
    except InvalidEmailError:
        return keyed(raw.casefold())


def known_browser() -> KnownBrowser | None:
    """Return what this browser carries, read once a request; None where it carries nothing of ours."""
    if "known_browser" not in g:
        g.known_browser = _read()
    found: KnownBrowser | None = g.known_browser
    return found


def is_known_here() -> bool:
    """Tell whether the account named on the sign-in page has signed in with this browser before."""
    found = known_browser()
    return found is not None and found.number_of(account_mark(request.form.get("email", ""))) is not None


def is_strange_here() -> bool:
    """Tell the contrary."""
    return not is_known_here()


def browser_and_account() -> str:
    """Return the mark under which the tries of this browser at the named account are counted."""
    found, mark = known_browser(), account_mark(request.form.get("email", ""))
    number = found.number_of(mark) if found else None
    return f"{mark}:{keyed(number) if number else ''}"


def _note(_app: Flask, user: Any, **_more: Any) -> None:
    before = known_browser()
    mark = account_mark(user.email)
    others = [one for one in (before.accounts if before else ()) if one[0] != mark]
    # A new number each time: tries that were used up before the right password came are forgotten, of this account.
    fresh = KnownBrowser(((mark, secrets.token_urlsafe(12)), *others)[:ACCOUNTS_MOST])
    g.known_browser = fresh

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            _name(), _signer().dumps(fresh.accounts), max_age=KEPT_SECONDS, path="/",
            secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax",
        )  # fmt: skip
        return response


def _read() -> KnownBrowser | None:
    raw = request.cookies.get(_name(), "")
    try:
        said = _signer().loads(raw, max_age=KEPT_SECONDS) if raw else None
    except BadData:
        return None
    # Marks of an earlier form are forgotten.
    if not isinstance(said, list) or not all(isinstance(one, list) and len(one) == 2 for one in said):
        return None
    return KnownBrowser(tuple((str(mark), str(number)) for mark, number in said))


def _name() -> str:
    # A browser takes a cookie of this prefix from this very host alone, and for the whole of it (RFC 6265bis, 4.1.3.2).
    return "__Host-known" if current_app.config["SESSION_COOKIE_SECURE"] else "known"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["NETWORK_KEY"], salt="known-browser")
