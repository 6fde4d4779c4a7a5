from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from feedback_app.evaluation.rules import rating_value, ratings_needed
from feedback_app.evaluation.score.variance import VarianceComponents, shrink, variance_components

Column = NDArray[np.float64]
Sums = tuple[Column, Column, Column]


def sums(*groups: list[float]) -> Sums:
    rows = [np.asarray(group, dtype=np.float64) for group in groups]
    return (
        np.array([float(row.size) for row in rows]),
        np.array([float(row.sum()) for row in rows]),
        np.array([float((row**2).sum()) for row in rows]),
    )


def as_a_team(size: int, n: Column, total: Column, squares: Column) -> tuple[Column, Column, Column, Column]:
    """Give each group's ratings to `size` people in equal shares: Σw, Σwr, Σwr² and Σw² of each of them."""
    shared = [np.repeat(column / size, size) for column in (n, total, squares, n / size)]
    return shared[0], shared[1], shared[2], shared[3]


@pytest.mark.parametrize(("rating", "value"), [(1, 25), (2, 50), (3, 75), (4, 100)])
def test_rating_stands_on_the_scale_25_to_100(rating: int, value: int) -> None:
    assert rating_value(rating) == value


@pytest.mark.parametrize("rating", [0, 5, -1])
def test_rating_outside_1_to_4_is_refused(rating: int) -> None:
    with pytest.raises(ValueError, match="1, 2, 3 or 4"):
        rating_value(rating)


def test_components_of_a_balanced_layout_by_hand() -> None:
    # Groups (0, 2), (4, 6), (8, 10): within 2 + 2 + 2 = 6 over 3; between 2·(16 + 0 + 16) = 64.
    # sigma2 = 6/3 = 2; tau2 = (64 - 2·2) / (6 - 12/6) = 60/4 = 15.
    assert variance_components(*sums([0, 2], [4, 6], [8, 10])) == pytest.approx((15.0, 2.0))


def test_components_of_an_unbalanced_layout_by_hand() -> None:
    # Groups (1, 3), (5, 5, 8): means 2 and 6, all 4.4; within 2 + 6 = 8 over 3; between 2·5.76 + 3·2.56 =
    # 19.2. sigma2 = 8/3; tau2 = (19.2 - 8/3) / (5 - 13/5) = 16.5333/2.4.
    components = variance_components(*sums([1, 3], [5, 5, 8]))
    assert components.sigma2 == pytest.approx(8 / 3)
    assert components.tau2 == pytest.approx((19.2 - 8 / 3) / 2.4)


def test_groups_with_the_same_mean_have_no_variance_between_them() -> None:
    assert variance_components(*sums([0, 4], [1, 3], [2, 2])).tau2 == 0.0


def test_one_group_tells_nothing_about_differences() -> None:
    assert variance_components(*sums([1, 3])) == pytest.approx((0.0, 2.0))


def test_single_ratings_cannot_tell_people_from_chance_so_all_is_chance() -> None:
    tau2, sigma2 = variance_components(*sums([10], [20], [30]))
    assert (tau2, sigma2) == pytest.approx((0.0, 100.0))


@pytest.mark.parametrize("groups", [[], [[5.0]]])
def test_no_ratings_or_one_rating_have_no_variance(groups: list[list[float]]) -> None:
    assert variance_components(*sums(*groups)) == (0.0, 0.0)


def test_groups_without_ratings_are_left_out() -> None:
    with_empty = variance_components([2, 0, 2], [2, 0, 14], [4, 0, 100])
    assert with_empty == variance_components([2, 2], [2, 14], [4, 100])


def test_rounding_is_measured_by_the_ratings_and_not_by_what_is_left_of_them() -> None:
    # Residuals of 1e-13 are all that is left of ratings of 100 after a baseline of 100 is taken off.
    left = ([50.0, 50.0], [5e-12, -5e-12], [5e-25, 5e-25])
    assert variance_components(*left).tau2 > 0
    assert variance_components(*left, mean_square=100.0**2) == (0.0, 0.0)


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one shape"):
        variance_components([1, 2], [1.0], [1.0])


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        variance_components([-1], [1.0], [1.0])


def test_components_do_not_change_when_a_constant_is_added_to_every_rating() -> None:
    low, high = sums([1, 3], [5, 5, 8], [2, 2, 2, 9]), sums([101, 103], [105, 105, 108], [102, 102, 102, 109])
    assert variance_components(*low) == pytest.approx(variance_components(*high))


def test_team_that_always_shares_gives_the_components_of_whole_ratings_up_to_what_it_hides() -> None:
    # Two teams of two share every rating. The team means differ by half the between-person variance.
    n, total, squares = sums([0, 2], [4, 6])
    shared = variance_components(*as_a_team(2, n, total, squares))
    whole = variance_components(n, total, squares)
    assert shared.sigma2 == pytest.approx(whole.sigma2)
    assert shared.tau2 == pytest.approx(2 * whole.tau2)


# The last figure is three standard errors of tau2's estimate from 4,000 people, found by repeated simulation.
@pytest.mark.parametrize(("tau2", "sigma2", "within"), [(40.0, 360.0, 0.08), (20.0, 380.0, 0.09), (4.0, 396.0, 0.16)])
def test_simulated_components_are_recovered(tau2: float, sigma2: float, within: float) -> None:
    draw = np.random.default_rng(20260105)
    counts = draw.integers(2, 151, 4000)
    person = np.repeat(np.arange(4000), counts)
    ratings = draw.normal(0.0, tau2**0.5, 4000)[person] + draw.normal(0.0, sigma2**0.5, person.size)
    found = variance_components(counts, np.bincount(person, weights=ratings), np.bincount(person, weights=ratings**2))
    assert found.tau2 == pytest.approx(tau2, rel=within)
    assert found.sigma2 == pytest.approx(sigma2, rel=0.01)


@pytest.mark.parametrize("team", [2, 3, 5])
def test_simulated_components_are_recovered_from_shared_ratings(team: int) -> None:
    draw = np.random.default_rng(7)
    teams, tau2, sigma2 = 3000, 20.0, 380.0
    counts = draw.integers(30, 300, teams)
    of_team = draw.normal(0.0, tau2**0.5, (teams, team)).mean(axis=1)
    index = np.repeat(np.arange(teams), counts)
    ratings = of_team[index] + draw.normal(0.0, sigma2**0.5, index.size)
    n, total, squares = (
        np.bincount(index, weights=weights).astype(np.float64)
        for weights in (np.ones_like(ratings), ratings, ratings**2)
    )
    found = variance_components(*as_a_team(team, n, total, squares))
    assert found.tau2 == pytest.approx(tau2, rel=0.15)
    assert found.sigma2 == pytest.approx(sigma2, rel=0.01)


def test_shrinkage_by_hand() -> None:
    # tau2 = 20, sigma2 = 380, n = 19: B = 380 / (380 + 380) = 0.5.
    shrunk = shrink([19.0], [10.0], VarianceComponents(20.0, 380.0))
    assert shrunk.reliability == pytest.approx([0.5])
    assert shrunk.u_hat == pytest.approx([5.0])
    assert shrunk.standard_error == pytest.approx([10.0**0.5])


def test_shrinkage_of_shared_ratings_by_hand() -> None:
    # The same B = 0.5, of which a third of the ratings' say is the person's own: 1/6.
    shrunk = shrink([19.0], [10.0], VarianceComponents(20.0, 380.0), 1 / 3)
    assert shrunk.u_hat == pytest.approx([5.0])
    assert shrunk.reliability == pytest.approx([1 / 6])
    assert shrunk.standard_error == pytest.approx([(20.0 * 5 / 6) ** 0.5])


def mixed_model(
    z: NDArray[np.float64], r: NDArray[np.float64], components: VarianceComponents
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Solve the mixed model as a whole: posterior means and standard errors of u in r = Zu + e."""
    tau2, sigma2 = components
    gain = tau2 * z.T @ np.linalg.inv(tau2 * z @ z.T + sigma2 * np.eye(r.size))
    spread = tau2 * np.eye(z.shape[1]) - gain @ z * tau2
    return gain @ r, np.sqrt(np.diag(spread))


@pytest.mark.parametrize("seed", range(3))
def test_shrinkage_equals_the_mixed_model_solved_as_a_whole(seed: int) -> None:
    draw = np.random.default_rng(seed)
    person = np.repeat(np.arange(12), draw.integers(1, 25, 12))
    residual = draw.normal(0.0, 20.0, person.size)
    components = VarianceComponents(30.0, 370.0)
    u_hat, standard_error = mixed_model(np.eye(12)[person], residual, components)
    n = np.bincount(person).astype(float)
    shrunk = shrink(n, np.bincount(person, weights=residual) / n, components)
    assert shrunk.u_hat == pytest.approx(u_hat, abs=1e-9)
    assert shrunk.standard_error == pytest.approx(standard_error, abs=1e-9)


@pytest.mark.parametrize("team", [2, 3, 6])
def test_shrinkage_of_a_team_that_shares_everything_equals_the_mixed_model(team: int) -> None:
    draw = np.random.default_rng(team)
    counts = draw.integers(5, 60, 4)
    z = np.kron(np.eye(4), np.full((1, team), 1 / team))[np.repeat(np.arange(4), counts)]
    residual = draw.normal(0.0, 20.0, counts.sum())
    components = VarianceComponents(30.0, 370.0)
    u_hat, standard_error = mixed_model(z, residual, components)
    weight, total = z.sum(axis=0), z.T @ residual
    shrunk = shrink(weight, total / weight, components, (z**2).sum(axis=0) / weight)
    assert shrunk.u_hat == pytest.approx(u_hat, abs=1e-9)
    assert shrunk.standard_error == pytest.approx(standard_error, abs=1e-9)


@given(
    st.floats(0.01, 1e6),
    st.floats(-75, 75),
    st.floats(0, 1000),
    st.floats(0, 1000),
    st.floats(0.01, 1.0),
)
def test_reliability_lies_between_0_and_1_and_the_estimate_between_0_and_the_mean(
    n: float, mean: float, tau2: float, sigma2: float, own_share: float
) -> None:
    shrunk = shrink([n], [mean], VarianceComponents(tau2, sigma2), own_share)
    assert 0.0 <= shrunk.reliability[0] < 1.0
    assert abs(shrunk.u_hat[0]) <= abs(mean) * (1 + 1e-12)
    assert shrunk.u_hat[0] * mean >= 0.0
    assert 0.0 <= shrunk.standard_error[0] <= tau2**0.5


def test_without_differences_between_people_everybody_is_as_expected() -> None:
    shrunk = shrink([1.0, 1e6], [40.0, -40.0], VarianceComponents(0.0, 380.0))
    assert shrunk.u_hat.tolist() == [0.0, 0.0]
    assert shrunk.reliability.tolist() == [0.0, 0.0]


def test_ratings_without_any_noise_are_still_not_certainty() -> None:
    shrunk = shrink([40.0], [10.0], VarianceComponents(20.0, 0.0))
    assert shrunk.reliability[0] < 1.0
    assert shrunk.u_hat == pytest.approx([10.0])


@pytest.mark.parametrize(("icc", "figure"), [(0.03, 75), (0.05, 44), (0.10, 21)])
def test_ratings_needed_for_a_reliability_of_seventy_percent(icc: float, figure: int) -> None:
    n = ratings_needed(0.70, icc)
    assert round(n) == figure
    shrunk = shrink([n, n - 1, n + 1], [0.0, 0.0, 0.0], VarianceComponents(icc * 400, (1 - icc) * 400))
    assert shrunk.reliability[0] == pytest.approx(0.70)
    assert shrunk.reliability[1] < 0.70 < shrunk.reliability[2]


@pytest.mark.parametrize(("reliability", "icc"), [(0.0, 0.1), (1.0, 0.1), (0.7, 0.0), (0.7, 1.0)])
def test_ratings_needed_for_an_impossible_reliability_are_refused(reliability: float, icc: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        ratings_needed(reliability, icc)
