from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.survey.sample import (
    TABLE,
    Composition,
    WarningKind,
    by_formula,
    by_table,
    progress,
    warnings,
)


def test_all_ninety_rows_of_the_table_are_the_rounded_formula() -> None:
    assert len(TABLE) == 90
    assert {population: by_formula(population) for population in TABLE} == TABLE


@pytest.mark.parametrize(
    ("population", "table", "formula"),
    [
        pytest.param(1, 1, 1, id="one person"),
        pytest.param(7, 7, 7, id="below the first row everybody is asked"),
        pytest.param(9, 9, 9, id="just below the first row"),
        pytest.param(10, 10, 10, id="first row"),
        pytest.param(11, 14, 11, id="just above the first row"),
        pytest.param(300, 169, 169, id="a row"),
        pytest.param(759, 260, 255, id="between rows the next higher counts"),
        pytest.param(75_001, 384, 382, id="between the last two rows"),
        pytest.param(1_000_000, 384, 384, id="last row"),
        pytest.param(1_000_001, 384, 384, id="above the last row"),
        pytest.param(270_000_000, 384, 384, id="everybody in the country"),
    ],
)
def test_minimum_by_table_and_by_formula(population: int, table: int, formula: int) -> None:
    assert (by_table(population), by_formula(population)) == (table, formula)


@given(st.integers(1, 3_000_000))
def test_a_minimum_is_never_more_than_the_population_and_grows_with_it(population: int) -> None:
    assert 1 <= by_formula(population) <= population
    assert by_formula(population) <= by_formula(population + 1)
    assert by_table(population) <= by_table(population + 1)
    assert by_table(population) >= by_formula(population)


@pytest.mark.parametrize("population", [0, -1])
def test_nobody_is_no_population(population: int) -> None:
    for minimum in (by_table, by_formula):
        with pytest.raises(ValueError, match="at least 1"):
            minimum(population)


def test_progress_counts_towards_the_table() -> None:
    half = progress(130, 759)
    assert (half.minimum_by_table, half.minimum_by_formula) == (260, 255)
    assert (half.percent, half.missing) == (Decimal("50.0"), 130)
    assert progress(260, 759).missing == 0
    assert (progress(300, 759).missing, progress(300, 759).percent) == (0, Decimal("115.4"))


def test_progress_without_a_population_promises_nothing() -> None:
    unknown = progress(50, None)
    assert (unknown.minimum_by_table, unknown.percent, unknown.missing) == (None, None, None)


def sample(
    answered: int = 260,
    population: int | None = 759,
    *,
    channels: Mapping[str, int] | None = None,
    hours: Mapping[str, int] | None = None,
    services: Mapping[str, int] | None = None,
    populations: Mapping[str, int] | None = None,
    days: Mapping[str, int] | None = None,
    days_run: int = 0,
    blank: int = 0,
) -> Composition:
    return Composition(
        answered=answered,
        population=population,
        by_channel=channels or {"web": answered // 2, "paper": answered - answered // 2},
        by_hours=hours or {},
        by_service=services or {},
        populations=populations or {},
        by_day=days or {},
        days_run=days_run,
        blank_answers=blank,
        possible_answers=answered * 9,
    )


def kinds(composition: Composition) -> list[tuple[WarningKind, str]]:
    return [(one.kind, one.subject) for one in warnings(composition)]


def test_a_sound_sample_is_warned_about_nothing() -> None:
    composition = sample(
        hours={"morning": 150, "afternoon": 110},
        services={"ktp": 200, "akta": 60},
        populations={"ktp": 600, "akta": 159},
    )
    assert kinds(composition) == []


def test_a_thin_sample_is_told_with_what_is_needed() -> None:
    (thin,) = warnings(sample(259))
    assert (thin.kind, thin.count, thin.of, thin.percent) == (WarningKind.THIN_SAMPLE, 259, 260, Decimal("99.6"))


def test_an_unknown_population_is_told_because_nothing_can_be_thin_then() -> None:
    assert kinds(sample(population=None)) == [(WarningKind.POPULATION_UNKNOWN, "")]


@pytest.mark.parametrize(("paper", "told"), [(80, []), (81, [(WarningKind.ONE_CHANNEL, "paper")])])
def test_more_than_four_fifths_by_one_channel_is_told(paper: int, told: list[tuple[WarningKind, str]]) -> None:
    assert kinds(sample(100, 130, channels={"paper": paper, "web": 100 - paper})) == told


@pytest.mark.parametrize(("morning", "told"), [(80, []), (81, [(WarningKind.ONE_HOUR_BAND, "morning")])])
def test_more_than_four_fifths_in_the_same_hours_is_told(morning: int, told: list[tuple[WarningKind, str]]) -> None:
    assert kinds(sample(100, 130, hours={"morning": morning, "afternoon": 100 - morning})) == told


ONE_DAY = [(WarningKind.ONE_DAY, "2026-05-04")]


@pytest.mark.parametrize(
    ("stuffed", "others", "days_run", "told"),
    [(16, 14, 5, ONE_DAY), (15, 15, 5, []), (16, 14, 4, []), (16, 13, 5, []), (152, 0, 30, ONE_DAY)],
)
def test_more_than_half_on_one_day_is_told_once_a_survey_has_run_for_some_days(
    stuffed: int, others: int, days_run: int, told: list[tuple[WarningKind, str]]
) -> None:
    days = {"2026-05-04": stuffed, "2026-05-05": others}
    assert kinds(sample(stuffed + others, 10, days=days, days_run=days_run)) == told


def test_hours_that_few_have_told_say_nothing() -> None:
    assert kinds(sample(100, 130, hours={"morning": 9})) == []


@pytest.mark.parametrize(("akta", "told"), [(40, []), (41, [(WarningKind.ONE_SERVICE, "akta")])])
def test_a_service_far_above_its_share_of_the_people_served_is_told(
    akta: int, told: list[tuple[WarningKind, str]]
) -> None:
    composition = sample(100, 130, services={"akta": akta, "ktp": 100 - akta}, populations={"akta": 26, "ktp": 104})
    assert kinds(composition) == told


def test_a_unit_of_one_service_cannot_lean_to_it() -> None:
    assert kinds(sample(100, 130, services={"akta": 100}, populations={"akta": 130})) == []


@pytest.mark.parametrize(("blank", "told"), [(90, []), (91, [(WarningKind.MISSING_ANSWERS, "")])])
def test_more_than_a_tenth_left_blank_is_told(blank: int, told: list[tuple[WarningKind, str]]) -> None:
    assert kinds(sample(100, 130, blank=blank)) == told


def test_of_a_handful_no_share_is_told() -> None:
    assert kinds(sample(9, 9, channels={"web": 9}, hours={"morning": 9})) == []


def test_warnings_carry_share_and_bound() -> None:
    (one,) = warnings(sample(100, 130, channels={"paper": 93, "web": 7}))
    assert (one.count, one.of, one.percent, one.limit) == (93, 100, Decimal("93.0"), Decimal("80.0"))
