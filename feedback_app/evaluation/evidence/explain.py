"""The arithmetic of one person's figure, step by step, and the rule that decided the band. Pure."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from feedback_app.evaluation.evidence.small_numbers import FIGURES_FROM_N
from feedback_app.evaluation.score.figures import N_EFFECTIVE_MIN, RELIABILITY_MIN, Z_90

SHOWN_DECIMALS = 2


class BandRule(enum.StrEnum):
    """Which rule decided what the evidence says, in the order in which they are asked."""

    NO_RATINGS = "no_ratings"
    WITHHELD = "withheld"
    NO_DIFFERENCE = "no_difference"
    FEW_RATINGS = "few_ratings"
    LOW_RELIABILITY = "low_reliability"
    ALL_ABOVE = "all_above"
    ALL_BELOW = "all_below"
    CROSSES_BOTH = "crosses_both"
    WITHIN = "within"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a stored score and its cycle say, as far as the arithmetic needs it; points are on the scale 25 to 100.

    `mean` and `baseline` are means over the ratings that count, weighted by the person's shares in them.
    """

    n: int
    n_effective: float
    own_share: float
    is_withheld: bool
    mean_residual: float
    score: float
    standard_error: float
    low: float
    high: float
    reliability: float
    baseline: float | None
    tau2: float
    sigma2: float
    delta: float


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The steps: mean - baseline = residual; residual × factor = score; score ± z × standard error = interval.

    The first three are rounded as they are shown and come out to the last place; the score is not worked out from
    them, so `is_product_exact` says whether the product of what is shown is the score that is shown.
    """

    mean: float
    baseline: float
    residual: float
    factor: float
    score: float
    standard_error: float
    z: float
    low: float
    high: float
    reliability: float
    delta: float

    @property
    def is_product_exact(self) -> bool:
        """Tell whether residual × factor, as they are shown, gives the score as it is shown."""
        product = round(self.residual * round(self.factor, 4), SHOWN_DECIMALS)
        return math.isclose(product, round(self.score, SHOWN_DECIMALS), abs_tol=1e-9)


def difference_shown(mean: float, baseline: float) -> float:
    """Return the difference of two figures as they are shown, so that whoever subtracts them finds the same.

    >>> difference_shown(80.359, 75.364)
    5.0
    """
    return round(round(mean, SHOWN_DECIMALS) - round(baseline, SHOWN_DECIMALS), SHOWN_DECIMALS)


def band_rule(ground: Ground) -> BandRule:
    """Return the rule that decided the band; the same order as `score.figures.band` asks in."""
    if ground.n == 0:
        return BandRule.NO_RATINGS
    if ground.is_withheld or ground.n < FIGURES_FROM_N:
        return BandRule.WITHHELD
    if ground.tau2 <= 0 or ground.delta <= 0:
        return BandRule.NO_DIFFERENCE
    if ground.n_effective < N_EFFECTIVE_MIN:
        return BandRule.FEW_RATINGS
    if ground.reliability < RELIABILITY_MIN:
        return BandRule.LOW_RELIABILITY
    return _by_interval(ground)


def _by_interval(ground: Ground) -> BandRule:
    if ground.low > ground.delta:
        return BandRule.ALL_ABOVE
    if ground.high < -ground.delta:
        return BandRule.ALL_BELOW
    if ground.low < -ground.delta and ground.high > ground.delta:
        return BandRule.CROSSES_BOTH
    return BandRule.WITHIN


def arithmetic(ground: Ground) -> Arithmetic | None:
    """Return the steps with the person's numbers; None where there is no figure to show.

    The factor is n τ² / (n τ² + σ²), n the effective number of ratings: the part of a difference that is not chance.
    """
    if band_rule(ground) in {BandRule.NO_RATINGS, BandRule.WITHHELD, BandRule.NO_DIFFERENCE}:
        return None
    if ground.baseline is None:
        return None
    signal = ground.n_effective * ground.tau2
    mean, baseline = (
        round(ground.baseline + ground.mean_residual, SHOWN_DECIMALS),
        round(ground.baseline, SHOWN_DECIMALS),
    )
    return Arithmetic(
        mean=mean, baseline=baseline, residual=difference_shown(mean, baseline),
        factor=signal / (signal + ground.sigma2), score=ground.score, standard_error=ground.standard_error, z=Z_90,
        low=ground.low, high=ground.high, reliability=ground.reliability, delta=ground.delta,
    )  # fmt: skip
