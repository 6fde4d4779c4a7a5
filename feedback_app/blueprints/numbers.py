"""Numbers that strangers write into addresses and forms: read them, or take them for absent, never stumble on them."""

from __future__ import annotations

from typing import Final

from flask import request
from flask.sansio.app import App
from werkzeug.routing import IntegerConverter

# Every number of eighteen digits fits PostgreSQL's bigint; Python itself refuses to read more than 4300.
DIGITS_MAX: Final = 18
# A database skips rows by counting them, so nobody may ask it to skip without end.
PAGE_MAX: Final = 100_000


class PathNumber(IntegerConverter):
    """A number in a path; one that no row can have names no page."""

    regex = rf"[0-9]{{1,{DIGITS_MAX}}}"


def register_numbers(app: App) -> None:
    """Let every `<int:...>` of routes added from now on be one that the database can hold."""
    app.url_map.converters["int"] = PathNumber


def whole_number(raw: str) -> int:
    """Return a number written in plain digits.

    Raises
    ------
    ValueError
        Something else than digits, or more of them than a row's number has.
    """
    if not raw.isascii() or not raw.isdigit() or len(raw) > DIGITS_MAX:
        raise ValueError("not a whole number of at most eighteen digits")
    return int(raw)


def number_or_none(raw: str | None) -> int | None:
    """Return a number written in plain digits, or None where it is none."""
    try:
        return whole_number(raw or "")
    except ValueError:
        return None


def asked_page() -> int:
    """Return the number of the page asked for, at least 1."""
    return min(max(1, request.args.get("page", 1, type=whole_number)), PAGE_MAX)
