"""What the board may tell, and when: small numbers speak about single people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

LOT_MIN: Final = 40
"""The least number of ratings in a lot.

Whoever sees a chart before and after a lot knows the sum of its ratings. From the sum of 10 the newest is guessed in 34
of 100 cases, of 30 in 30, of 40 in 29, where blind guessing finds 25 (every rating equally likely;
`tests/evaluation/board/test_leak.py` counts it).
"""

SHARE_MIN: Final = 200
"""The least number of ratings behind a share of dissatisfied.

Sum and share together tell more than either: with 40 new ratings among 200 still no more than 30 in 100.
"""

FEW: Final = 10
"""No part of a figure speaks of fewer."""

LOW_RATINGS: Final = (1, 2)
BLOCK_HOURS: Final = 2
CLOSED_AFTER_DAYS: Final = 22
"""A day's receipts are counted once the last of them has run out (14 days to use, for visits up to 7 days back)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Ratings of some days of service: how many, how many of them 1 or 2, their sum and sum of squares."""

    first_on: date
    last_on: date
    n: int
    n_low: int
    total: int
    total_squares: int

    def __add__(self, other: Batch) -> Batch:
        """Return both as one."""
        return Batch(
            min(self.first_on, other.first_on), max(self.last_on, other.last_on), self.n + other.n,
            self.n_low + other.n_low, self.total + other.total, self.total_squares + other.total_squares,
        )  # fmt: skip

    @property
    def mean(self) -> float:
        """Return the mean rating, 1 to 4."""
        return self.total / self.n

    @property
    def low_share(self) -> float:
        """Return the share of ratings 1 and 2, 0 to 1."""
        return self.n_low / self.n


def pool(batches: Iterable[Batch], smallest: int = LOT_MIN) -> list[Batch]:
    """Join batches with their neighbours, in the order given, until each has enough ratings.

    What is left at the end goes to the last one; nothing comes of too few altogether.

    >>> day = date(2026, 1, 5)
    >>> [batch.n for batch in pool([Batch(day, day, n, 0, 3 * n, 9 * n) for n in (15, 30, 90, 20)])]
    [45, 110]
    """
    found, rest = _joined(batches, smallest)
    if rest is not None and found:
        found[-1] += rest
    return found


def complete(batches: Iterable[Batch], smallest: int) -> list[Batch]:
    """Join batches in the order given until each has enough; what is left at the end waits and is not told.

    >>> day = date(2026, 1, 5)
    >>> [batch.n for batch in complete([Batch(day, day, n, 0, 3 * n, 9 * n) for n in (150, 60, 90)], 200)]
    [210]
    """
    return _joined(batches, smallest)[0]


def _joined(batches: Iterable[Batch], smallest: int) -> tuple[list[Batch], Batch | None]:
    """Return neighbours joined until each has enough, and what is left at the end."""
    found: list[Batch] = []
    open_: Batch | None = None
    for batch in batches:
        open_ = batch if open_ is None else open_ + batch
        if open_.n >= smallest:
            found.append(open_)
            open_ = None
    return found, open_


def by_week(lots: Iterable[Batch]) -> list[Batch]:
    """Return the lots of each week of service (that of their last day) as one, the earliest first."""
    weeks: dict[date, Batch] = {}
    for lot in lots:
        monday = week_of(lot.last_on)
        weeks[monday] = weeks[monday] + lot if monday in weeks else lot
    return [weeks[monday] for monday in sorted(weeks)]


def week_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())
