"""Pages that are the same for every visitor who carries no cookie yet, handed out before the application is asked.

Flask, its extensions and the session cost more than a page that is drawn already; a citizen who opens a unit's page or
its rating form for the first time needs none of them. Whoever carries our cookie may have chosen a language, opened a
visit or signed in, and is served by the application.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, current_app, g, request
from itsdangerous import URLSafeTimedSerializer

from feedback_app.blueprints.signing import SignedSessions

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_PAGES: Final = 500
# Longer addresses are drawn each time, so that nobody fills the memory with them.
ADDRESS_MAX: Final = 200
# They belong to one answer and are written anew for each.
_OF_ONE_ANSWER: Final = frozenset({"content-length", "set-cookie", "date", "content-encoding"})

Key = tuple[str, str, str]
Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ShelvedPage:
    """A drawn page until `until`. With a form, the token is put between its parts; without, it has a mark."""

    until: float
    parts: tuple[bytes, ...]
    packed: bytes | None
    headers: Headers
    etag: str | None


class Shelf:
    """Stands before the application and answers what it has on hand."""

    def __init__(self, inner: WSGIApplication, visitors: Visitors) -> None:
        self._inner = inner
        self._visitors = visitors
        self._pages: dict[Key, ShelvedPage] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the shelf, or ask the application."""
        page = self._pages.get(self._key(environ)) if self._may_answer(environ) else None
        if page is None or page.until <= time.monotonic():
            return self._inner(environ, start_response)
        if page.etag is None:
            return self._with_form(page, start_response)
        return _same_for_all(page, environ, start_response)

    def takes(self, environ: WSGIEnvironment) -> bool:
        """Tell whether the answer to a request may stand on the shelf."""
        return self._may_answer(environ) and sum(map(len, self._key(environ))) <= ADDRESS_MAX

    def keep(self, environ: WSGIEnvironment, page: ShelvedPage) -> None:
        """Put what the application has just answered on the shelf, where `takes` says so."""
        key = self._key(environ)
        if len(self._pages) >= MOST_PAGES:
            self._pages.clear()
        self._pages[key] = page

    def clear(self) -> None:
        """Take everything off the shelf: something was taken back."""
        self._pages.clear()

    def _may_answer(self, environ: WSGIEnvironment) -> bool:
        return environ["REQUEST_METHOD"] == "GET" and self._visitors.mark not in environ.get("HTTP_COOKIE", "")

    def _key(self, environ: WSGIEnvironment) -> Key:
        # The host is part of it: only an address that the application has accepted once is answered.
        return environ.get("HTTP_HOST", ""), environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")

    def _with_form(self, page: ShelvedPage, start_response: StartResponse) -> Iterable[bytes]:
        cookie, token = self._visitors.newcomer()
        body = token.encode().join(page.parts)
        start_response("200 OK", [*page.headers, ("Set-Cookie", cookie), ("Content-Length", str(len(body)))])
        return [body]


def _same_for_all(page: ShelvedPage, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if page.etag and page.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 NOT MODIFIED", [header for header in page.headers if header[0].lower() != "content-type"])
        return []
    if page.packed is not None and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        packed = [("Content-Encoding", "gzip"), ("Content-Length", str(len(page.packed)))]
        start_response("200 OK", [*page.headers, *packed])
        return [page.packed]
    start_response("200 OK", [*page.headers, ("Content-Length", str(len(page.parts[0])))])
    return [page.parts[0]]


class Visitors:
    """Gives a newcomer the cookie and the form token that the application itself would give."""

    def __init__(self, app: Flask) -> None:
        name = app.config["SESSION_COOKIE_NAME"]
        # Found anywhere among the cookies, with or without spaces, it only sends the request to the application, which
        # looks properly.
        self.mark: Final = name
        self._field = app.config.get("WTF_CSRF_FIELD_NAME", "csrf_token")
        key: str = app.config.get("WTF_CSRF_SECRET_KEY") or app.config["SECRET_KEY"]
        self._tokens = URLSafeTimedSerializer(key, salt="wtf-csrf-token")
        sessions = SignedSessions().get_signing_serializer(app)
        assert sessions is not None  # noqa: S101 - without a key the application does not start
        self._sessions = sessions
        secure = "; Secure" if app.config["SESSION_COOKIE_SECURE"] else ""
        self._cookie = f"{name}={{}}{secure}; HttpOnly; Path=/; SameSite={app.config['SESSION_COOKIE_SAMESITE']}"

    def newcomer(self) -> tuple[str, str]:
        """Return the Set-Cookie header and the token of a fresh session."""
        held = hashlib.sha256(os.urandom(32)).hexdigest()[:40]
        return self._cookie.format(self._sessions.dumps({self._field: held})), str(self._tokens.dumps(held))


def register_shelf(app: Flask) -> None:
    """Stand before the application; last among its hooks, so that a page is shelved as it is sent."""
    shelf = Shelf(app.wsgi_app, Visitors(app))
    app.wsgi_app = shelf  # type: ignore[method-assign]
    app.extensions["suara_shelf"] = shelf
    # The first registered runs last, when every other has added its headers.
    app.after_request_funcs.setdefault(None, []).insert(0, _keep_asked)


def shelve(until: float, parts: Iterable[str] | None = None) -> None:
    """Ask that the answer of this request be kept until a moment of the monotonic clock.

    `parts` are those around the form token, if it has a form.
    """
    g.shelve = (until, tuple(part.encode() for part in parts) if parts is not None else None)


def clear_shelf() -> None:
    """Take every page of this process off the shelf."""
    shelf: Shelf | None = current_app.extensions.get("suara_shelf")
    if shelf is not None:
        shelf.clear()


def _keep_asked(response: Response) -> Response:
    asked: Any = g.pop("shelve", None)
    # Tests roll their rows back, so what one of them drew must not be met by the next.
    if asked is None or response.status_code != 200 or current_app.testing:
        return response
    shelf: Shelf = current_app.extensions["suara_shelf"]
    if not shelf.takes(request.environ):
        return response
    until, parts = asked
    headers: Headers = [item for item in response.headers.items() if item[0].lower() not in _OF_ONE_ANSWER]
    etag = None if parts else response.get_etag()[0]
    if parts is None and etag is None:
        return response
    body = parts or (response.get_data(),)
    if parts:
        # What Flask itself adds where a session is opened, which happens after this.
        headers.append(("Vary", "Cookie"))
    packed = gzip.compress(body[0], 6, mtime=0) if etag else None
    if packed is not None:
        headers = [(name, f"{value}, Accept-Encoding" if name.lower() == "vary" else value) for name, value in headers]
    shelf.keep(request.environ, ShelvedPage(until, body, packed, headers, etag))
    return response
