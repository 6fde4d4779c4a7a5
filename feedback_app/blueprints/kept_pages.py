"""Public pages that are the same for everybody: drawn once in half a minute, told apart by a mark of their content."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import wraps
from typing import Final
from urllib.parse import urlencode

from flask import Response, current_app, g, make_response, request, session
from flask.typing import ResponseReturnValue

from feedback_app.blueprints.frame import current_language
from feedback_app.blueprints.shelf import clear_shelf, shelve

KEPT_SECONDS: Final = 30
MOST_KEPT: Final = 500
# Longer values are cut before they name a page, so that nobody fills the memory with long addresses.
VALUE_MAX: Final = 80
_STORE: Final = "suara_pages"

View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A drawn page, until when it holds, and its mark."""

    until: float
    body: bytes
    content_type: str
    etag: str


def kept(*parameters: str) -> Callable[[View], View]:
    """Keep what a view draws, by its path, the named parameters of its address, and the language.

    Everything else in the address is ignored, so that no page can carry a stranger's words to the next visitor. Who is
    signed in, or has a message waiting, gets a page of their own that nobody keeps.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def answer(**path: str) -> ResponseReturnValue:
            asked = {name: request.args[name].strip()[:VALUE_MAX] for name in parameters if request.args.get(name)}
            g.here = f"{request.path}?{urlencode(asked)}" if asked else request.path
            if "_user_id" in session or "_flashes" in session:
                own = make_response(view(**path))
                own.headers["Cache-Control"] = "private, no-store"
                return own
            name = (request.endpoint, request.path, tuple(asked.items()), current_language())
            return _sent(_page(name, lambda: make_response(view(**path))))

        return answer

    return mark


def forget_pages() -> None:
    """Drop the pages this process keeps: something was taken back."""
    current_app.extensions.pop(_STORE, None)
    clear_shelf()


def _page(name: Hashable, draw: Callable[[], Response]) -> KeptPage:
    pages: dict[Hashable, KeptPage] = current_app.extensions.setdefault(_STORE, {})
    found = pages.get(name)
    if found is not None and found.until > time.monotonic():
        return found
    drawn = draw()
    body = drawn.get_data()
    etag = hashlib.blake2b(body, digest_size=16).hexdigest()
    page = KeptPage(time.monotonic() + KEPT_SECONDS, body, drawn.content_type or "text/html", etag)
    # Tests roll their rows back, so what one of them drew must not be met by the next.
    if not current_app.testing:
        if len(pages) >= MOST_KEPT:
            pages.clear()
        pages[name] = page
    return page


def _sent(page: KeptPage) -> Response:
    answer = Response(page.body, content_type=page.content_type)
    answer.set_etag(page.etag)
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    # The language is in the cookie.
    answer.vary.add("Cookie")
    # Until the same moment: together they must not show for a minute what is kept for half of one.
    shelve(page.until)
    answer.make_conditional(request)
    return answer
