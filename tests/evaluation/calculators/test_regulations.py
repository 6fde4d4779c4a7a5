"""The calculators of the regulations, cell by cell, and that nothing of the platform's figures flows into them."""

from __future__ import annotations

import ast
import re
from decimal import Decimal
from pathlib import Path

import pytest

import feedback_app
from feedback_app.evaluation.calculators.credit import COEFFICIENT, PERCENT, Level, confidence_of, credit
from feedback_app.evaluation.calculators.distribution import PATTERNS, OrganisationPredicate, compare
from feedback_app.evaluation.calculators.predicate import MATRIX, Predicate, Rating, predicate
from feedback_app.evaluation.calculators.sources import Confidence

ROOT = Path(feedback_app.__file__).parent
V, G, N, P, W = Predicate


@pytest.mark.parametrize(
    ("results", "behaviour", "expected"),
    [
        pytest.param(Rating.ABOVE, Rating.BELOW, P, id="excellent results never make up for bad behaviour"),
        pytest.param(Rating.ABOVE, Rating.AS_EXPECTED, G, id="above and as expected"),
        pytest.param(Rating.ABOVE, Rating.ABOVE, V, id="above and above"),
        pytest.param(Rating.AS_EXPECTED, Rating.BELOW, P, id="as expected and below"),
        pytest.param(Rating.AS_EXPECTED, Rating.AS_EXPECTED, G, id="as expected twice"),
        pytest.param(Rating.AS_EXPECTED, Rating.ABOVE, G, id="as expected and above"),
        pytest.param(Rating.BELOW, Rating.BELOW, W, id="below twice"),
        pytest.param(Rating.BELOW, Rating.AS_EXPECTED, N, id="below and as expected"),
        pytest.param(Rating.BELOW, Rating.ABOVE, N, id="excellent behaviour never lifts poor results further"),
    ],
)
def test_the_matrix_says(results: Rating, behaviour: Rating, expected: Predicate) -> None:
    assert predicate(results, behaviour) is expected


def test_the_matrix_is_whole() -> None:
    assert all(set(row) == set(Rating) for row in MATRIX.values())
    assert set(MATRIX) == set(Rating)


@pytest.mark.parametrize(
    ("given", "level", "months", "expected"),
    [
        pytest.param(V, Level.FIRST_EXPERT, 12, "18.75", id="150 % of 12.5"),
        pytest.param(G, Level.FIRST_EXPERT, 2, "2.08", id="two months of 12.5"),
        pytest.param(N, Level.BEGINNER, 12, "2.81", id="75 % of 3.75 falls below the half"),
        pytest.param(N, Level.FIRST_EXPERT, 12, "9.38", id="9.375 is rounded up, not to even"),
        pytest.param(W, Level.BEGINNER, 12, "0.94", id="25 % of 3.75"),
        pytest.param(W, Level.FIRST_EXPERT, 12, "3.13", id="3.125 is rounded up"),
    ],
)
def test_credits_of_a_predicate(given: Predicate, level: Level, months: int, expected: str) -> None:
    assert credit(given, level, months) == Decimal(expected)


@pytest.mark.parametrize("months", [0, 13, -1])
def test_a_period_has_one_to_twelve_months(months: int) -> None:
    with pytest.raises(ValueError, match="1 to 12"):
        credit(G, Level.SKILLED, months)


def test_every_level_and_predicate_has_a_figure_and_the_doubtful_ones_are_marked() -> None:
    assert set(COEFFICIENT) == set(Level)
    assert set(PERCENT) == set(Predicate)
    doubtful = {level for level in Level if confidence_of(level) is Confidence.UNCHECKED}
    assert doubtful == {Level.SUPERVISOR, Level.JUNIOR_EXPERT, Level.PRINCIPAL_EXPERT}


@pytest.mark.parametrize(
    ("organisation", "counts", "fits"),
    [
        pytest.param(OrganisationPredicate.EXCEPTIONAL, {V: 70, G: 30}, [True, True], id="seventy of a hundred"),
        pytest.param(OrganisationPredicate.EXCEPTIONAL, {V: 71, G: 29}, [True, False], id="one too many"),
        pytest.param(OrganisationPredicate.EXCEPTIONAL, {V: 50, G: 50}, [False, True], id="no largest part"),
        pytest.param(OrganisationPredicate.GOOD, {G: 70, V: 30}, [True, True, False], id="good without any lower"),
        pytest.param(OrganisationPredicate.GOOD, {G: 70, V: 29, N: 1}, [True, True, True], id="good with one lower"),
        pytest.param(OrganisationPredicate.NEEDS_IMPROVEMENT, {N: 60, V: 10, G: 30}, [True, True], id="on the edges"),
        pytest.param(OrganisationPredicate.NEEDS_IMPROVEMENT, {N: 59, V: 11, G: 30}, [False, False], id="beyond both"),
        pytest.param(OrganisationPredicate.POOR, {P: 60, N: 10, V: 10, G: 20}, [True, True, True], id="poor, on edges"),
        pytest.param(OrganisationPredicate.POOR, {P: 60, N: 9, V: 11, G: 20}, [True, False, False], id="poor, beyond"),
        pytest.param(OrganisationPredicate.VERY_POOR, {W: 60, P: 5, N: 5, G: 30}, [True, True, True], id="together"),
        pytest.param(OrganisationPredicate.VERY_POOR, {W: 60, P: 9, V: 1, G: 30}, [True, False, False], id="one best"),
    ],
)
def test_counts_are_compared_with_the_pattern(
    organisation: OrganisationPredicate, counts: dict[Predicate, int], fits: list[bool]
) -> None:
    assert [found.fits for found in compare(organisation, counts)] == fits


def test_nobody_fits_no_pattern_and_a_negative_count_is_an_error() -> None:
    assert compare(OrganisationPredicate.GOOD, {}) == ()
    assert set(PATTERNS) == set(OrganisationPredicate)
    with pytest.raises(ValueError, match="negative"):
        compare(OrganisationPredicate.GOOD, {G: -1})


def imported(file: Path) -> set[str]:
    """The names of this application's modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{name.name}" for name in node.names}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return {name for name in found if name.startswith("feedback_app.")}


def test_the_calculators_read_nothing_but_themselves() -> None:
    for file in (ROOT / "evaluation" / "calculators").glob("*.py"):
        assert all(name.startswith("feedback_app.evaluation.calculators") for name in imported(file)), file


def test_only_their_own_pages_know_the_calculators_and_those_know_no_score() -> None:
    pages = {"calculators.py", "calculator_words.py"}
    for file in ROOT.rglob("*.py"):
        names = imported(file)
        knows = any(name.startswith("feedback_app.evaluation.calculators") for name in names)
        if "calculators" in file.parts:
            continue
        assert not knows or file.name in pages, file
        if file.name in pages:
            assert not any(
                name.startswith("feedback_app.evaluation") and ".calculators" not in name for name in names
            ), file
            assert not any("feedback_app.db" in name or ".models" in name for name in names), file


def test_no_link_to_a_calculator_carries_a_value() -> None:
    """The forms are filled from the address alone, so a link with a query would prefill them."""
    links = re.compile(r"url_for\(\s*['\"]calculators\.\w+['\"]\s*([^)]*)\)")
    for file in [*ROOT.rglob("*.html"), *ROOT.rglob("*.py")]:
        text = file.read_text()
        assert all(not carried.strip() for carried in links.findall(text)), file
        assert "/kalkulator/" not in text or file.name == "calculators.py", file
