"""How much of the differences between people is real, and how far a mean must be drawn back because of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from feedback_app.evaluation.score.figures import RELIABILITY_BELOW
from feedback_app.evaluation.score.moments import NOTHING
from feedback_app.evaluation.score.sums import FloatArray


class VarianceComponents(NamedTuple):
    """Variance of people's means (`tau2`) and of one rating around them (`sigma2`), in points squared."""

    tau2: float
    sigma2: float


class Shrunk(NamedTuple):
    """People's estimated true means, their standard errors (points) and reliabilities; all of shape (K,)."""

    u_hat: FloatArray
    standard_error: FloatArray
    reliability: FloatArray


def variance_components(
    n: ArrayLike,
    total: ArrayLike,
    total_squares: ArrayLike,
    weight_squares: ArrayLike | None = None,
    *,
    mean_square: float | None = None,
) -> VarianceComponents:
    """Estimate the variance between and within K groups from their sums, by moments (ANOVA).

    Model: r_ij = m + u_i + e_ij with var(u) = tau2 and var(e) = sigma2. With N = Σn and the mean r̄ of all,

        sigma2 = Σ_i (Σr² - n_i r̄_i²) / (N - K)
        tau2   = (Σ_i n_i (r̄_i - r̄)² - (K - 1) sigma2) / (N - Σn_i²/N), never below 0.

    A rating that several people answer for enters each of their groups with its share w, and all their true
    means are in it, by these shares. With n_i = Σw and v_i = Σw² the expectations then are

        E[within]  = sigma2 (N - Σ v_i/n_i)
        E[between] = tau2 (Σ v_i - Σ n_i²/N) + sigma2 (Σ v_i/n_i - 1),

    for teams that stay the same and are all among the groups. They are solved in this form; for whole ratings
    (v = n) they are the two formulas above. Where people work alone and in teams, tau2 comes out too small.

    Whatever comes out below 1e-9 of the mean square is rounding, not variance, and counts as 0: else the shrunk
    means of ratings that are all alike would seem to be known with a high reliability.

    Parameters
    ----------
    n, total, total_squares
        Shape (K,): Σw, Σwr and Σwr² of each group. Groups with n = 0 are left out.
    weight_squares
        Shape (K,): Σw² of each group; left out, every rating is a whole one.
    mean_square
        Mean of y² of the values as they were before a baseline was taken off, in points squared: what the
        rounding is measured by. Left out, it is that of the given values.

    Returns
    -------
    VarianceComponents
        Both ≥ 0. Where nobody has two ratings the two cannot be told apart, and all variance is put to
        `sigma2`.

    Raises
    ------
    ValueError
        The arrays differ in shape, or a count is negative.

    Source: Henderson (1953), method 1, for the unbalanced one-way layout.

    >>> variance_components([2, 2], [2.0, 6.0], [4.0, 20.0])
    VarianceComponents(tau2=1.0, sigma2=2.0)
    """
    weight, sums, squares = (np.asarray(values, dtype=np.float64) for values in (n, total, total_squares))
    own = weight if weight_squares is None else np.asarray(weight_squares, dtype=np.float64)
    if not weight.shape == sums.shape == squares.shape == own.shape:
        raise ValueError("the arrays must have one shape")
    if (weight < 0).any() or (own < 0).any():
        raise ValueError("counts must not be negative")
    used = weight > 0
    if not used.any():
        return VarianceComponents(0.0, 0.0)
    least = NOTHING * (float(squares[used].sum() / weight[used].sum()) if mean_square is None else mean_square)
    return _components(weight[used], sums[used], squares[used], own[used], least)


def _components(
    n: FloatArray, total: FloatArray, total_squares: FloatArray, own: FloatArray, least: float
) -> VarianceComponents:
    everything = float(n.sum())
    mean, grand_mean = total / n, float(total.sum()) / everything
    within = _if_above(least * everything, float(np.maximum(total_squares - total * mean, 0.0).sum()))
    between = _if_above(least * everything, float((n * (mean - grand_mean) ** 2).sum()))
    groups = float((own / n).sum())  # K, when every rating is a whole one
    within_freedom = everything - groups
    if within_freedom <= 1e-9 * everything:
        freedom = everything - 1.0
        return VarianceComponents(0.0, (within + between) / freedom if freedom > 0 else 0.0)
    sigma2 = within / within_freedom
    tau2_weight = float(own.sum()) - float((n**2).sum()) / everything
    if tau2_weight <= 1e-9 * everything:
        return VarianceComponents(0.0, sigma2)
    return VarianceComponents(_if_above(least, (between - (groups - 1.0) * sigma2) / tau2_weight), sigma2)


def _if_above(least: float, value: float) -> float:
    return value if value > least else 0.0


def shrink(
    n_effective: ArrayLike,
    mean_residual: ArrayLike,
    components: VarianceComponents,
    own_share: ArrayLike = 1.0,
) -> Shrunk:
    """Draw each person's mean back towards 0 as far as chance alone would have moved it.

    With s (`own_share`) the mean share a person has in the ratings that count for them:

        B = tau2 / (tau2 + sigma2 / n_effective)
        û = B r̄,  reliability = s B,  standard error = √(tau2 (1 - s B))

    For s = 1 this is the best linear unbiased prediction of the random-effects model. A rating shared by a
    fixed team of m equals reads the mean of m people; with n_effective = n/m the best prediction of one of
    them is again B r̄, but it explains only s = 1/m of what sets that person apart. The reliability says so:
    no number of shared ratings tells colleagues apart who always share them. With a team that changes, or a
    person who also works alone, reliability stays below what could be had; it errs towards "not enough".

    Parameters
    ----------
    n_effective
        Shape (K,): the sum of the shares, > 0.
    mean_residual
        Shape (K,): share-weighted mean of rating minus baseline, in points.
    components
        The variances to use, in squared points.
    own_share
        Shape (K,) or one number: Σw² / Σw, in (0, 1].

    Returns
    -------
    Shrunk
        Arrays of shape (K,); the reliability lies in [0, 1), and is 0 when `tau2` is.

    Source: Robinson (1991), "That BLUP is a good thing"; Searle, Casella and McCulloch (1992), ch. 7.
    """
    n, mean, share = np.broadcast_arrays(
        np.asarray(n_effective, dtype=np.float64), np.asarray(mean_residual, dtype=np.float64), own_share
    )
    signal = n * components.tau2
    noisy = signal + components.sigma2
    factor = np.divide(signal, noisy, out=np.zeros_like(noisy), where=noisy > 0)
    reliability = np.minimum(share * factor, RELIABILITY_BELOW)
    return Shrunk(factor * mean, np.sqrt(components.tau2 * (1.0 - reliability)), reliability)


def ratings_needed(reliability: float, icc: float) -> float:
    """Return how many whole ratings give a reliability, when the ICC is tau2 / (tau2 + sigma2).

    Both lie in (0, 1), else ValueError. Solves B = n·icc / (n·icc + 1 - icc) for n (Spearman-Brown).

    >>> [round(ratings_needed(0.70, icc)) for icc in (0.03, 0.05, 0.10)]
    [75, 44, 21]
    """
    if not (0.0 < reliability < 1.0 and 0.0 < icc < 1.0):
        raise ValueError("reliability and icc must lie between 0 and 1")
    return reliability / (1.0 - reliability) * (1.0 - icc) / icc
