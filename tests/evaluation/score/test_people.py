from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from feedback_app.evaluation.rules import (
    METHOD_VERSION,
    Band,
    Contributions,
    CycleScores,
    PersonScore,
    VarianceComponents,
    band,
    score_people,
)
from feedback_app.evaluation.score.people import Z_90

COMPONENTS = VarianceComponents(20.0, 380.0)
Cell = tuple[int, list[float], float, float]  # person, ratings, share, baseline


def contributions(cells: Sequence[Cell]) -> Contributions:
    n = np.array([len(ratings) for _, ratings, _, _ in cells], dtype=np.int64)
    share = np.array([share for _, _, share, _ in cells], dtype=np.float64)
    return Contributions(
        employee=np.array([person for person, _, _, _ in cells], dtype=np.int64),
        n=n,
        weight=n * share,
        weight_squares=n * share**2,
        total=share * np.array([sum(ratings) for _, ratings, _, _ in cells]),
        total_squares=share * np.array([sum(y**2 for y in ratings) for _, ratings, _, _ in cells]),
        baseline=np.array([baseline for _, _, _, baseline in cells], dtype=np.float64),
    )


def only(scores: CycleScores) -> PersonScore:
    (person,) = scores.people
    return person


def test_method_has_a_version() -> None:
    assert METHOD_VERSION == "fair-score/2"


def test_score_of_one_person_by_hand() -> None:
    # Baseline 75; 60 ratings of 100 and 16 of 75: residuals 25 and 0, mean 1500/76; B = 76·20 / (76·20 + 380)
    # = 0.8.
    person = only(score_people(contributions([(9, [100.0] * 60 + [75.0] * 16, 1.0, 75.0)]), components=COMPONENTS))
    mean = 1500 / 76
    assert (person.employee_id, person.n, person.n_effective, person.own_share) == (9, 76, 76.0, 1.0)
    assert person.mean_residual == pytest.approx(mean)
    assert person.reliability == pytest.approx(0.8)
    assert person.score == pytest.approx(0.8 * mean)
    assert person.standard_error == pytest.approx(2.0)
    assert person.low == pytest.approx(0.8 * mean - 1.6448536269514722 * 2.0)
    assert person.high == pytest.approx(0.8 * mean + 1.6448536269514722 * 2.0)
    assert person.band is Band.ABOVE


def test_z_cuts_off_five_percent_on_each_side() -> None:
    assert math.erfc(Z_90 / math.sqrt(2)) / 2 == pytest.approx(0.05, abs=1e-15)


def test_person_is_compared_with_the_baseline_of_each_stratum() -> None:
    hard, easy = (1, [50.0] * 40, 1.0, 50.0), (1, [100.0] * 40, 1.0, 100.0)
    person = only(score_people(contributions([hard, easy]), components=COMPONENTS))
    assert person.score == pytest.approx(0.0, abs=1e-12)
    assert person.n == 80


def test_shared_ratings_count_by_their_share() -> None:
    person = only(score_people(contributions([(1, [100.0] * 90, 1 / 3, 75.0)]), components=COMPONENTS))
    assert person.n == 90
    assert person.n_effective == pytest.approx(30.0)
    assert person.own_share == pytest.approx(1 / 3)
    assert person.mean_residual == pytest.approx(25.0)
    assert person.reliability == pytest.approx(600 / 980 / 3)


def test_no_number_of_shared_ratings_bands_one_of_a_team() -> None:
    person = only(score_people(contributions([(1, [25.0] * 100_000, 0.5, 75.0)]), components=COMPONENTS))
    assert person.n_effective == 50_000.0
    assert person.band is Band.INSUFFICIENT


def test_cycle_reports_what_holds_for_everybody() -> None:
    cells = [
        (1, [100.0, 50.0, 75.0], 1.0, 70.0),
        (2, [25.0, 50.0], 1.0, 80.0),
        (3, [75.0, 75.0, 25.0], 1.0, 70.0),
    ]
    scores = score_people(contributions(cells))
    assert scores.overall_baseline == pytest.approx((3 * 70 + 2 * 80 + 3 * 70) / 8)
    assert scores.delta == pytest.approx(0.5 * scores.tau2**0.5)
    assert [person.employee_id for person in scores.people] == [1, 2, 3]


def test_width_of_as_expected_is_a_setting() -> None:
    given_row = contributions([(1, [75.0], 1.0, 75.0)])
    scores = score_people(given_row, components=COMPONENTS, delta_in_tau=2.0)
    assert scores.delta == pytest.approx(2.0 * 20.0**0.5)


def test_cycle_without_ratings_scores_nobody() -> None:
    assert score_people(contributions([])) == CycleScores((), 0.0, 0.0, 0.0, None)


def test_where_people_do_not_differ_there_is_never_enough_evidence() -> None:
    scores = score_people(contributions([(person, [50.0, 100.0] * 100, 1.0, 75.0) for person in range(5)]))
    assert scores.tau2 == 0.0
    assert {person.band for person in scores.people} == {Band.INSUFFICIENT}
    assert {person.score for person in scores.people} == {0.0}


# delta is 2 throughout; 30 ratings and a reliability of 0.7 are the least that say anything.
@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        pytest.param(2.1, 6.0, Band.ABOVE, id="whole interval above"),
        pytest.param(2.0, 6.0, Band.AS_EXPECTED, id="lower end on the upper edge"),
        pytest.param(-6.0, -2.1, Band.BELOW, id="whole interval below"),
        pytest.param(-6.0, -2.0, Band.AS_EXPECTED, id="upper end on the lower edge"),
        pytest.param(-1.0, 1.0, Band.AS_EXPECTED, id="inside"),
        pytest.param(-2.0, 2.0, Band.AS_EXPECTED, id="from edge to edge"),
        pytest.param(-1.0, 3.0, Band.AS_EXPECTED, id="crosses the upper edge"),
        pytest.param(-3.0, 1.0, Band.AS_EXPECTED, id="crosses the lower edge"),
        pytest.param(-2.1, 2.1, Band.INSUFFICIENT, id="crosses both edges"),
    ],
)
def test_band_follows_from_where_the_interval_lies(low: float, high: float, expected: Band) -> None:
    assert band(low, high, 0.7, 30.0, 2.0) is expected


@pytest.mark.parametrize(
    ("reliability", "n_effective"),
    [
        pytest.param(0.6999, 1000.0, id="reliability just too low"),
        pytest.param(0.99, 29.99, id="ratings just too few"),
    ],
)
@pytest.mark.parametrize(("low", "high"), [(10.0, 20.0), (-20.0, -10.0), (-0.1, 0.1)])
def test_too_little_evidence_bands_nobody_however_extreme(
    reliability: float, n_effective: float, low: float, high: float
) -> None:
    assert band(low, high, reliability, n_effective, 2.0) is Band.INSUFFICIENT


@pytest.mark.parametrize(("low", "high", "delta"), [(1.0, 0.0, 2.0), (0.0, 1.0, -1.0)])
def test_interval_or_edge_that_cannot_be_is_refused(low: float, high: float, delta: float) -> None:
    with pytest.raises(ValueError, match="must not"):
        band(low, high, 0.9, 100.0, delta)


def test_columns_of_different_lengths_are_refused() -> None:
    rows = contributions([(1, [75.0], 1.0, 75.0), (2, [75.0], 1.0, 75.0)])
    with pytest.raises(ValueError, match="one shape"):
        replace(rows, baseline=np.array([75.0]))


def test_row_without_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="weight above 0"):
        contributions([(1, [75.0], 0.0, 75.0)])


points = st.sampled_from([25.0, 50.0, 75.0, 100.0])
cell_lists = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.lists(points, min_size=1, max_size=12),
        st.sampled_from([1.0, 0.5, 1 / 3]),
        st.sampled_from([60.0, 75.5, 88.25]),
    ),
    min_size=1,
    max_size=14,
)


def same_figures(one: CycleScores, other: CycleScores) -> bool:
    def numbers(scores: CycleScores) -> list[float]:
        return [value for person in scores.people for value in astuple(person) if not isinstance(value, str)]

    close = numbers(one) == pytest.approx(numbers(other), rel=1e-9, abs=1e-7)
    return close and one.tau2 == pytest.approx(other.tau2, rel=1e-9, abs=1e-7)


@given(cell_lists, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_of_the_rows_does_not_matter(cells: list[Cell], draw: object) -> None:
    mixed = list(cells)
    draw.shuffle(mixed)  # type: ignore[attr-defined]
    assert same_figures(score_people(contributions(cells)), score_people(contributions(mixed)))


@given(cell_lists)
@settings(max_examples=60)
def test_rows_of_one_person_and_baseline_may_be_merged(cells: list[Cell]) -> None:
    rows = contributions(cells)
    keys = [(person, baseline) for person, _, _, baseline in cells]
    groups = sorted(set(keys))
    index = np.array([groups.index(key) for key in keys])

    def added(column: NDArray[Any]) -> NDArray[np.float64]:
        return np.bincount(index, weights=column).astype(np.float64)

    merged = Contributions(
        employee=np.array([person for person, _ in groups]),
        n=added(rows.n).astype(np.int64),
        weight=added(rows.weight),
        weight_squares=added(rows.weight_squares),
        total=added(rows.total),
        total_squares=added(rows.total_squares),
        baseline=np.array([baseline for _, baseline in groups]),
    )
    assert same_figures(score_people(rows), score_people(merged))


@given(cell_lists)
@settings(max_examples=60)
def test_sums_give_what_the_single_ratings_give(cells: list[Cell]) -> None:
    single = [(person, [rating], share, baseline) for person, ratings, share, baseline in cells for rating in ratings]
    assert same_figures(score_people(contributions(cells)), score_people(contributions(single)))


def test_cycle_from_sums_equals_a_recount_of_its_ratings_one_by_one() -> None:
    draw = np.random.default_rng(4)
    cells: list[Cell] = [
        (person, draw.choice([25.0, 50.0, 75.0, 100.0], draw.integers(1, 30)).tolist(), 1.0, baseline)
        for person in range(30)
        for baseline in (62.5, 81.2)
    ]
    residuals = [
        np.concatenate([np.array(ratings) - baseline for who, ratings, _, baseline in cells if who == person])
        for person in range(30)
    ]
    n = np.array([own.size for own in residuals])
    mean, everybody = np.array([own.mean() for own in residuals]), np.concatenate(residuals)
    sigma2 = sum(((own - own.mean()) ** 2).sum() for own in residuals) / (n.sum() - 30)
    between = (n * (mean - everybody.mean()) ** 2).sum()
    tau2 = (between - 29 * sigma2) / (n.sum() - (n**2).sum() / n.sum())
    scores = score_people(contributions(cells))
    assert tau2 > 0
    assert [scores.tau2, scores.sigma2] == pytest.approx([tau2, sigma2], rel=1e-9)
    assert [person.score for person in scores.people] == pytest.approx(mean * tau2 / (tau2 + sigma2 / n), rel=1e-9)


@given(cell_lists)
@settings(max_examples=60)
def test_every_figure_of_every_person_keeps_to_its_range(cells: list[Cell]) -> None:
    scores = score_people(contributions(cells))
    assert [person.employee_id for person in scores.people] == sorted({person for person, _, _, _ in cells})
    assert scores.tau2 >= 0 <= scores.sigma2
    for person in scores.people:
        assert 0 <= person.reliability < 1
        assert person.low <= person.score <= person.high
        assert 0 < person.own_share <= 1 + 1e-12
        assert person.n_effective <= person.n
        assert all(math.isfinite(getattr(person, field.name)) for field in fields(person) if field.name != "band")


@given(st.lists(points, min_size=1, max_size=80), st.floats(25, 100), st.sampled_from([1.0, 0.5]))
def test_perfect_rating_of_the_same_service_never_lowers_a_score(
    ratings: list[float], baseline: float, share: float
) -> None:
    before = only(score_people(contributions([(1, ratings, share, baseline)]), components=COMPONENTS))
    after = only(score_people(contributions([(1, [*ratings, 100.0], share, baseline)]), components=COMPONENTS))
    assert after.score >= before.score - 1e-9


@given(st.lists(points, min_size=1, max_size=80), st.floats(25, 100), st.floats(25, 100))
def test_rating_lifts_a_score_exactly_when_it_stands_above_it(
    ratings: list[float], baseline: float, other: float
) -> None:
    home = (1, ratings, 1.0, baseline)
    before = only(score_people(contributions([home]), components=COMPONENTS)).score
    after = only(score_people(contributions([home, (1, [100.0], 1.0, other)]), components=COMPONENTS)).score
    residual = 100.0 - other
    assert (after - before) * (residual - before) >= -1e-9


def test_people_do_not_move_each_other_when_the_variances_are_given() -> None:
    mine: Cell = (1, [75.0, 100.0] * 30, 1.0, 75.0)
    alone = score_people(contributions([mine]), components=COMPONENTS).people[0]
    among = score_people(contributions([(2, [25.0] * 500, 1.0, 75.0), mine]), components=COMPONENTS).people[0]
    assert alone == among
