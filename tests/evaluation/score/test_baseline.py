from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.evaluation.score.baseline import baselines
from feedback_app.evaluation.score.sums import Strata
from feedback_app.evaluation.score.variance import shrink, variance_components


def strata(service: Sequence[int], ratings: Sequence[Sequence[float]]) -> Strata:
    rows = [np.asarray(row, dtype=np.float64) for row in ratings]
    return Strata(
        service=np.array(service, dtype=np.int64),
        n=np.array([float(row.size) for row in rows]),
        total=np.array([float(row.sum()) for row in rows]),
        total_squares=np.array([float((row**2).sum()) for row in rows]),
    )


def test_one_stratum_is_its_own_baseline() -> None:
    found = baselines(strata([4], [[50, 75, 100]]))
    assert found.stratum == pytest.approx([75.0])
    assert found.service.tolist() == [4]
    assert found.agency_mean == pytest.approx(75.0)


def test_ratings_that_are_all_the_same_are_the_baseline() -> None:
    found = baselines(strata([1, 1, 2], [[75, 75], [75], [75, 75, 75]]))
    assert found.stratum == pytest.approx([75.0] * 3)
    assert found.agency_mean == pytest.approx(75.0)


def test_service_that_differs_by_chance_only_has_the_agencys_baseline() -> None:
    found = baselines(strata([1, 2], [[25, 50, 75, 100], [25, 50, 75, 100]]))
    assert found.stratum == pytest.approx([62.5, 62.5])


def test_baselines_of_services_with_one_stratum_each_by_hand() -> None:
    # Services (25, 75), (75, 75), (100, 50), (100, 100): n = 2 each, means 50, 75, 75, 100, all 75.
    # within = 1250 + 0 + 1250 + 0 over 4: sigma2 = 625; between = 2·(625 + 625) = 2500;
    # kappa2 = (2500 - 3·625) / (8 - 16/8) = 104.1667; B = 2·104.1667 / (2·104.1667 + 625) = 0.25.
    found = baselines(strata([1, 2, 3, 4], [[25, 75], [75, 75], [100, 50], [100, 100]]))
    assert found.agency_mean == pytest.approx(75.0)
    assert found.service_mean == pytest.approx([68.75, 75.0, 75.0, 81.25])
    # What is left of the means around these is smaller than chance makes it: the strata keep to the service.
    assert found.stratum == pytest.approx(found.service_mean)


def test_baselines_follow_the_two_documented_steps() -> None:
    draw = np.random.default_rng(3)
    service = np.repeat(np.arange(5), 4)
    hardness = draw.normal(75, 10, 5)[service] + draw.normal(0, 4, 20)
    cells = strata(service.tolist(), [draw.normal(mean, 8, draw.integers(2, 60)).tolist() for mean in hardness])
    n, total, squares = (
        np.array([column[service == s].sum() for s in range(5)])
        for column in (cells.n, cells.total, cells.total_squares)
    )
    kappa2, sigma2 = variance_components(n, total, squares)
    weight = 1 / (kappa2 + sigma2 / n)
    agency = (weight * total / n).sum() / weight.sum()
    service_mean = agency + kappa2 / (kappa2 + sigma2 / n) * (total / n - agency)
    centre = service_mean[service]
    residual = cells.total - cells.n * centre
    residual_squares = cells.total_squares - 2 * centre * cells.total + cells.n * centre**2
    components = variance_components(cells.n, residual, residual_squares)
    expected = centre + shrink(cells.n, residual / cells.n, components).u_hat
    found = baselines(cells)
    assert components.tau2 > 0 < kappa2
    assert found.agency_mean == pytest.approx(agency)
    assert found.service_mean == pytest.approx(service_mean)
    assert found.stratum == pytest.approx(expected)


def test_stratum_with_one_rating_borrows_more_than_one_with_many() -> None:
    draw = np.random.default_rng(11)
    usual = [draw.normal(75 + shift, 15, 200).tolist() for shift in (-6, -3, 0, 3, 6)]
    found = baselines(strata([1] * 7, [*usual, [25.0], draw.normal(60, 15, 400).tolist()]))
    few, many = found.stratum[5], found.stratum[6]
    assert few > 50.0  # far from its mean of 25
    assert many == pytest.approx(60.0, abs=1.5)


def test_cell_numbers_of_services_need_not_follow_each_other() -> None:
    found = baselines(strata([900, -4], [[25, 50, 25, 50], [75, 100, 75, 100]]))
    assert found.service.tolist() == [-4, 900]
    assert found.service_mean[0] > found.service_mean[1]


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.lists(st.sampled_from([25.0, 50.0, 75.0, 100.0]), min_size=1, max_size=8)),
        min_size=1,
        max_size=10,
    )
)
def test_baselines_lie_between_the_smallest_and_largest_mean(cells: list[tuple[int, list[float]]]) -> None:
    found = baselines(strata([service for service, _ in cells], [ratings for _, ratings in cells]))
    means = [sum(ratings) / len(ratings) for _, ratings in cells]
    assert (found.stratum >= min(means) - 1e-9).all()
    assert (found.stratum <= max(means) + 1e-9).all()


def test_no_strata_at_all_are_refused() -> None:
    with pytest.raises(ValueError, match="no stratum"):
        baselines(strata([], []))


def test_stratum_without_ratings_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one rating"):
        strata([1], [[]])


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        strata([1, 2], [[75.0]])
