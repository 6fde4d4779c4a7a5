"""How long something lasts where some have not ended yet: the product-limit estimate with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]

# A product of floats may end a hair above the share it is in exact arithmetic.
_HAIR: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share that has not ended yet, after each time at which something ended or was seen last.

    `times` shape (k,), ascending; `still`, `lower`, `upper` shape (k,), shares from 0 to 1; `ended` and `at_risk`
    shape (k,), how many ended at a time and how many had lasted until just before it. `n` have been watched.
    """

    times: Numbers
    still: Numbers
    lower: Numbers
    upper: Numbers
    ended: NDArray[np.int64]
    at_risk: NDArray[np.int64]
    n: int
    n_ended: int

    def time_until(self, share: float) -> float | None:
        """Return the first time by which at least a share (0 to 1) has ended; None where the curve never gets there."""
        return _first_at_most(self.times, self.still, 1.0 - share)

    def interval_until(self, share: float) -> tuple[float | None, float | None]:
        """Return the interval of `time_until`, from where the bounds of the curve cross; None where one never does."""
        left = 1.0 - share
        return _first_at_most(self.times, self.lower, left), _first_at_most(self.times, self.upper, left)

    def still_at(self, time: float) -> float:
        """Return the share (0 to 1) that lasts longer than a time."""
        place = int(np.searchsorted(self.times, time, side="right"))
        return float(self.still[place - 1]) if place else 1.0


def kaplan_meier(
    durations: Sequence[float] | Numbers, has_ended: Sequence[bool] | NDArray[np.bool_], *, confidence: float = 0.95
) -> Estimate:
    """Return the product-limit estimate of how long something lasts, what is still going on counted as far as it went.

    What has not ended counts among those at risk until its time and leaves without lowering the curve; at equal times
    ends come first. The interval is Greenwood's on the scale of log(-log), which never leaves 0 to 1.

    Parameters
    ----------
    durations
        Shape (n,); any unit, 0 or more.
    has_ended
        Shape (n,); False where the duration is only known to be at least so long.
    confidence
        Of the pointwise interval, between 0 and 1.

    Raises
    ------
    ValueError
        The two differ in length.

    Notes
    -----
    E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete observations, JASA 53 (1958) 457-481;
    J. D. Kalbfleisch and R. L. Prentice, The Statistical Analysis of Failure Time Data, 2nd ed. (2002), 1.4.

    >>> curve = kaplan_meier([1, 2, 3, 4], [True, True, False, True])
    >>> [round(float(share), 3) for share in curve.still]
    [0.75, 0.5, 0.5, 0.0]
    >>> curve.time_until(0.5)
    2.0
    """
    lasted, over = np.asarray(durations, dtype=np.float64), np.asarray(has_ended, dtype=np.bool_)
    if lasted.shape != over.shape:
        raise ValueError("every duration needs a word whether it has ended")
    times, place = np.unique(lasted, return_inverse=True)
    left = np.bincount(place, minlength=len(times))
    ended = np.bincount(place, weights=over, minlength=len(times)).astype(np.int64)
    at_risk = len(lasted) - np.concatenate(([0], np.cumsum(left)[:-1])).astype(np.int64)[: len(times)]
    still: Numbers = np.cumprod((at_risk - ended) / at_risk, dtype=np.float64)
    lower, upper = _greenwood(still, ended, at_risk, confidence)
    return Estimate(times, still, lower, upper, ended, at_risk, len(lasted), int(over.sum()))


def _greenwood(
    still: Numbers, ended: NDArray[np.int64], at_risk: NDArray[np.int64], confidence: float
) -> tuple[Numbers, Numbers]:
    # Nothing has ended before the first end, and nothing is left after the last one: there the bounds are the curve.
    inside = (still > 0.0) & (still < 1.0)
    divisor = at_risk * (at_risk - ended)
    spread = np.cumsum(np.divide(ended, divisor, out=np.zeros(len(still)), where=divisor > 0))
    log = np.log(still, out=np.full(len(still), -1.0), where=inside)
    reach = NormalDist().inv_cdf(0.5 + confidence / 2) * np.sqrt(spread) / -log
    lower = np.where(inside, np.exp(log * np.exp(reach)), still)
    upper = np.where(inside, np.exp(log * np.exp(-reach)), still)
    return lower, upper


def _first_at_most(times: Numbers, curve: Numbers, share: float) -> float | None:
    places = np.flatnonzero(curve <= share + _HAIR)
    return float(times[places[0]]) if len(places) else None
