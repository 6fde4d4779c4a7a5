from __future__ import annotations

import pytest

from feedback_app.survey.answer_columns import AnswerColumnsError, AnswerOrderMissingError, columns_of
from feedback_app.survey.elements import RULESETS, RuleSetCode
from feedback_app.survey.rules import AnswerOrder

NINE = RuleSetCode.PERMENPANRB_14_2017
FOURTEEN = RuleSetCode.KEPMENPAN_25_2004
NUMBERED = [f"u{number}" for number in range(1, 10)]


@pytest.mark.parametrize(("order", "eighth"), [(AnswerOrder.FORM, "sarana"), (AnswerOrder.LIST, "pengaduan")])
def test_numbers_stand_for_what_the_named_order_says(order: AnswerOrder, eighth: str) -> None:
    found = columns_of(NUMBERED, ruleset=NINE, order=order)
    assert found.places[eighth] == 7
    assert (found.order, found.ignored) == (order, ())


@pytest.mark.parametrize("order", [None, AnswerOrder.KEYS])
def test_numbers_without_an_order_are_refused_with_the_reason(order: AnswerOrder | None) -> None:
    with pytest.raises(AnswerOrderMissingError, match=r"u8 = Sarana dan Prasarana.*u8 = Penanganan Pengaduan"):
        columns_of(NUMBERED, ruleset=NINE, order=order)


@pytest.mark.parametrize("order", [None, AnswerOrder.FORM])
def test_keys_need_no_order_and_do_not_use_one(order: AnswerOrder | None) -> None:
    header = [*reversed(RULESETS[NINE].keys)]
    found = columns_of(header, ruleset=NINE, order=order)
    assert found.order is AnswerOrder.KEYS
    assert [header[found.places[key]] for key in RULESETS[NINE].keys] == [*RULESETS[NINE].keys]


def test_case_and_spaces_of_a_header_do_not_matter_and_other_columns_are_named() -> None:
    found = columns_of(["No", " U1 ", *NUMBERED[1:], "", "Saran"], ruleset=NINE, order=AnswerOrder.FORM)
    assert found.places["persyaratan"] == 1
    assert found.ignored == ("No", "Saran")


def test_a_missing_and_a_doubled_column_are_named() -> None:
    with pytest.raises(AnswerColumnsError, match="Kolom u4, u9 tidak ada"):
        columns_of([name for name in NUMBERED if name not in ("u4", "u9")], ruleset=NINE, order=AnswerOrder.FORM)
    with pytest.raises(AnswerColumnsError, match="Kolom u3 ada lebih dari satu"):
        columns_of([*NUMBERED, "U3"], ruleset=NINE, order=AnswerOrder.FORM)
    with pytest.raises(AnswerColumnsError, match="Kolom biaya tidak ada"):
        columns_of([key for key in RULESETS[NINE].keys if key != "biaya"], ruleset=NINE, order=None)


def test_a_header_of_other_words_says_how_to_name_columns() -> None:
    with pytest.raises(AnswerColumnsError, match=r"u1 sampai u9.*persyaratan, prosedur"):
        columns_of(["2", "2", "3"], ruleset=NINE, order=AnswerOrder.FORM)


def test_two_ways_of_naming_in_one_file_are_refused() -> None:
    with pytest.raises(AnswerColumnsError, match="dua cara"):
        columns_of([*NUMBERED, "sarana"], ruleset=NINE, order=AnswerOrder.FORM)


def test_fourteen_columns_of_2004_are_not_read_as_nine_of_2017() -> None:
    header = [f"u{number}" for number in range(1, 15)]
    with pytest.raises(AnswerColumnsError, match="empat belas"):
        columns_of(header, ruleset=NINE, order=AnswerOrder.LIST)
    found = columns_of(header, ruleset=FOURTEEN, order=None)
    assert found.order is AnswerOrder.LIST
    assert (found.places["prosedur"], found.places["keamanan"]) == (0, 13)


def test_one_more_numbered_question_is_an_own_one_outside_the_index() -> None:
    assert columns_of([*NUMBERED, "u10"], ruleset=NINE, order=AnswerOrder.FORM).ignored == ("u10",)
