"""Long lists come in pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from feedback_app.blueprints.numbers import asked_page

Row = TypeVar("Row")


def pages_of(total: int, size: int) -> int:
    """Return how many pages hold so many rows, at least 1."""
    return max(1, -(-total // size))


def slice_of(rows: Sequence[Row], size: int) -> tuple[Sequence[Row], int, int]:
    """Return the rows of the page asked for, its number, and how many pages there are."""
    pages = pages_of(len(rows), size)
    page = min(asked_page(), pages)
    return rows[(page - 1) * size : page * size], page, pages
