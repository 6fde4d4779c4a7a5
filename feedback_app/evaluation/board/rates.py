"""Two rates compared, with an exact interval, and a correction for asking many times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from feedback_app.score_interval import score_interval

LEVEL: Final = 0.95
Z_95: Final = 1.959963984540054
FALSE_DISCOVERIES: Final = 0.05


@dataclass(frozen=True, slots=True)
class RateRatio:
    """How a rate now stands to the same rate before: the ratio, its 95 % interval, the two-sided p-value.

    `ratio` and `high` are infinite where nothing was counted before.
    """

    ratio: float
    low: float
    high: float
    p_value: float


def rate_ratio(now: int, exposure_now: int, before: int, exposure_before: int) -> RateRatio:
    """Compare two Poisson rates exactly: of all events, how many fell into the later time is binomial.

    Przyborowski and Wilenski, Biometrika 31 (1940); the interval is that of Clopper and Pearson (1934), the p-value
    doubles the smaller tail.

    Parameters
    ----------
    now, before
        Events, 0 or more, of which at least one.
    exposure_now, exposure_before
        What they are counted from (texts, days), above 0.

    >>> found = rate_ratio(30, 100, 10, 100)
    >>> round(found.ratio, 1), round(found.low, 2), round(found.high, 2), round(found.p_value, 4)
    (3.0, 1.43, 6.88, 0.0022)
    """
    # numpy and scipy are wanted by few pages.
    from scipy.special import bdtr, betaincinv

    events, tail = now + before, (1 - LEVEL) / 2
    expected = exposure_now / (exposure_now + exposure_before)
    low = float(betaincinv(now, before + 1, tail)) if now else 0.0
    high = float(betaincinv(now + 1, before, 1 - tail)) if before else 1.0
    below = float(bdtr(now, events, expected))
    above = 1.0 - (float(bdtr(now - 1, events, expected)) if now else 0.0)
    scale = exposure_before / exposure_now

    def odds(share: float) -> float:
        return math.inf if share >= 1 else share / (1 - share) * scale

    ratio = now / before * scale if before else math.inf
    return RateRatio(ratio, odds(low), odds(high), min(1.0, 2 * min(below, above)))


def discoveries(p_values: Sequence[float], level: float = FALSE_DISCOVERIES) -> list[bool]:
    """Tell which of many comparisons count, so that of those that do no more than `level` are expected to be chance.

    Benjamini and Hochberg, JRSS B 57 (1995).

    >>> discoveries([0.001, 0.04, 0.03, 0.9])
    [True, False, False, False]
    """
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    passed = [rank for rank, place in enumerate(order, 1) if p_values[place] <= level * rank / len(p_values)]
    chosen = set(order[: max(passed, default=0)])
    return [place in chosen for place in range(len(p_values))]


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole with its 95 % interval (Wilson 1927), all from 0 to 1."""

    part: int
    whole: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """Return the share itself."""
        return self.part / self.whole


def share_of(part: int, whole: int) -> Share:
    """Return a share with its interval; `whole` is at least 1."""
    return Share(part, whole, *score_interval(part / whole, whole, Z_95))
