"""From sums of ratings to a figure for a person: how far from the expected, how surely, in which band."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from feedback_app.evaluation.score.baseline import residual_sums
from feedback_app.evaluation.score.variance import FloatArray, VarianceComponents, shrink, variance_components

Z_90: Final = 1.6448536269514722  # two-sided 90 % of the normal distribution
RELIABILITY_MIN: Final = 0.7
N_EFFECTIVE_MIN: Final = 30.0
DELTA_IN_TAU: Final = 0.5


class Band(enum.StrEnum):
    """What the evidence says; "insufficient" is a normal and honest answer."""

    ABOVE = "above"
    AS_EXPECTED = "as_expected"
    BELOW = "below"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True, slots=True)
class Contributions:
    """Sums of ratings as far as one person answers for them; shape (C,), rows may be split or merged.

    `employee` is the person's id; `n` counts the ratings touched; `weight` is Σw and `weight_squares` Σw², w
    the share of each; `total` and `total_squares` are Σwy and Σwy², y on 25 to 100; `baseline` is the
    stratum's. For a cell of n ratings with one share these are n, n·share, n·share², share·Σy and share·Σy².
    Whoever answers for a cell through two assignments has one row of it, with both shares added.
    """

    employee: NDArray[np.int64]
    n: NDArray[np.int64]
    weight: FloatArray
    weight_squares: FloatArray
    total: FloatArray
    total_squares: FloatArray
    baseline: FloatArray

    def __post_init__(self) -> None:
        others = (self.n, self.weight, self.weight_squares, self.total, self.total_squares, self.baseline)
        if any(column.shape != self.employee.shape for column in others):
            raise ValueError("the arrays must have one shape")
        if not ((self.weight > 0).all() and (self.weight_squares > 0).all()):
            raise ValueError("every row needs a weight above 0")


@dataclass(frozen=True, slots=True)
class PersonScore:
    """The figure of one person, in points against what was expected of the same work (0 = as expected).

    `n` counts the ratings the person had part in, `n_effective` is the sum of the shares, `own_share` their
    mean share (1 = answered alone; below it the ratings are of a team). `mean_residual` is the plain mean,
    `score` the same drawn back by chance's part, `low` and `high` its 90 % interval. `reliability` lies in
    [0, 1).
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
    """All scores of a cycle, by employee id, and what holds for everybody in it.

    `overall_baseline` is the mean of all baselines, by weight: added to a score it gives the scale 25 to 100.
    It is None when nobody has a rating.
    """

    people: tuple[PersonScore, ...]
    tau2: float
    sigma2: float
    delta: float
    overall_baseline: float | None


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


def score_people(
    contributions: Contributions,
    *,
    components: VarianceComponents | None = None,
    delta_in_tau: float = DELTA_IN_TAU,
) -> CycleScores:
    """Score everybody in a cycle from additive sums alone.

    Per row Σr and Σr² of r = y - baseline follow from the sums; per person they are added up. A rating that
    several people answer for counts for each of them with the share w, so n_effective = Σw: thirty ratings
    shared by three weigh as ten, for the reading of one of three people out of their common mean is that much
    weaker (see `shrink`).

    Parameters
    ----------
    contributions
        See `Contributions`; C rows, in any order.
    components
        Variances to use instead of those of this cycle, for instance to compare with and without quarantined
        ratings.
    delta_in_tau
        Half-width of "as expected" in between-person standard deviations, > 0; with 0 nobody gets a band.

    Returns
    -------
    CycleScores
        One `PersonScore` per employee id that occurs, sorted by id; nobody for empty input.

    Source: normal random-effects model, empirical Bayes; see `variance_components` and `shrink`.
    """
    rows = contributions
    employee, index = np.unique(rows.employee, return_inverse=True)

    def per_person(column: NDArray[Any]) -> FloatArray:
        return np.bincount(index, weights=column, minlength=employee.size).astype(np.float64)

    residual, residual_squares = residual_sums(rows.weight, rows.total, rows.total_squares, rows.baseline)
    weight, own, total = per_person(rows.weight), per_person(rows.weight_squares), per_person(residual)
    if components is None:
        mean_square = float(rows.total_squares.sum() / rows.weight.sum()) if employee.size else None
        components = variance_components(weight, total, per_person(residual_squares), own, mean_square=mean_square)
    delta = delta_in_tau * float(np.sqrt(components.tau2))
    mean, own_share = total / weight, own / weight
    shrunk = shrink(weight, mean, components, own_share)
    columns = (employee, per_person(rows.n).astype(np.int64), weight, own_share, mean, *shrunk)
    people = tuple(_person(*row, delta=delta) for row in zip(*(c.tolist() for c in columns), strict=True))
    return CycleScores(people, *components, delta, _overall_baseline(rows))


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


def _overall_baseline(contributions: Contributions) -> float | None:
    weight = float(contributions.weight.sum())
    return float((contributions.weight * contributions.baseline).sum()) / weight if weight else None
