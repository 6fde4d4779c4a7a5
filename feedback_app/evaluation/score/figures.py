"""What is said of one person or unit: a figure, its interval, how sure it is, and a band or "not enough evidence"."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from feedback_app.evaluation.score.sums import Cells, FloatArray, Reference

Z_90: Final = 1.6448536269514722  # two-sided 90 % of the normal distribution
RELIABILITY_MIN: Final = 0.7
N_EFFECTIVE_MIN: Final = 30.0
DELTA_IN_TAU: Final = 0.5
# No finite number of ratings is certainty; the bound also keeps a rounded 1.0 out of the stored figures.
RELIABILITY_BELOW: Final = float(np.nextafter(1.0, 0.0))


class Band(enum.StrEnum):
    """What the evidence says; "insufficient" is a normal and honest answer."""

    ABOVE = "above"
    AS_EXPECTED = "as_expected"
    BELOW = "below"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True, slots=True)
class PersonScore:
    """The figure of one person, in points against what was expected of the same work (0 = as expected).

    `n` counts the ratings the person had part in, `n_effective` is the sum of the shares, `own_share` their
    mean share (1 = answered alone; below it the ratings are of a team). `mean_residual` is the plain mean,
    `score` the same drawn back by chance's part, `low` and `high` its 90 % interval. `reliability` lies in
    [0, 1) and is 1 - standard_error²/τ².
    """

    employee_id: int
    n: int
    n_effective: float
    own_share: float
    mean_residual: float
    score: float
    standard_error: float
    low: float
    high: float
    reliability: float
    band: Band


@dataclass(frozen=True, slots=True)
class CycleScores:
    """All scores of a cycle, sorted by employee id, and what holds for everybody in it.

    `baseline` (S,) is what an average person gets in each stratum; `leverage` (P,), beside `people`, the part of
    the error variance that comes from not knowing it. `parameters` are those used, `delta` the half-width of
    "as expected" in points. `overall_baseline` is the mean of the baselines by weight: added to a score it gives
    the scale 25 to 100; it is None when nobody has a rating.
    """

    people: tuple[PersonScore, ...]
    baseline: FloatArray
    leverage: FloatArray
    parameters: Reference
    delta: float
    overall_baseline: float | None

    @property
    def tau2(self) -> float:
        """Return the variance between people, in points squared."""
        return self.parameters.tau2

    @property
    def sigma2(self) -> float:
        """Return the variance of one rating, in points squared."""
        return self.parameters.sigma2


class Predicted(NamedTuple):
    """Columns of the figures, all of shape (P,): û_i in points and its reliability in [0, 1)."""

    u_hat: FloatArray
    reliability: FloatArray


def band(low: float, high: float, reliability: float, n_effective: float, delta: float) -> Band:
    """Say what an interval says, in this order.

    1. Fewer than 30 effective ratings, a reliability below 0.70, or nobody who differs (delta = 0):
       insufficient, whatever the figure.
    2. The whole interval above +delta: above.
    3. The whole interval below -delta: below.
    4. The interval crosses both edges, and so excludes nothing: insufficient.
    5. It lies inside the edges or crosses one of them: as expected.

    An end exactly on an edge is not beyond it. The evidence is tested first, so that a small number of
    extreme ratings never bands anybody, neither up nor down.

    Parameters
    ----------
    low, high
        The 90 % interval of the score, in points, low ≤ high.
    reliability, n_effective
        As in `PersonScore`.
    delta
        Half-width of "as expected", in points, ≥ 0; it is 0 where people do not differ beyond chance.

    Raises
    ------
    ValueError
        low > high or delta < 0.
    """
    if low > high or delta < 0:
        raise ValueError("low must not exceed high, delta must not be negative")
    if n_effective < N_EFFECTIVE_MIN or reliability < RELIABILITY_MIN or delta == 0:
        return Band.INSUFFICIENT
    if low > delta:
        return Band.ABOVE
    if high < -delta:
        return Band.BELOW
    if low < -delta and high > delta:
        return Band.INSUFFICIENT
    return Band.AS_EXPECTED


def person_scores(
    cells: Cells, baseline: FloatArray, predicted: Predicted, tau2: float, delta: float
) -> tuple[PersonScore, ...]:
    """Put the figures of everybody together; the standard error is √(τ² (1 - reliability))."""
    weight = cells.per_person(cells.weight)
    mean = cells.per_person(cells.total - cells.weight * baseline[cells.stratum]) / weight
    own_share = cells.per_person(cells.weight_squares) / weight
    error = np.sqrt(tau2 * (1.0 - predicted.reliability))
    columns = (cells.employee, cells.touched, weight, own_share, mean, predicted.u_hat, error, predicted.reliability)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(_person(*row, delta=delta) for row in rows)


def _person(
    employee_id: int,
    n: int,
    n_effective: float,
    own_share: float,
    mean_residual: float,
    score: float,
    standard_error: float,
    reliability: float,
    *,
    delta: float,
) -> PersonScore:
    low, high = score - Z_90 * standard_error, score + Z_90 * standard_error
    return PersonScore(
        employee_id=employee_id,
        n=n,
        n_effective=n_effective,
        own_share=own_share,
        mean_residual=mean_residual,
        score=score,
        standard_error=standard_error,
        low=low,
        high=high,
        reliability=reliability,
        band=band(low, high, reliability, n_effective, delta),
    )


def overall_baseline(cells: Cells, baseline: FloatArray) -> float | None:
    """Return the mean of the baselines by the weight people have in them; None without anybody."""
    weight = float(cells.weight.sum())
    return float((cells.weight * baseline[cells.stratum]).sum()) / weight if weight else None
