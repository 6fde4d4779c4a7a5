"""What all pages of staff share: nothing of them is kept by a browser, and long lists come in pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from flask import Blueprint, Response

from feedback_app.blueprints.numbers import asked_page

Row = TypeVar("Row")


def staff_blueprint(name: str) -> Blueprint:
    """Return a blueprint below `/petugas` whose pages no browser or proxy keeps."""
    bp = Blueprint(name, __name__, url_prefix="/petugas")
    bp.after_request(_not_stored)
    return bp


def pages_of(total: int, size: int) -> int:
    """Return how many pages hold so many rows, at least 1."""
    return max(1, -(-total // size))


def slice_of(rows: Sequence[Row], size: int) -> tuple[Sequence[Row], int, int]:
    """Return the rows of the page asked for, its number, and how many pages there are."""
    pages = pages_of(len(rows), size)
    page = min(asked_page(), pages)
    return rows[(page - 1) * size : page * size], page, pages


def _not_stored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
