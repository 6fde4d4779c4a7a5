from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from feedback_app.survey.elements import OFFICIAL_QUESTIONS, RULESETS, SCALE, Grade, RuleSetCode, Weight
from feedback_app.survey.rules import AnswerOrder

NINE = RULESETS[RuleSetCode.PERMENPANRB_14_2017]
FOURTEEN = RULESETS[RuleSetCode.KEPMENPAN_25_2004]


def test_list_and_form_of_2017_swap_the_last_two_elements_and_nothing_else() -> None:
    assert NINE.keys[7:] == ("pengaduan", "sarana")
    assert NINE.form_order[7:] == ("sarana", "pengaduan")
    assert NINE.keys[:7] == NINE.form_order[:7]
    assert not NINE.has_one_order
    assert NINE.ordered(AnswerOrder.FORM) == NINE.form_order
    assert NINE.ordered(AnswerOrder.LIST) == NINE.ordered(AnswerOrder.KEYS) == NINE.keys


def test_the_fourteen_of_2004_have_one_order() -> None:
    assert len(set(FOURTEEN.keys)) == 14
    assert FOURTEEN.has_one_order


def test_the_official_questions_stand_in_the_order_of_the_form_with_four_answers_each() -> None:
    assert tuple(question.element for question in OFFICIAL_QUESTIONS) == NINE.form_order
    assert all(len(set(question.options)) == len(SCALE) for question in OFFICIAL_QUESTIONS)
    assert all(question.stem.endswith("?") for question in OFFICIAL_QUESTIONS)


def test_free_and_web_services_may_replace_three_elements() -> None:
    assert [element.key for element in NINE.elements if element.replaceable] == ["biaya", "kompetensi", "perilaku"]


def test_an_element_is_found_by_its_key_alone() -> None:
    assert NINE.element("sarana").name == "Sarana dan Prasarana"
    with pytest.raises(KeyError):
        NINE.element("u9")


@pytest.mark.parametrize(
    ("value", "grade"),
    [
        ("100.00", "A"), ("88.31", "A"), ("88.30", "B"), ("76.61", "B"), ("76.60", "C"),
        ("65.00", "C"), ("64.99", "D"), ("25.00", "D"), ("24.98", "D"),
    ],
)  # fmt: skip
def test_bands_of_2017_begin_at_their_floors(value: str, grade: str) -> None:
    assert NINE.band_of(Decimal(value)).grade is Grade(grade)


@pytest.mark.parametrize(
    ("value", "grade"),
    [("81.26", "A"), ("81.25", "B"), ("62.51", "B"), ("62.50", "C"), ("43.76", "C"), ("43.75", "D")],
)
def test_bands_of_2004_begin_elsewhere(value: str, grade: str) -> None:
    assert FOURTEEN.band_of(Decimal(value)).grade is Grade(grade)


def test_every_band_prints_the_floor_it_is_decided_by() -> None:
    for rules in RULESETS.values():
        for band in rules.bands:
            assert Decimal(band.printed_value.split(" – ")[0].replace(",", ".")) == band.floor


def test_weights_belong_to_their_rules() -> None:
    assert NINE.weight_of(Weight.EXACT) == Fraction(1, 9)
    assert NINE.weight_of(Weight.THREE_DIGITS) == Fraction(111, 1000)
    assert NINE.weight_of(Weight.TWO_DIGITS) == Fraction(11, 100)
    assert FOURTEEN.weight_of(Weight.EXACT) == Fraction(1, 14)
    assert FOURTEEN.weight_of(Weight.OLD) == Fraction(71, 1000)
    with pytest.raises(ValueError, match=r"0\.071"):
        NINE.weight_of(Weight.OLD)
