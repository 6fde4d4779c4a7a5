"""Draw an office whose truth is known: how good its people and how hard its services are, and what citizens rate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import erf
from statistics import NormalDist
from typing import Final

import numpy as np

from feedback_app.evaluation.score.sums import Contributions, FloatArray, IntArray, Strata

POINTS: Final = np.array([25.0, 50.0, 75.0, 100.0])
# What an average person of an average service is rated, 1 to 4: the left-leaning shape of citizens' ratings.
SHARES: Final = (0.06, 0.12, 0.40, 0.42)
N_MIN, N_MAX, FEW_POWER = 2, 150, 1.25


@dataclass(frozen=True, slots=True)
class Office:
    """People at work: cell (person, service) of `n` ratings each; shape (K,).

    `skill` (P,) is how good a person is in between-person standard deviations, `ease` (T,) how easy a service is on
    the latent scale, on which chance has a standard deviation of 1, and `spread` what one standard deviation of
    skill comes to on it.
    """

    person: IntArray
    service: IntArray
    n: IntArray
    skill: FloatArray
    ease: FloatArray
    spread: float


@dataclass(frozen=True, slots=True)
class Rated:
    """An office's ratings as sums, and the truth: each person's effect in points, the standard deviation of these."""

    strata: Strata
    contributions: Contributions
    effect: FloatArray
    between: float


def rated(office: Office, draw: np.random.Generator) -> Rated:
    """Draw the ratings of an office; every person and every service needs a cell."""
    latent = office.ease[office.service] + office.spread * office.skill[office.person]
    counts = draw.multinomial(office.n, chances(latent))
    total, squares = counts @ POINTS, counts @ POINTS**2
    services = office.ease.size
    n, sums, sums_of_squares = (
        np.bincount(office.service, weights=column, minlength=services).astype(np.float64)
        for column in (office.n, total, squares)
    )
    weight = office.n.astype(np.float64)
    rows = Contributions(office.person, office.service, office.n, weight, weight, total, squares)
    usual = usual_mean(office.ease, office.spread)
    better = chances(latent) @ POINTS - usual[office.service]
    effect = np.bincount(office.person, weights=better * weight) / np.bincount(office.person, weights=weight)
    return Rated(Strata(np.arange(services), n, sums, sums_of_squares), rows, effect, between_people(office.spread))


def chances(latent: FloatArray) -> FloatArray:
    """Return the chances of the ratings 1 to 4 for latent means of shape (K,); shape (K, 4)."""
    below = _normal(_cuts()[None, :] - np.asarray(latent)[:, None])
    return np.diff(np.column_stack([np.zeros(len(below)), below, np.ones(len(below))]), axis=1)


def usual_mean(ease: FloatArray, spread: float) -> FloatArray:
    """Return what people rate on average in services, over all people there could be, in points."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    latent = ease[:, None] + spread * nodes[None, :]
    means = (chances(latent.ravel()) @ POINTS).reshape(latent.shape)
    return np.asarray(means @ (weights / weights.sum()))


def between_people(spread: float) -> float:
    """Return the standard deviation between people's true means in an average service, in points."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    means, share = chances(spread * nodes) @ POINTS, weights / weights.sum()
    return float(np.sqrt(share @ (means - share @ means) ** 2))


@cache
def spread_for(icc: float) -> float:
    """Return the latent spread of people for which an intraclass correlation holds for the ratings, in (0, 0.5)."""
    low, high = 0.0, 2.0
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    share = weights / weights.sum()
    for _ in range(50):
        spread = (low + high) / 2
        probability = share @ chances(spread * nodes)
        whole = probability @ POINTS**2 - (probability @ POINTS) ** 2
        low, high = (low, spread) if between_people(spread) ** 2 > icc * whole else (spread, high)
    return (low + high) / 2


def few_to_many(draw: np.random.Generator, size: int) -> IntArray:
    """Draw numbers of ratings from 2 to 150, most of them small: 46 % of people have fewer than 10.

    The logarithm is spread evenly and bent towards small numbers until plain means do as badly as they do in the
    field: they find about 31 % of the truly worst tenth, and 79 % of whom they flag have fewer than 10 ratings.
    """
    height = draw.uniform(size=size) ** FEW_POWER
    return np.asarray(np.exp(np.log(N_MIN) + np.log((N_MAX + 1) / N_MIN) * height), dtype=np.int64)


@cache
def _cuts() -> FloatArray:
    """Return where the latent scale is cut into the four ratings, for `SHARES` at the average."""
    return np.array([NormalDist().inv_cdf(share) for share in np.cumsum(SHARES)[:-1]])


def _normal(x: FloatArray) -> FloatArray:
    return np.asarray(0.5 * (1.0 + np.vectorize(erf, otypes=[np.float64])(x / np.sqrt(2.0))))
