"""What a check says: one line that anybody understands, and what to do."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta


class Level(enum.StrEnum):
    """How bad it is. `warn`: it runs, and somebody should look. `bad`: it must not go on like this."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at. `what` is a stable name for programs, `advice` is empty where all is well."""

    level: Level
    what: str
    text: str
    advice: str = ""


Lines = Iterator[Line]


def ok(what: str, text: str) -> Line:
    """Return a line about something that is well."""
    return Line(Level.OK, what, text)


def warn(what: str, text: str, advice: str) -> Line:
    """Return a line about something somebody should look at."""
    return Line(Level.WARN, what, text, advice)


def bad(what: str, text: str, advice: str) -> Line:
    """Return a line about something that must not go on."""
    return Line(Level.BAD, what, text, advice)


def judged(what: str, text: str, advice: str, *, is_warn: bool, is_bad: bool) -> Line:
    """Return a line of the level that fits."""
    if is_bad:
        return bad(what, text, advice)
    return warn(what, text, advice) if is_warn else ok(what, text)


def looked(what: str, check: Callable[[], Lines]) -> list[Line]:
    """Return what a check says; a check that fails is a line of its own, and the next one is made all the same."""
    try:
        return list(check())
    except Exception as error:
        first = (str(error).strip().splitlines() or [""])[0][:200]
        return [bad(what, f"could not be looked at: {type(error).__name__}: {first}", "see the message")]


def span(length: timedelta) -> str:
    """Return a length of time in its largest fitting unit.

    >>> span(timedelta(hours=50)), span(timedelta(seconds=90))
    ('2 days', '1 minutes')
    """
    seconds = int(length.total_seconds())
    for unit, name in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= (2 * unit if unit > 60 else unit):
            return f"{seconds // unit} {name}"
    return f"{seconds} seconds"
