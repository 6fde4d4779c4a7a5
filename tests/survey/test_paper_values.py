from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time

import pytest

from feedback_app.survey.paper_values import (
    KEYED_EDUCATIONS,
    PROBLEM_SENTENCES,
    Cell,
    Problem,
    UnreadableValueError,
    keyed,
    read_age,
    read_answer,
    read_education,
    read_hours,
    read_occupation,
    read_sex,
)
from feedback_app.survey.rules import AgeBand, Education, HourBand, Occupation, Sex


@pytest.mark.parametrize(
    ("cell", "answer"), [("3", 3), (" 4 ", 4), (1, 1), (2.0, 2), ("", None), ("0", None), (None, None), (0, None)]
)
def test_an_answer_is_a_digit_and_nothing_or_0_is_left_blank(cell: Cell, answer: int | None) -> None:
    assert read_answer(cell, 4) == answer


@pytest.mark.parametrize("cell", ["5", "3.0", "3,0", 3.5, "a", "٣", "-", "44", True])
def test_nothing_else_is_an_answer(cell: Cell) -> None:
    with pytest.raises(UnreadableValueError) as refused:
        read_answer(cell, 4)
    assert refused.value.problem is Problem.ANSWER


def test_an_own_question_has_as_many_answers_as_options() -> None:
    assert read_answer("6", 6) == 6
    with pytest.raises(UnreadableValueError):
        read_answer("3", 2)


def test_words_of_the_form_are_read_in_the_spellings_of_spreadsheets() -> None:
    assert (read_sex("L"), read_sex(" perempuan "), read_sex("Wanita"), read_sex(None)) == (
        Sex.MALE, Sex.FEMALE, Sex.FEMALE, None,
    )  # fmt: skip
    assert (read_education("SLTA"), read_education("D-III"), read_education("s1")) == (
        Education.SMA, Education.DIPLOMA, Education.S1,
    )  # fmt: skip
    assert (read_age(34), read_age("19 tahun"), read_age("")) == (AgeBand.FROM_30, AgeBand.BELOW_20, None)


def test_an_occupation_that_the_form_does_not_name_is_other() -> None:
    assert (read_occupation("Petani"), read_occupation("ASN"), read_occupation("Wiraswasta"), read_occupation("")) == (
        Occupation.OTHER, Occupation.PNS, Occupation.SELF_EMPLOYED, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "band"),
    [
        ("08.00 – 12.00", HourBand.MORNING), ("13:00-17:00", HourBand.AFTERNOON), (time(9, 5), HourBand.MORNING),
        (datetime.combine(date(2026, 5, 12), time(14)), HourBand.AFTERNOON),
        ("12.30", HourBand.OTHER), ("jam 9", HourBand.MORNING),
        ("", None),
    ],
)  # fmt: skip
def test_hours_are_told_by_a_time_or_the_beginning_of_a_span(cell: Cell, band: HourBand | None) -> None:
    assert read_hours(cell) is band


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: read_sex("x"),
        lambda: read_age("200"),
        lambda: read_education("TK"),
        lambda: read_hours("25.00"),
        lambda: keyed("8", KEYED_EDUCATIONS, Problem.EDUCATION),
    ],
)
def test_what_is_none_of_them_is_told_and_not_guessed(wrong: Callable[[], object]) -> None:
    with pytest.raises(UnreadableValueError):
        wrong()


def test_every_problem_has_a_sentence() -> None:
    assert set(PROBLEM_SENTENCES) == {problem.value for problem in Problem}
