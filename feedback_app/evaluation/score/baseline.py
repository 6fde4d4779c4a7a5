"""What a rating is compared with: the usual rating of the same service, channel and quarter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from feedback_app.evaluation.score.sums import FloatArray, IntArray, Strata
from feedback_app.evaluation.score.variance import VarianceComponents, shrink, variance_components


@dataclass(frozen=True, slots=True)
class Baselines:
    """The baseline of each stratum (S,), the mean of each of `service` (T,), and the agency's mean.

    `between_services` and `between_strata` are the variances κ² and ω² they were drawn back by.
    """

    stratum: FloatArray
    service: IntArray
    service_mean: FloatArray
    agency_mean: float
    between_services: float
    between_strata: float


def baselines(strata: Strata) -> Baselines:
    """Return the baseline of each stratum: its mean drawn to its service's, and that drawn to the agency's.

    Two empirical Bayes steps, each with its own variances by moments and no constant of ours:

        agency  M   = Σ m_s h_s / Σ h_s,  h_s = 1 / (κ² + σ²/n_s)
        service m_s = M + B_s (ȳ_s - M),  B_s = κ² / (κ² + σ²/n_s)
        stratum b_k = m_s + B_k (ȳ_k - m_s),  B_k = ω² / (ω² + φ²/n_k)

    with ȳ the plain means, (κ², σ²) the variances between and within services, (ω², φ²) those between and
    within strata after their service's mean is taken off. A stratum with few ratings so borrows from its
    service, and a service with few from the agency. A service that one person alone gives can only be told
    from that person through this borrowing: with many ratings its baseline is its own mean and the person's
    residual is near 0.

    Parameters
    ----------
    strata
        See `Strata`; y on 25 to 100.

    Returns
    -------
    Baselines
        In the unit of y, each between the smallest and the largest stratum mean.

    Raises
    ------
    ValueError
        There is no stratum at all.

    Source: Efron and Morris (1975); Henderson (1953) for the variances.
    """
    if strata.n.size == 0:
        raise ValueError("there is no stratum")
    service, index = np.unique(strata.service, return_inverse=True)
    n, total, squares = (
        np.bincount(index, weights=column).astype(np.float64)
        for column in (strata.n, strata.total, strata.total_squares)
    )
    between_services = variance_components(n, total, squares)
    agency_mean = _precision_weighted_mean(n, total / n, between_services)
    service_mean = agency_mean + shrink(n, total / n - agency_mean, between_services).u_hat
    centre = service_mean[index]
    residual, residual_squares = residual_sums(strata.n, strata.total, strata.total_squares, centre)
    mean_square = float(strata.total_squares.sum() / strata.n.sum())
    between_strata = variance_components(strata.n, residual, residual_squares, mean_square=mean_square)
    stratum = centre + shrink(strata.n, residual / strata.n, between_strata).u_hat
    return Baselines(stratum, service, service_mean, agency_mean, between_services.tau2, between_strata.tau2)


def residual_sums(
    n: FloatArray, total: FloatArray, total_squares: FloatArray, baseline: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return Σr and Σr² of r = y - b from n, Σy, Σy² and b (all of one shape, weighted or not).

    Σr = Σy - n b and Σr² = Σy² - 2 b Σy + n b², the latter never below 0.
    """
    squares = total_squares - 2.0 * baseline * total + n * baseline**2
    return total - n * baseline, np.maximum(squares, 0.0)


def _precision_weighted_mean(n: FloatArray, mean: FloatArray, components: VarianceComponents) -> float:
    # n / (n κ² + σ²) is 1 / (κ² + σ²/n); when nothing varies at all the plain counts do.
    noise = n * components.tau2 + components.sigma2
    precision = n / noise if (noise > 0).all() else n
    return float((precision * mean).sum() / precision.sum())
