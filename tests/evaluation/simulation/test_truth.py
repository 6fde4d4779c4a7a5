from __future__ import annotations

import numpy as np
import pytest

from feedback_app.evaluation.simulation.truth import (
    POINTS,
    SHARES,
    Office,
    between_people,
    chances,
    few_to_many,
    rated,
    spread_for,
    usual_mean,
)


def test_average_person_of_an_average_service_gets_the_usual_shares() -> None:
    assert chances(np.zeros(1))[0] == pytest.approx(SHARES, abs=1e-12)


@pytest.mark.parametrize("icc", [0.03, 0.05, 0.10])
def test_spread_of_people_makes_the_intraclass_correlation_asked_for(icc: float) -> None:
    draw = np.random.default_rng(5)
    skill = draw.normal(size=400_000) * spread_for(icc)
    means = chances(skill) @ POINTS
    whole = chances(skill) @ POINTS**2
    assert means.std() == pytest.approx(between_people(spread_for(icc)), rel=0.01)
    assert means.var() / (whole.mean() - means.mean() ** 2) == pytest.approx(icc, rel=0.01)


def test_true_effects_are_around_what_an_average_person_gets_in_the_service() -> None:
    draw = np.random.default_rng(1)
    people = 20_000
    office = Office(
        person=np.arange(people), service=np.arange(people) % 2, n=np.full(people, 20), skill=draw.normal(size=people),
        ease=np.array([0.0, -1.0]), spread=spread_for(0.05),
    )  # fmt: skip
    found = rated(office, draw)
    usual = usual_mean(office.ease, office.spread)
    assert found.strata.total / found.strata.n == pytest.approx(usual, abs=0.2)
    assert usual[0] - usual[1] > 15.0
    assert [found.effect[office.service == one].mean() for one in (0, 1)] == pytest.approx([0.0, 0.0], abs=0.15)
    assert found.effect[office.service == 0].std() == pytest.approx(found.between, rel=0.03)


def test_most_people_have_few_ratings_and_some_have_many() -> None:
    n = few_to_many(np.random.default_rng(3), 100_000)
    assert (n.min(), n.max()) == (2, 150)
    assert (n < 10).mean() == pytest.approx(0.46, abs=0.01)
    assert (n > 75).mean() == pytest.approx(0.13, abs=0.01)


def test_same_seed_draws_the_same_ratings() -> None:
    office = Office(np.arange(3), np.zeros(3, dtype=np.int64), np.array([5, 9, 40]), np.zeros(3), np.zeros(1), 0.2)
    one, other = (rated(office, np.random.default_rng(8)).contributions.total for _ in range(2))
    assert one.tolist() == other.tolist()
