"""What the method does to people whose true quality is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from feedback_app.evaluation.rules import (
    Band,
    Contributions,
    CycleScores,
    Strata,
    VarianceComponents,
    baselines,
    score_people,
)

Column = NDArray[np.float64]
ICC, VARIANCE = 0.05, 400.0
TRUE = VarianceComponents(ICC * VARIANCE, (1 - ICC) * VARIANCE)


def drawn(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def sums(index: NDArray[np.int64], y: Column) -> tuple[Column, Column, Column]:
    """Return the count, Σy and Σy² per index."""
    weights = (np.ones_like(y), y, y**2)
    n, total, squares = (np.bincount(index, weights=weight).astype(np.float64) for weight in weights)
    return n, total, squares


@dataclass(frozen=True)
class Truth:
    """True residual means, and what the method says about them."""

    u: NDArray[np.float64]
    scores: CycleScores

    def covered(self) -> float:
        inside = [person.low <= u <= person.high for person, u in zip(self.scores.people, self.u, strict=True)]
        return float(np.mean(inside))

    def banded(self, wanted: Band) -> NDArray[np.bool_]:
        return np.array([person.band is wanted for person in self.scores.people])


def people(draw: np.random.Generator, count: int, team: int = 1) -> Truth:
    """Simulate people who answer alone (team 1) or always in the same team, for 2 to 150 ratings each."""
    u = draw.normal(0.0, TRUE.tau2**0.5, count)
    ratings = draw.integers(2, 151, count // team)
    index = np.repeat(np.arange(count // team), ratings)
    y = 75.0 + u.reshape(-1, team).mean(axis=1)[index] + draw.normal(0.0, TRUE.sigma2**0.5, index.size)
    n, total, squares = sums(index, y)
    rows = Contributions(
        employee=np.arange(count),
        n=np.repeat(ratings, team),
        weight=np.repeat(n / team, team),
        weight_squares=np.repeat(n / team**2, team),
        total=np.repeat(total / team, team),
        total_squares=np.repeat(squares / team, team),
        baseline=np.full(count, 75.0),
    )
    return Truth(u, score_people(rows))


@pytest.mark.parametrize("seed", range(8))
def test_ninety_percent_intervals_cover_about_ninety_percent_of_400_people(seed: int) -> None:
    assert 0.85 <= people(drawn(seed), 400).covered() <= 0.95


def test_ninety_percent_intervals_cover_ninety_percent_in_the_long_run() -> None:
    covered = [people(drawn(seed), 400).covered() for seed in range(40)]
    assert 0.89 <= float(np.mean(covered)) <= 0.91


@pytest.mark.parametrize("team", [2, 4])
def test_intervals_of_people_who_always_share_cover_as_well_and_band_nobody(team: int) -> None:
    truths = [people(drawn(seed), 400, team) for seed in range(20)]
    assert 0.87 <= float(np.mean([truth.covered() for truth in truths])) <= 0.93
    assert all(truth.banded(Band.INSUFFICIENT).all() for truth in truths)


def test_hardly_anybody_is_wrongly_banded_below() -> None:
    truths = [people(drawn(seed), 400) for seed in range(20)]
    below = np.concatenate([truth.banded(Band.BELOW) for truth in truths])
    undeserved = np.concatenate([truth.banded(Band.BELOW) & (truth.u > -truth.scores.delta) for truth in truths])
    assert below.sum() > 200  # the method does say something
    assert undeserved.mean() <= 0.01


def test_raw_means_flag_people_with_few_ratings_and_scores_do_not() -> None:
    few_raw, few_scored = [], []
    for seed in range(20):
        found = people(drawn(seed), 100).scores.people
        worst_raw = sorted(found, key=lambda person: person.mean_residual)[:10]
        worst_scored = sorted(found, key=lambda person: person.score)[:10]
        few_raw += [person.n < 10 for person in worst_raw]
        few_scored += [person.n < 10 for person in worst_scored]
    assert np.mean(few_scored) < 0.05 < np.mean(few_raw)


def services_of_different_hardness(draw: np.random.Generator) -> Truth:
    """Simulate 20 services of 20 people; the first is 30 points harder, and half its people are average."""
    services, each = 20, 20
    hardness = 75.0 + draw.normal(0.0, 6.0, services)
    hardness[0] = 45.0
    u = draw.normal(0.0, TRUE.tau2**0.5, services * each)
    u[: each // 2] = 0.0
    ratings = draw.integers(2, 151, u.size)
    service, index = np.repeat(np.arange(services), each), np.repeat(np.arange(u.size), ratings)
    y = hardness[service][index] + u[index] + draw.normal(0.0, TRUE.sigma2**0.5, index.size)
    n, total, squares = sums(index, y)
    strata = Strata(
        np.arange(services),
        *(column.reshape(services, each).sum(axis=1) for column in (n, total, squares)),
    )
    baseline = baselines(strata).stratum[service]
    return Truth(u, score_people(Contributions(np.arange(u.size), ratings, n, n, total, squares, baseline)))


def test_average_person_in_the_hardest_service_is_not_banded_below() -> None:
    truths = [services_of_different_hardness(drawn(seed)) for seed in range(20)]
    average = np.concatenate([truth.banded(Band.BELOW)[:10] for truth in truths])
    others = np.concatenate([truth.banded(Band.BELOW)[20:] for truth in truths])
    assert average.mean() <= 0.01
    assert others.mean() > 0.02
