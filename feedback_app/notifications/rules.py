"""When a message is tried again, and when trying ends. How long that takes is this house's own choice."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Final

# A server that greylists is over it in minutes, one that is being repaired in a day; after that a person should look.
WAITS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
MAX_ATTEMPTS: Final = len(WAITS) + 1
JITTER_SHARE: Final = 0.2
LONGEST_WAIT: Final = timedelta(hours=24)
# Where a way is set up only after weeks, nobody should be flooded with what is long over.
NEWS_FOR: Final = timedelta(days=14)


class Way(enum.StrEnum):
    """How a message travels."""

    EMAIL = "email"
    WHATSAPP = "whatsapp"


def is_last(attempts: int) -> bool:
    """Tell whether no further attempt follows after so many."""
    return attempts >= MAX_ATTEMPTS


def is_stale(created_at: datetime, *, attempts: int, now: datetime) -> bool:
    """Tell whether a message that was never tried has waited so long that it is no news any more."""
    return attempts == 0 and now - created_at > NEWS_FOR


def wait_after(attempts: int, *, jitter: float, asked: timedelta | None = None) -> timedelta:
    """Return how long a message waits after an attempt that failed for the moment.

    Parameters
    ----------
    attempts
        Attempts made so far, from 1 on; past the table its last row holds.
    jitter
        A share from 0 to 1, drawn by whoever asks: it spreads the messages of one outage over a fifth of the wait.
    asked
        What the other side asked for (`Retry-After`); it can lengthen the wait, up to a day, and not shorten it.

    >>> wait_after(1, jitter=0.0)
    datetime.timedelta(seconds=60)
    >>> wait_after(2, jitter=0.5)
    datetime.timedelta(seconds=330)
    >>> wait_after(1, jitter=0.0, asked=timedelta(minutes=10))
    datetime.timedelta(seconds=600)
    """
    planned = WAITS[min(max(attempts, 1), len(WAITS)) - 1] * (1 + JITTER_SHARE * jitter)
    return max(planned, min(asked, LONGEST_WAIT)) if asked else planned
