"""Style sheets and scripts on the way to an old phone: compressed once, kept by the browser."""

from __future__ import annotations

import gzip
from typing import Final

from flask import Response, request
from flask.sansio.app import App

STATIC_ENDPOINTS: Final = frozenset({"static", "bootstrap.static"})
YEAR_SECONDS: Final = 365 * 24 * 3600
DAY_SECONDS: Final = 24 * 3600
COMPRESSIBLE: Final = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
MOST_KEPT: Final = 32


def register_static_files(app: App) -> None:
    """Compress static text and say how long a browser may keep it."""
    kept: dict[str, bytes] = {}

    def prepare(response: Response) -> Response:
        if request.endpoint not in STATIC_ENDPOINTS or response.status_code not in {200, 304}:
            return response
        # An address that carries the hash of the content never changes its meaning.
        seconds = YEAR_SECONDS if "v" in request.args else DAY_SECONDS
        response.headers["Cache-Control"] = f"public, max-age={seconds}"
        response.vary.add("Accept-Encoding")
        if response.status_code == 200 and response.mimetype in COMPRESSIBLE:
            _compress(response, kept)
        return response

    app.after_request(prepare)


def _compress(response: Response, kept: dict[str, bytes]) -> None:
    # Pages are left alone: compressing what holds both a secret and a visitor's words tells the secret (BREACH).
    if not request.accept_encodings["gzip"] or "Range" in request.headers:
        return
    etag = response.get_etag()[0] or ""
    name = f"{request.path} {etag}"
    response.direct_passthrough = False
    # The file behind the answer is open; it is closed with the answer although its content is not sent.
    response.call_on_close(getattr(response.response, "close", lambda: None))
    if name not in kept:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[name] = gzip.compress(response.get_data(), 9, mtime=0)
    response.set_data(kept[name])
    response.headers["Content-Encoding"] = "gzip"
    if etag:
        response.set_etag(etag, weak=True)
