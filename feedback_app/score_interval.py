"""The interval of a share that is not too narrow where the share is near none or all."""

from __future__ import annotations

from math import sqrt


def score_interval(share: float, n: float, z: float) -> tuple[float, float]:
    """Return Wilson's score interval of a share (E. B. Wilson, JASA 22, 1927), both ends from 0 to 1.

    Parameters
    ----------
    share : float
        From 0 to 1.
    n : float
        Of how many, above 0; may be an effective number.
    z : float
        The quantile of the normal distribution: 1.96 for 95 % between both ends.

    >>> [round(end, 3) for end in score_interval(0.9, 50, 1.96)]
    [0.786, 0.957]
    """
    squared = z * z
    scale = 1 + squared / n
    centre = (share + squared / (2 * n)) / scale
    spread = z * sqrt(share * (1 - share) / n + squared / (4 * n * n)) / scale
    return max(0.0, centre - spread), min(1.0, centre + spread)
