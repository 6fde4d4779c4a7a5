"""The clock of a breach, and how long its words may be."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

# 3 x 24 hours of the clock: nights and holidays count (UU 27/2022 Ps 46).
NOTICE_WITHIN: Final = timedelta(hours=72)
WARN_AFTER: Final = timedelta(hours=48)
WORDS_MIN, WORDS_MAX = 10, 4000


def due_at(found_at: datetime) -> datetime:
    """Return until when the subjects and the authority have to be told.

    >>> from datetime import UTC
    >>> due_at(datetime(2026, 5, 15, 17, 0, tzinfo=UTC)).isoformat()
    '2026-05-18T17:00:00+00:00'
    """
    return found_at + NOTICE_WITHIN
