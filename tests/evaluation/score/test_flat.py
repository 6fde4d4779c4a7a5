"""Ratings that tell nobody apart: what the sums of floats leave over must never become a band."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.evaluation.rules import (
    Band,
    Contributions,
    CycleScores,
    Strata,
    band,
    baselines,
    score_people,
    variance_components,
)

SHARES = st.sampled_from([1.0, 0.9, 0.8, 0.75, 0.7, 2 / 3, 0.3, 1 / 3, 1 / 7, 0.1])
POINTS = st.sampled_from([25, 50, 75, 100])
Cell = tuple[int, int, int]  # person, stratum, ratings
CELLS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(1, 400)), min_size=1, max_size=24)


def scored(cells: list[Cell], shares: list[float], point: dict[int, int], odd: dict[int, int]) -> CycleScores:
    """Score people whose ratings are all `point` of their stratum, save as many of the first cells as `odd` says."""
    n = np.array([float(count) for _, _, count in cells])
    total = np.array([float(count * point[s]) for _, s, count in cells])
    squares = np.array([float(count * point[s] ** 2) for _, s, count in cells])
    for index, value in odd.items():
        usual = point[cells[index][1]]
        total[index] += value - usual
        squares[index] += value**2 - usual**2
    strata = np.array([s for _, s, _ in cells])
    known, place = np.unique(strata, return_inverse=True)
    sums = [np.bincount(place, weights=column).astype(np.float64) for column in (n, total, squares)]
    found = baselines(Strata(known.astype(np.int64), *sums)).stratum
    employee = np.array([person for person, _, _ in cells], dtype=np.int64)
    share = np.array([shares[person] for person in employee])
    return score_people(
        Contributions(
            employee, n.astype(np.int64), n * share, n * share**2, total * share, squares * share, found[place]
        )
    )


@given(CELLS, st.lists(SHARES, min_size=6, max_size=6), POINTS)
def test_ratings_that_are_all_alike_band_nobody(cells: list[Cell], shares: list[float], point: int) -> None:
    scores = scored(cells, shares, dict.fromkeys(range(4), point), {})
    assert (scores.tau2, scores.sigma2, scores.delta) == (0.0, 0.0, 0.0)
    assert {(person.band, person.reliability, person.score) for person in scores.people} == {
        (Band.INSUFFICIENT, 0.0, 0.0)
    }


@given(CELLS, st.lists(SHARES, min_size=6, max_size=6), st.lists(POINTS, min_size=4, max_size=4))
def test_services_that_differ_while_their_people_do_not_band_nobody(
    cells: list[Cell], shares: list[float], points: list[int]
) -> None:
    scores = scored(cells, shares, dict(enumerate(points)), {})
    assert (scores.tau2, scores.delta) == (0.0, 0.0)
    assert {person.band for person in scores.people} == {Band.INSUFFICIENT}


@given(
    CELLS,
    st.lists(SHARES, min_size=6, max_size=6),
    POINTS,
    st.dictionaries(st.integers(0, 23), POINTS, min_size=1, max_size=3),
)
def test_a_few_odd_ratings_band_somebody_only_where_people_differ(
    cells: list[Cell], shares: list[float], point: int, odd: dict[int, int]
) -> None:
    inside = {index: value for index, value in odd.items() if index < len(cells)}
    scores = scored(cells, shares, dict.fromkeys(range(4), point), inside)
    assert scores.tau2 == 0.0 or scores.tau2 > 1e-9 * 25**2
    if scores.tau2 == 0.0:
        assert Counter(person.band for person in scores.people) == {Band.INSUFFICIENT: len(scores.people)}


def test_rounding_is_measured_by_the_ratings_and_not_by_what_is_left_of_them() -> None:
    # Residuals of 1e-13 are all that is left of ratings of 100 after a baseline of 100 is taken off.
    left = ([50.0, 50.0], [5e-12, -5e-12], [5e-25, 5e-25])
    assert variance_components(*left).tau2 > 0
    assert variance_components(*left, mean_square=100.0**2) == (0.0, 0.0)


@pytest.mark.parametrize(("low", "high"), [(1e-13, 2e-13), (-2.0, -1.0), (0.0, 0.0)])
def test_where_nobody_differs_no_interval_bands_anybody(low: float, high: float) -> None:
    assert band(low, high, 0.99, 1000.0, 0.0) is Band.INSUFFICIENT
