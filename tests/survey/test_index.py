from __future__ import annotations

import csv
import json
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from feedback_app.survey.elements import CONVERSION, RULESETS, Grade, RuleSetCode, Weight
from feedback_app.survey.index import (
    EmptyIndexError,
    MissingElementError,
    Total,
    added,
    grade_of,
    half_up,
    index_of_means,
    index_of_totals,
    mean_index,
)
from feedback_app.survey.rules import AnswerOrder
from tests.survey.sums import NINE, index_of, spread_over

DATA = Path(__file__).parent / "data"
VECTORS: list[dict[str, Any]] = json.loads((DATA / "skm_vectors.json").read_text())["vectors"]
FOURTEEN = RuleSetCode.KEPMENPAN_25_2004


def totals_of(vector: dict[str, Any]) -> list[int]:
    if "sum_all_answers" in vector:
        return spread_over(vector["sum_all_answers"])
    return list(vector.get("totals_form_order") or vector["totals"])


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["id"]))
def test_a_vector_gives_its_index_with_every_weight_it_names(vector: dict[str, Any]) -> None:
    exact = index_of(vector["respondents"], totals_of(vector))
    assert (str(exact.value), exact.grade.value) == (vector["index_exact"], vector["grade_exact"])
    for name, weight in (("index_0111", Weight.THREE_DIGITS), ("index_011", Weight.TWO_DIGITS)):
        if name in vector:
            assert str(index_of(vector["respondents"], totals_of(vector), weight).value) == vector[name]


@pytest.mark.parametrize("vector", [one for one in VECTORS if "file" in one], ids=lambda vector: str(vector["id"]))
def test_the_raw_rows_of_a_vector_add_up_to_its_totals(vector: dict[str, Any]) -> None:
    with (DATA / vector["file"]).open() as file:
        rows = list(csv.DictReader(file))[: vector["respondents"]]
    assert len(rows) == vector["respondents"]
    assert [sum(int(row[f"u{place}"]) for row in rows) for place in range(1, 10)] == vector["totals"]


def test_the_published_means_of_the_triwulan_report_come_out_by_element() -> None:
    index = index_of(29, [105, 101, 100, 116, 102, 105, 106, 105, 115])
    means = {one.key: half_up(one.mean, 4) for one in index.elements}
    assert [str(means[key]) for key in RULESETS[NINE].form_order] == [
        "3.6207", "3.4828", "3.4483", "4.0000", "3.5172", "3.6207", "3.6552", "3.6207", "3.9655",
    ]  # fmt: skip
    assert half_up(index.exact, 4) == Decimal("91.4751")


def test_the_exact_weight_alone_reaches_a_hundred() -> None:
    best = {weight: index_of(1, [4] * 9, weight).value for weight in RULESETS[NINE].weights}
    assert best == {
        Weight.EXACT: Decimal("100.00"), Weight.THREE_DIGITS: Decimal("99.90"), Weight.TWO_DIGITS: Decimal("99.00")
    }  # fmt: skip
    assert {half_up(one.weighted, 2) for one in index_of(1, [4] * 9).elements} == {Decimal("0.44")}


# A published sheet of Kepmenpan 25/2004, fourteen means with two decimals.
PUBLISHED_2004 = (
    "3.06", "2.98", "3.06", "2.90", "3.06", "3.14", "3.04", "3.06", "3.18", "3.08", "3.20", "3.18", "3.10", "3.04",
)  # fmt: skip


def test_the_published_sheet_of_2004_comes_out_up_to_its_own_early_rounding() -> None:
    keys = RULESETS[FOURTEEN].keys
    means = {key: Fraction(mean) for key, mean in zip(keys, PUBLISHED_2004, strict=True)}
    old = index_of_means(means, {}, ruleset=FOURTEEN, weight=Weight.OLD)
    assert old.exact / CONVERSION == Fraction("3.05868")
    assert (old.value, old.grade) == (Decimal("76.47"), Grade.B)
    # The sheet rounds the index to 3.059 first and multiplies that: 76.475. The grade is the same.
    assert half_up(old.exact / CONVERSION, 3) * CONVERSION == Decimal("76.475")
    assert grade_of(Decimal("76.475"), FOURTEEN) is Grade.B
    assert index_of_means(means, {}, ruleset=FOURTEEN).value == Decimal("76.93")


def test_the_same_figure_has_another_grade_under_other_rules() -> None:
    assert grade_of(Decimal("76.47"), FOURTEEN) is Grade.B
    assert grade_of(Decimal("76.47"), NINE) is Grade.C


@pytest.mark.parametrize(
    ("n", "sums", "exact", "rounded"),
    [
        (30, [702], "C", "D"), (30, [828], "B", "C"), (30, [954], "A", "B"),
        (100, [2340, 2341, 2342], "C", "D"), (100, [2758, 2759, 2760], "B", "C"),
        (100, [3179, 3180, 3181, 3182], "A", "B"),
    ],
)  # fmt: skip
def test_the_weight_alone_turns_these_grades_and_none_beside_them(
    n: int, sums: list[int], exact: str, rounded: str
) -> None:
    def grades(whole: int) -> tuple[str, str]:
        each = spread_over(whole)
        return index_of(n, each).grade.value, index_of(n, each, Weight.THREE_DIGITS).grade.value

    assert {grades(whole) for whole in sums} == {(exact, rounded)}
    for beside in (sums[0] - 1, sums[-1] + 1):
        assert len(set(grades(beside))) == 1


@pytest.mark.parametrize(
    ("n", "whole", "exact", "rounded"),
    [(30, 702, "65.00", "64.94"), (30, 828, "76.67", "76.59"), (30, 954, "88.33", "88.25")],
)
def test_the_figures_behind_a_turned_grade(n: int, whole: int, exact: str, rounded: str) -> None:
    each = spread_over(whole)
    assert str(index_of(n, each).value) == exact
    assert str(index_of(n, each, Weight.THREE_DIGITS).value) == rounded


@pytest.mark.parametrize(
    ("n", "whole", "unrounded", "value", "grade"),
    [
        pytest.param(19, 604, "88.30409", "88.30", "B", id="between B and A"),
        pytest.param(26, 717, "76.60256", "76.60", "C", id="between C and B"),
        pytest.param(108, 2527, "64.99486", "64.99", "D", id="between D and C"),
    ],
)
def test_what_falls_between_the_printed_bands_is_rounded_into_one(
    n: int, whole: int, unrounded: str, value: str, grade: str
) -> None:
    index = index_of(n, spread_over(whole))
    assert str(half_up(index.exact, 5)) == unrounded
    assert (str(index.value), index.grade.value) == (value, grade)


def test_exact_halves_of_up_to_400_respondents_go_up_where_round_takes_some_down() -> None:
    halves = [
        (n, whole)
        for n in range(1, 401)
        for whole in range(9 * n, 36 * n + 1)
        if whole * 5000 % (9 * n) == 0 and whole * 5000 // (9 * n) % 2 == 1
    ]
    wrong = 0
    for n, whole in halves:
        official = Decimal((whole * 5000 // (9 * n) + 1) // 2) / 100
        assert half_up(Fraction(whole * 25, 9 * n), 2) == official
        wrong += f"{round(whole / (9 * n) * 25, 2):.2f}" != f"{official:.2f}"
    assert (len(halves), wrong) == (1560, 784)


def test_several_questions_of_an_element_are_averaged_before_it_counts_as_one() -> None:
    totals = {key: [Total(10, 30)] for key in RULESETS[NINE].keys}
    totals["waktu"] = [Total(10, 40), Total(8, 16)]
    index = index_of_totals(totals, ruleset=NINE)
    waktu = next(one for one in index.elements if one.key == "waktu")
    assert (waktu.mean, waktu.n) == (Fraction(3), 10)
    assert index.value == Decimal("75.00")


def test_an_element_divides_by_its_own_answers() -> None:
    totals = {key: [Total(10, 30)] for key in RULESETS[NINE].keys}
    totals["biaya"] = [Total(4, 16)]
    biaya = next(one for one in index_of_totals(totals, ruleset=NINE).elements if one.key == "biaya")
    assert (biaya.n, biaya.value, biaya.grade) == (4, Decimal("100.00"), Grade.A)


def test_the_grade_of_an_element_does_not_depend_on_the_weight() -> None:
    indexes = [index_of(29, [105] * 9, weight) for weight in RULESETS[NINE].weights]
    exact, *others = [[(one.value, one.grade) for one in index.elements] for index in indexes]
    assert others == [exact, exact]


def test_nobody_answered_is_told_and_so_is_an_element_that_nobody_answered() -> None:
    nothing = {key: [Total(0, 0)] for key in RULESETS[NINE].keys}
    with pytest.raises(EmptyIndexError, match="Belum ada jawaban"):
        index_of_totals(nothing, ruleset=NINE)
    with pytest.raises(MissingElementError, match=r"Biaya/Tarif, Sarana dan Prasarana\."):
        index_of_totals(
            {key: [Total(5, 15)] for key in RULESETS[NINE].keys if key not in ("biaya", "sarana")}, ruleset=NINE
        )
    with pytest.raises(EmptyIndexError):
        mean_index([])


def test_sums_that_no_questionnaire_can_give_are_refused() -> None:
    totals = {key: [Total(5, 15)] for key in RULESETS[NINE].keys}
    with pytest.raises(ValueError, match="outside 1 to 4"):
        index_of_totals({**totals, "biaya": [Total(5, 21)]}, ruleset=NINE)
    with pytest.raises(ValueError, match="knows no element maklumat"):
        index_of_totals({**totals, "maklumat": [Total(5, 15)]}, ruleset=NINE)


def test_the_mean_of_services_counts_each_alike_and_pooling_counts_each_respondent() -> None:
    small, large = index_of(10, [40] * 9), index_of(990, [1980] * 9)
    assert mean_index([small, large]).value == Decimal("75.00")
    keys = RULESETS[NINE].keys
    pooled = added([{key: [Total(10, 40)] for key in keys}, {key: [Total(990, 1980)] for key in keys}])
    assert index_of_totals(pooled, ruleset=NINE).value == Decimal("50.50")
    assert [one.n for one in mean_index([small, large]).elements] == [1000] * 9


def test_a_mean_is_taken_of_unrounded_indexes() -> None:
    third = index_of(3, spread_over(9 * 3 * 2 + 1))
    assert mean_index([third, third, third]).exact == third.exact
    assert mean_index([third]).elements == third.elements


def test_indexes_of_different_weights_have_no_mean() -> None:
    with pytest.raises(ValueError, match="different"):
        mean_index([index_of(1, [4] * 9), index_of(1, [4] * 9, Weight.TWO_DIGITS)])


def test_the_two_orders_name_other_elements_and_give_one_index() -> None:
    totals = [30, 30, 30, 30, 30, 30, 30, 12, 36]
    form, listed = (index_of(10, totals, order=order) for order in (AnswerOrder.FORM, AnswerOrder.LIST))
    assert form.exact == listed.exact
    figures = [{one.key: one.value for one in index.elements} for index in (form, listed)]
    assert figures[0]["sarana"] == figures[1]["pengaduan"] == Decimal("30.00")
    assert figures[0]["pengaduan"] == figures[1]["sarana"] == Decimal("90.00")


@pytest.mark.parametrize("x", ["0.005", "-0.005", "1.004999", "2.675", "-1.5"])
def test_half_up_agrees_with_the_decimal_module(x: str) -> None:
    assert half_up(Fraction(x), 2) == Decimal(x).quantize(Decimal("0.01"), ROUND_HALF_UP)
