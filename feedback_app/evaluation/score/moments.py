"""How much people, services and quarters really differ: variances from sums, each person held against colleagues."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from feedback_app.evaluation.score.sums import Cells, FloatArray, IntArray, Strata

# Sums of floats are sure to about 1e-16 of the squares in them, times the rows; a real difference is far above this.
NOTHING: Final = 1e-9


class Moments(NamedTuple):
    """Variances in points squared, all ≥ 0: people, one rating, services, quarters within a service."""

    tau2: float
    sigma2: float
    kappa2: float
    omega2: float


def moments(strata: Strata, cells: Cells) -> Moments:
    """Estimate the four variances by setting sums of squares equal to what is expected of them.

    With K cells (person i in stratum k) of weight n_ik = Σw, v_ik = Σw², means ȳ_ik, and N_k = Σ_i n_ik:

        within   Σ Σwy² - n_ik ȳ_ik²              =  σ² Σ (n_ik - v_ik/n_ik)
        between  Σ_k Σ_i n_ik (ȳ_ik - ȳ_k)²       =  τ² Σ_k (Σ_i v_ik - Σ_i n_ik²/N_k) + σ² Σ_k (Σ_i v_ik/n_ik - 1)

    The second compares people with colleagues of the same service and quarter only, so that what is hard about
    a service never passes for a difference between people. Where each service is given by one person there is
    nobody to compare, and τ² = 0: then nobody is banded. So it is where people are compared so little that chance
    alone would make the estimate larger than σ².

    ω² and κ² follow from the means of quarters around their service's and of services around the agency's. Their
    expectation holds ω², κ², the chance part σ² and the part τ² that comes from who works where (see `_spread`).

    What comes out below 1e-9 of the mean square of a rating is rounding and counts as 0.

    Source: Henderson (1953), methods 1 and 3; Searle, Casella and McCulloch (1992), ch. 5.
    """
    if strata.n.size == 0:
        return Moments(0.0, 0.0, 0.0, 0.0)
    everything = float(strata.n.sum())
    least = NOTHING * float(strata.total_squares.sum()) / everything
    centre = strata.total / strata.n
    tau2, sigma2 = _people(strata, cells, centre, least)
    service, index = np.unique(strata.service, return_inverse=True)
    omega2 = _omega2(strata, cells, index, (tau2, sigma2), least) if service.size < strata.n.size else 0.0
    kappa2 = _kappa2(strata, cells, index, (tau2, sigma2, omega2), least) if service.size > 1 else 0.0
    return Moments(tau2, sigma2, kappa2, omega2)


def _if_above(least: float, value: float) -> float:
    return value if value > least else 0.0


def _people(strata: Strata, cells: Cells, centre: FloatArray, least: float) -> tuple[float, float]:
    """Return τ² and σ² from the cells; where no cell has two ratings all variance within strata is σ²."""
    if cells.weight.size == 0:
        return 0.0, _within_strata(strata, least)
    n, middle = cells.weight, centre[cells.stratum]
    total = cells.total - n * middle
    squares = cells.total_squares - 2.0 * middle * cells.total + n * middle**2
    everything, freedom = float(n.sum()), float((n - cells.weight_squares / n).sum())
    within = _if_above(least * everything, float(np.maximum(squares - total**2 / n, 0.0).sum()))
    if freedom <= NOTHING * everything:
        return 0.0, _within_strata(strata, least)
    sigma2 = within / freedom
    return _between(strata, cells, total, sigma2, least), sigma2


def _between(strata: Strata, cells: Cells, total: FloatArray, sigma2: float, least: float) -> float:
    """Return τ² from the people of one stratum against each other; `total` is measured from the stratum's mean."""
    n, own = cells.weight, cells.weight_squares

    def per_stratum(column: FloatArray) -> FloatArray:
        return np.bincount(cells.stratum, weights=column, minlength=strata.n.size).astype(np.float64)

    weight = per_stratum(n)
    used = weight > 0
    divisor, everything = np.where(used, weight, 1.0), float(n.sum())
    between = float((total**2 / n).sum() - (per_stratum(total) ** 2 / divisor).sum())
    signal = float(own.sum() - (per_stratum(n**2) / divisor).sum())
    chance = sigma2 * (float((own / n).sum()) - float(used.sum()))
    # Chance alone moves the estimate by σ²√(2f)/signal. Above σ² it says nothing: a head's tenth on a few days does not
    # tell people apart, and a huge τ² from it would swallow what makes services differ.
    freedom = max(0.0, float((own / n).sum()) - float(used.sum()))
    if signal <= NOTHING * everything or signal < (1.0 - NOTHING) * (2.0 * freedom) ** 0.5:
        return 0.0
    return _if_above(least, (_if_above(least * everything, between) - chance) / signal)


def _within_strata(strata: Strata, least: float) -> float:
    everything, freedom = float(strata.n.sum()), float(strata.n.sum()) - strata.n.size
    within = float(np.maximum(strata.total_squares - strata.total**2 / strata.n, 0.0).sum())
    return _if_above(least * everything, within) / freedom if freedom > 0 else 0.0


def _omega2(strata: Strata, cells: Cells, service: IntArray, known: tuple[float, float], least: float) -> float:
    tau2, sigma2 = known
    n = np.bincount(service, weights=strata.n).astype(np.float64)
    around = strata.total - strata.n * (np.bincount(service, weights=strata.total) / n)[service]
    between = float((around**2 / strata.n).sum())
    signal = float(strata.n.sum() - (strata.n**2 / n[service]).sum())
    people = _spread(cells, cells.stratum, strata.n) - _spread(cells, service[cells.stratum], n)
    chance = sigma2 * (strata.n.size - n.size)
    return _if_above(least, (between - chance - tau2 * people) / signal) if signal > 0 else 0.0


def _kappa2(strata: Strata, cells: Cells, service: IntArray, known: tuple[float, float, float], least: float) -> float:
    tau2, sigma2, omega2 = known
    n, everything = np.bincount(service, weights=strata.n).astype(np.float64), float(strata.n.sum())
    around = np.bincount(service, weights=strata.total) - n * (float(strata.total.sum()) / everything)
    between = float((around**2 / n).sum())
    signal = everything - float((n**2).sum()) / everything
    quarters = float((strata.n**2 / n[service]).sum()) - float((strata.n**2).sum()) / everything
    people = _spread(cells, service[cells.stratum], n) - _spread(
        cells, np.zeros_like(cells.stratum), n.sum(keepdims=True)
    )
    chance = sigma2 * (n.size - 1) + omega2 * quarters + tau2 * people
    return _if_above(least, (between - chance) / signal) if signal > 0 else 0.0


def _spread(cells: Cells, group: IntArray, n: FloatArray) -> float:
    """Return Σ_g Σ_i n_ig²/N_g: how much of τ² is in the weighted squares of the groups' means."""
    groups = n.size
    keys, place = np.unique(cells.person * groups + group, return_inverse=True)
    weight = np.bincount(place, weights=cells.weight, minlength=keys.size)
    return float((weight**2 / n[keys % groups]).sum())
