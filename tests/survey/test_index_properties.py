"""What holds for the index whatever people answer."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.survey.elements import RULESETS, Weight
from feedback_app.survey.index import Index, half_up
from feedback_app.survey.rules import AnswerOrder
from tests.survey.sums import NINE, index_of

Rows = list[list[int]]
questionnaires = st.lists(st.lists(st.integers(1, 4), min_size=9, max_size=9), min_size=1, max_size=40)
weights = st.sampled_from(RULESETS[NINE].weights)


def index_of_rows(rows: Rows, weight: Weight = Weight.EXACT, order: AnswerOrder = AnswerOrder.FORM) -> Index:
    return index_of(len(rows), [sum(column) for column in zip(*rows, strict=True)], weight, order)


def rounded_by_hand(x: Fraction) -> Decimal:
    """Return x with two decimals, half up, from its decimal digits as one would write them down."""
    whole, rest = divmod(x.numerator, x.denominator)
    digits = []
    for _ in range(3):
        digit, rest = divmod(rest * 10, x.denominator)
        digits.append(digit)
    cents = whole * 100 + digits[0] * 10 + digits[1] + (digits[2] >= 5)
    return Decimal(f"{cents // 100}.{cents % 100:02d}")


@given(questionnaires, weights, st.randoms(use_true_random=False))
def test_the_order_of_questionnaires_does_not_matter(rows: Rows, weight: Weight, dice: random.Random) -> None:
    shuffled = dice.sample(rows, len(rows))
    assert index_of_rows(shuffled, weight) == index_of_rows(rows, weight)


@given(questionnaires, weights, st.integers(2, 5))
def test_the_same_questionnaires_several_times_give_the_same_index(rows: Rows, weight: Weight, times: int) -> None:
    once, often = index_of_rows(rows, weight), index_of_rows(rows * times, weight)
    assert (often.exact, often.value, often.grade) == (once.exact, once.value, once.grade)
    assert [one.mean for one in often.elements] == [one.mean for one in once.elements]


@given(questionnaires)
def test_the_index_lies_between_25_and_100_and_the_roundings_of_the_weight_only_lower_it(rows: Rows) -> None:
    exact, three, two = (index_of_rows(rows, weight) for weight in RULESETS[NINE].weights)
    assert 25 <= exact.exact <= 100
    assert two.exact < three.exact < exact.exact
    assert all(Decimal("25.00") <= one.value <= Decimal("100.00") for one in exact.elements)


@given(questionnaires, weights)
def test_the_published_figure_is_the_exact_one_rounded_by_hand(rows: Rows, weight: Weight) -> None:
    index = index_of_rows(rows, weight)
    factor = {Weight.EXACT: Fraction(1, 9), Weight.THREE_DIGITS: Fraction(111, 1000)}.get(weight, Fraction(11, 100))
    by_hand = sum(Fraction(sum(column), len(rows)) * factor for column in zip(*rows, strict=True)) * Fraction(25)
    assert index.exact == by_hand
    assert index.value == rounded_by_hand(by_hand)
    floors = (("88.31", "A"), ("76.61", "B"), ("65.00", "C"), ("0", "D"))
    assert index.grade == next(grade for floor, grade in floors if index.value >= Decimal(floor))


@given(questionnaires, weights)
def test_the_order_of_the_last_two_changes_elements_and_not_the_index(rows: Rows, weight: Weight) -> None:
    form, listed = (index_of_rows(rows, weight, order) for order in (AnswerOrder.FORM, AnswerOrder.LIST))
    assert (form.exact, form.grade) == (listed.exact, listed.grade)
    by_form, by_list = ({one.key: one.mean for one in index.elements} for index in (form, listed))
    assert (by_form["sarana"], by_form["pengaduan"]) == (by_list["pengaduan"], by_list["sarana"])
    assert [by_form[key] for key in RULESETS[NINE].keys[:7]] == [by_list[key] for key in RULESETS[NINE].keys[:7]]


@given(questionnaires, weights, st.data())
def test_a_better_answer_never_lowers_index_or_grade(rows: Rows, weight: Weight, data: st.DataObject) -> None:
    row, place = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, 8))
    better = [list(answers) for answers in rows]
    better[row][place] = data.draw(st.integers(rows[row][place], 4))
    before, after = index_of_rows(rows, weight), index_of_rows(better, weight)
    assert after.exact >= before.exact
    assert after.value >= before.value
    assert after.grade.value <= before.grade.value


@given(questionnaires, weights)
def test_another_questionnaire_as_good_as_the_best_never_lowers_the_index(rows: Rows, weight: Weight) -> None:
    assert index_of_rows([*rows, [4] * 9], weight).exact >= index_of_rows(rows, weight).exact


@given(st.fractions(-1000, 1000, max_denominator=10_000), st.integers(0, 4))
def test_rounding_is_off_by_half_a_step_at_most_and_the_same_for_both_signs(x: Fraction, digits: int) -> None:
    rounded = half_up(x, digits)
    assert abs(Fraction(rounded) - x) <= Fraction(1, 2 * 10**digits)
    assert half_up(-x, digits) == -rounded
    assert rounded == rounded.quantize(Decimal(1).scaleb(-digits))


@pytest.mark.parametrize("weight", RULESETS[NINE].weights)
def test_the_index_is_25_times_the_weighted_means_it_shows(weight: Weight) -> None:
    index = index_of(7, [9, 12, 15, 18, 21, 24, 27, 28, 20], weight)
    assert index.exact == 25 * sum(one.weighted for one in index.elements)
    assert tuple(one.key for one in index.elements) == RULESETS[NINE].keys
