"""What the method promises, held by the study with fixed seeds."""

from __future__ import annotations

from dataclasses import astuple, replace

import numpy as np
import pytest

from feedback_app.cli.evaluation_simulate import broken
from feedback_app.evaluation.score.figures import Band
from feedback_app.evaluation.score.joint import score_cycle
from feedback_app.evaluation.score.methods import METHODS
from feedback_app.evaluation.score.sums import Contributions, Reference, Strata
from feedback_app.evaluation.simulation.study import Figures, Size, mean_of, study
from feedback_app.evaluation.simulation.truth import Office, between_people, few_to_many, rated, spread_for

SEEDS = (1, 2, 3, 4, 5)


@pytest.fixture(scope="module")
def found() -> list[Figures]:
    return [study(seed, Size(rounds=60), METHODS["fair-score/2"]) for seed in SEEDS]


@pytest.fixture(scope="module")
def mean(found: list[Figures]) -> Figures:
    return mean_of(found)


@pytest.mark.slow
def test_method_keeps_its_promises(mean: Figures) -> None:
    assert broken(mean) == []
    assert mean.caught_score >= 0.42
    assert mean.flagged_small_n_score < 0.20
    assert 0.88 <= mean.coverage_90 <= 0.92
    assert mean.wrong_below <= 0.01
    assert mean.hard_service_wrong_below <= 0.01


def test_intervals_hold_the_truth_where_people_are_spread_over_services(mean: Figures) -> None:
    assert 0.87 <= mean.coverage_90_services <= 0.92


@pytest.mark.slow
def test_plain_means_do_as_badly_as_they_are_known_to(mean: Figures) -> None:
    assert 0.28 <= mean.caught_raw <= 0.35
    assert 0.75 <= mean.flagged_small_n_raw <= 0.83


def test_method_says_something_at_all(mean: Figures) -> None:
    assert mean.banded > 0.12


def test_same_seed_gives_the_same_figures(found: list[Figures]) -> None:
    assert study(SEEDS[0], Size(rounds=60), METHODS["fair-score/2"]) == found[0]
    assert len({astuple(one) for one in found}) == len(SEEDS)


def test_promise_that_is_not_kept_is_named(mean: Figures) -> None:
    assert broken(replace(mean, wrong_below=0.02, coverage_90=0.8)) == ["coverage_90", "wrong_below"]


def test_first_method_has_far_too_narrow_intervals_where_two_share_a_service() -> None:
    size = Size(people=400, units=200, rounds=10)
    pairs = {name: study(1, size, method).coverage_90_pairs for name, method in METHODS.items()}
    assert pairs["fair-score/1"] < 0.7
    # 0.90 with the variances known; with 200 pairs to estimate them from a little less.
    assert 0.86 <= pairs["fair-score/2"] <= 0.92


def test_intervals_of_two_in_a_service_hold_the_truth_when_the_variances_are_those_of_an_earlier_cycle() -> None:
    spread, draw = spread_for(0.05), np.random.default_rng(2)
    inside = []
    for _ in range(40):
        person = np.arange(200)
        office = Office(
            person, person // 2, few_to_many(draw, 200), draw.normal(size=200), draw.normal(0.0, 0.25, 100), spread
        )
        truth = rated(office, draw)
        reference = Reference(between_people(spread) ** 2, 463.0, 28.0, 0.0, 79.0)
        for one, effect in zip(
            score_cycle(truth.strata, truth.contributions, reference=reference).people, truth.effect, strict=True
        ):
            inside.append(one.low <= effect <= one.high)
    assert 0.88 <= float(np.mean(inside)) <= 0.92


def shared(
    draw: np.random.Generator, team: int, reference: Reference | None
) -> tuple[np.ndarray, list[tuple[float, float, Band]]]:
    """Draw 240 people who always share their ratings in one team, in 20 services."""
    crews = 240 // team
    u, n = draw.normal(0.0, 20.0**0.5, 240), few_to_many(draw, crews).astype(np.float64)
    service = np.arange(crews) % 20
    mean = 75.0 + draw.normal(0.0, 5.0, 20)[service] + u.reshape(crews, team).mean(axis=1)
    total = n * mean + draw.normal(0.0, np.sqrt(380.0 * n))
    squares = total**2 / n + 380.0 * draw.chisquare(np.maximum(n - 1, 1))
    sums = (np.bincount(service, weights=column).astype(np.float64) for column in (n, total, squares))
    share = np.repeat(n / team, team)
    rows = Contributions(
        np.arange(240), np.repeat(service, team), np.repeat(n, team).astype(np.int64), share, share / team,
        np.repeat(total / team, team), np.repeat(squares / team, team),
    )  # fmt: skip
    people = score_cycle(Strata(np.arange(20), *sums), rows, reference=reference).people
    return u, [(one.low, one.high, one.band) for one in people]


@pytest.mark.parametrize("team", [2, 4])
def test_intervals_of_people_who_always_share_hold_the_truth(team: int) -> None:
    inside = []
    for seed in range(25):
        u, people = shared(np.random.default_rng(seed), team, Reference(20.0, 380.0, 25.0, 0.0, 75.0))
        inside += [low <= truth <= high for truth, (low, high, _) in zip(u, people, strict=True)]
    assert 0.88 <= float(np.mean(inside)) <= 0.92


@pytest.mark.parametrize("team", [2, 4])
def test_people_who_always_share_are_never_banded(team: int) -> None:
    for seed in range(10):
        for reference in (None, Reference(20.0, 380.0, 25.0, 0.0, 75.0)):
            _, people = shared(np.random.default_rng(seed), team, reference)
            assert {band for _, _, band in people} == {Band.INSUFFICIENT}
