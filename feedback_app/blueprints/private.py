"""Answers that no cache, history or neighbour may keep."""

from __future__ import annotations

from werkzeug import Response


def secretive(response: Response) -> Response:
    """Keep an address that holds a token out of every next request; such a page can hold no form (CSRF by referrer)."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return not_stored(response)


def not_stored(response: Response) -> Response:
    """Keep a page of one person out of every cache."""
    response.headers["Cache-Control"] = "no-store"
    return response


def not_shared(response: Response) -> Response:
    """Keep an empty form, whose token is of one browser, out of shared caches.

    The browser itself may keep it: whoever goes back finds the boxes as they were left, which `no-store` would undo.
    """
    response.headers["Cache-Control"] = "private, no-cache"
    return response
