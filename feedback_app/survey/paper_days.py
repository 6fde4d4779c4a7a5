"""Days as they are typed with few keys: `12`, `12/5`, `1205` or `12-05-2026`. Pure."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from feedback_app.survey.paper_values import Problem, UnreadableValueError

_WRITTEN: Final = re.compile(r"(\d{1,2})(?:[-/. ](\d{1,2})(?:[-/. ](\d{4}))?)?", re.ASCII)
_RUN: Final = re.compile(r"(\d{2})(\d{2})(\d{4})?", re.ASCII)
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)


def read_keyed_day(text: str, *, first: date, last: date, today: date) -> date:
    """Return the day that was typed; month and year that were left out are those of the newest such day in the period.

    Raises
    ------
    UnreadableValueError
        No day, one outside the period, or one that is still to come.

    >>> read_keyed_day("1205", first=date(2026, 1, 1), last=date(2026, 6, 30), today=date(2026, 5, 20)).isoformat()
    '2026-05-12'
    """
    if not text.strip():
        raise UnreadableValueError(Problem.DAY_MISSING)
    year, month, day = _parts(text.strip())
    latest = min(last, today)
    candidates = [
        found
        for y in ([year] if year else range(latest.year, first.year - 1, -1))
        for m in ([month] if month else range(12, 0, -1))
        if (found := _date(y, m, day)) is not None
    ]
    if not candidates:
        raise UnreadableValueError(Problem.DAY)
    inside = [found for found in candidates if first <= found <= last]
    if not inside:
        raise UnreadableValueError(Problem.DAY_OUTSIDE)
    past = [found for found in inside if found <= today]
    if not past:
        raise UnreadableValueError(Problem.DAY_TO_COME)
    return past[0]


def _parts(text: str) -> tuple[int | None, int | None, int]:
    """Return year, month and day, as far as they were typed."""
    if found := _ISO.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _WRITTEN.fullmatch(text) or _RUN.fullmatch(text):
        year, month = found[3], found[2]
        return int(year) if year else None, int(month) if month else None, int(found[1])
    raise UnreadableValueError(Problem.DAY)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
