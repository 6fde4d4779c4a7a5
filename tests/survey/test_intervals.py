from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from feedback_app.survey.elements import Weight
from feedback_app.survey.intervals import Estimate, Spread, Verdict, combined, difference, estimate, interval
from tests.survey.sums import NINE

Answers = NDArray[np.int64]


def spread_of(answers: Answers) -> Spread:
    scores = answers.sum(axis=1)
    return Spread(len(scores), int(scores.sum()), int((scores**2).sum()))


def estimate_of(answers: Answers, weight: Weight = Weight.EXACT) -> Estimate:
    found = estimate(spread_of(answers), weight, NINE)
    assert found is not None
    return found


def drawn(dice: np.random.Generator, n: int, quality: float) -> Answers:
    """Draw questionnaires whose nine answers hang together: some people are pleased with everything."""
    mood = dice.normal(quality, 0.5, size=(n, 1))
    return np.clip(np.rint(mood + dice.normal(0, 0.6, size=(n, 9))), 1, 4).astype(np.int64)


questionnaires = st.lists(st.lists(st.integers(1, 4), min_size=9, max_size=9), min_size=2, max_size=60)


@settings(max_examples=60)
@given(questionnaires, st.sampled_from([(Weight.EXACT, 1 / 9), (Weight.THREE_DIGITS, 0.111)]))
def test_an_interval_is_that_of_student_over_the_raw_rows(rows: list[list[int]], weight: tuple[Weight, float]) -> None:
    answers = np.array(rows)
    found = interval(spread_of(answers), weight[0], NINE)
    each = 25 * weight[1] * answers.sum(axis=1)
    if len(set(answers.sum(axis=1))) == 1:
        assert found is None
        return
    assert found is not None
    low, high = stats.t.interval(0.95, len(each) - 1, loc=each.mean(), scale=stats.sem(each))
    assert found.n == len(rows)
    assert float(found.low) == pytest.approx(max(low, 25 * 9 * weight[1]), abs=0.00501)
    assert float(found.high) == pytest.approx(min(high, 100 * 9 * weight[1]), abs=0.00501)


def test_questions_of_one_element_count_by_their_mean() -> None:
    # Ten columns: the first two are questions of one element.
    answers = np.random.default_rng(3).integers(1, 5, size=(40, 10))
    doubled = answers[:, :2].sum(axis=1) + 2 * answers[:, 2:].sum(axis=1)
    found = interval(Spread(40, int(doubled.sum()), int((doubled**2).sum()), 2), Weight.EXACT, NINE)
    each = 25 / 9 * doubled / 2
    low, high = stats.t.interval(0.95, 39, loc=each.mean(), scale=stats.sem(each))
    assert found is not None
    assert (float(found.low), float(found.high)) == pytest.approx((low, high), abs=0.00501)


def test_one_respondent_and_answers_that_are_all_alike_have_no_interval() -> None:
    assert interval(Spread(1, 36, 1296), Weight.EXACT, NINE) is None
    assert interval(Spread(0, 0, 0), Weight.EXACT, NINE) is None
    assert interval(Spread(30, 30 * 36, 30 * 1296), Weight.EXACT, NINE) is None


def test_an_interval_ends_where_the_index_ends() -> None:
    best = interval(spread_of(np.array([[4] * 9, [4] * 8 + [1]])), Weight.EXACT, NINE)
    worst = interval(spread_of(np.array([[1] * 9, [1] * 8 + [4]])), Weight.THREE_DIGITS, NINE)
    assert best is not None
    assert worst is not None
    assert (best.high, worst.low) == (Decimal("100.00"), Decimal("24.98"))


def test_an_interval_can_stand_around_an_index_that_counts_incomplete_questionnaires() -> None:
    spread = spread_of(drawn(np.random.default_rng(5), 60, 3.0))
    moved = interval(spread, Weight.EXACT, NINE, centre=Fraction(80))
    assert moved is not None
    assert (moved.low + moved.high) / 2 == pytest.approx(Decimal(80), abs=Decimal("0.01"))


def test_spreads_add_up_and_only_of_the_same_kind() -> None:
    answers = drawn(np.random.default_rng(8), 50, 3.1)
    assert spread_of(answers[:20]) + spread_of(answers[20:]) == spread_of(answers)
    with pytest.raises(ValueError, match="denominators"):
        Spread(1, 9, 81) + Spread(1, 18, 324, 2)


def test_a_difference_is_that_of_welch() -> None:
    dice = np.random.default_rng(11)
    new, old = drawn(dice, 120, 3.3), drawn(dice, 45, 3.0)
    found = difference(estimate_of(new), estimate_of(old))
    welch = stats.ttest_ind(new.mean(axis=1) * 25, old.mean(axis=1) * 25, equal_var=False).confidence_interval(0.95)
    assert found is not None
    assert (float(found.low), float(found.high)) == pytest.approx((welch.low, welch.high), abs=0.00501)
    assert found.verdict is Verdict.HIGHER


def test_a_difference_turns_its_verdict_and_says_when_it_cannot_tell() -> None:
    dice = np.random.default_rng(12)
    good, bad = estimate_of(drawn(dice, 200, 3.4)), estimate_of(drawn(dice, 200, 2.9))
    up, down, same = difference(good, bad), difference(bad, good), difference(good, good)
    assert up is not None
    assert down is not None
    assert same is not None
    assert (up.verdict, down.verdict, same.verdict) == (Verdict.HIGHER, Verdict.LOWER, Verdict.UNDECIDED)
    assert (up.value, up.low, up.high) == (-down.value, -down.high, -down.low)


def test_without_an_estimate_on_both_sides_nothing_is_compared() -> None:
    some = estimate_of(drawn(np.random.default_rng(13), 20, 3.0))
    alike = estimate(Spread(30, 30 * 36, 30 * 1296), Weight.EXACT, NINE)
    assert difference(some, None) is None
    assert difference(None, some) is None
    assert difference(alike, alike) is None
    assert difference(alike, some) is not None


def test_a_mean_of_places_needs_the_variance_of_every_one() -> None:
    some = estimate_of(drawn(np.random.default_rng(14), 20, 3.0))
    assert combined([]) is None
    assert combined([some, None]) is None
    assert combined([some]) == some


def test_a_place_where_all_agree_joins_a_mean_without_adding_doubt() -> None:
    alike = estimate(Spread(30, 30 * 36, 30 * 1296), Weight.EXACT, NINE)
    some = estimate_of(drawn(np.random.default_rng(15), 20, 3.0))
    both = combined([alike, some])
    assert both is not None
    assert (both.mean, both.variance, both.freedom) == ((100 + some.mean) / 2, some.variance / 4, some.freedom)
    assert combined([alike, alike]) is not None


ROUNDS = 2000


def population(dice: np.random.Generator, quality: float) -> tuple[Answers, float]:
    """Return a population to draw from, and its true index."""
    everybody = drawn(dice, 20_000, quality)
    return everybody, float(everybody.mean() * 25)


@pytest.mark.parametrize("n", [15, 100])
def test_nineteen_of_twenty_intervals_hold_the_true_index(n: int) -> None:
    dice = np.random.default_rng(20260301)
    everybody, truth = population(dice, 3.1)
    hits = 0
    for _ in range(ROUNDS):
        found = interval(spread_of(everybody[dice.integers(0, len(everybody), n)]), Weight.EXACT, NINE)
        assert found is not None
        hits += float(found.low) <= truth <= float(found.high)
    assert 0.93 <= hits / ROUNDS <= 0.97


def test_nineteen_of_twenty_intervals_of_a_mean_of_services_hold_the_true_mean() -> None:
    dice = np.random.default_rng(20260302)
    places = [population(dice, quality) for quality in (2.6, 3.0, 3.3)]
    truth = sum(true for _, true in places) / len(places)
    hits = 0
    for _ in range(ROUNDS):
        samples = zip(places, (12, 40, 150), strict=True)
        whole = combined([estimate_of(rows[dice.integers(0, len(rows), n)]) for (rows, _), n in samples])
        found = whole.interval() if whole else None
        assert found is not None
        hits += float(found.low) <= truth <= float(found.high)
    assert 0.93 <= hits / ROUNDS <= 0.97


def test_nineteen_of_twenty_intervals_of_a_difference_hold_the_true_one() -> None:
    dice = np.random.default_rng(20260303)
    (new, new_truth), (old, old_truth) = population(dice, 3.2), population(dice, 2.9)
    hits = 0
    for _ in range(ROUNDS):
        a, b = (estimate_of(rows[dice.integers(0, len(rows), n)]) for rows, n in ((new, 30), (old, 90)))
        found = difference(a, b)
        assert found is not None
        hits += float(found.low) <= new_truth - old_truth <= float(found.high)
    assert 0.93 <= hits / ROUNDS <= 0.97


def test_where_nothing_differs_a_difference_is_claimed_in_one_of_twenty() -> None:
    dice = np.random.default_rng(20260304)
    everybody, _ = population(dice, 3.1)
    claims = 0
    for _ in range(ROUNDS):
        a, b = (estimate_of(everybody[dice.integers(0, len(everybody), n)]) for n in (60, 60))
        found = difference(a, b)
        assert found is not None
        claims += found.verdict is not Verdict.UNDECIDED
    assert 0.03 <= claims / ROUNDS <= 0.07
