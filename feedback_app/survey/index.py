"""The satisfaction index from the sums of answers: exact fractions until the one rounding that decides the grade.

Source: PermenPANRB 14/2017, annex: mean of an element (NRR) = sum of its answers / number of filled questionnaires;
index = sum of NRR x weight; converted index = index x 25. The printed bands have two decimals, so the converted index
is rounded to two decimals, half up, before it is compared with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from feedback_app.errors import InvalidInputError
from feedback_app.survey.elements import CONVERSION, RULESETS, SCALE, Grade, RuleSetCode, Weight


class EmptyIndexError(InvalidInputError):
    """Nobody has answered."""

    code = "skm_no_answers"

    def __init__(self) -> None:
        super().__init__("Belum ada jawaban, sehingga indeks belum dapat dihitung.")


class MissingElementError(InvalidInputError):
    """An element of the rules has no answers at all, and an index without it would not be the official one."""

    code = "skm_element_without_answers"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"Indeks tidak dapat dihitung: belum ada jawaban untuk unsur {', '.join(names)}.")


@dataclass(frozen=True, slots=True)
class Total:
    """How many answered one question, and the sum of their answers."""

    n: int
    total: int | Fraction

    def __add__(self, other: Total) -> Total:
        return Total(self.n + other.n, self.total + other.total)


@dataclass(frozen=True, slots=True)
class ElementFigure:
    """One element: `mean` (NRR, 1 to 4), `weighted` (NRR x weight), `value` (NRR x 25, half up to 0.01), its grade.

    `n` is the number of answers; of an element with several questions, of the one answered most often.
    """

    key: str
    n: int
    mean: Fraction
    weighted: Fraction
    value: Decimal
    grade: Grade


@dataclass(frozen=True, slots=True)
class Index:
    """The index of a service, a unit or an agency: `exact` before rounding, `value` and `grade` as published.

    `elements` stand in the order of the regulation's list.
    """

    ruleset: RuleSetCode
    weight: Weight
    exact: Fraction
    value: Decimal
    grade: Grade
    elements: tuple[ElementFigure, ...]


def half_up(x: Fraction, digits: int) -> Decimal:
    """Return a number rounded to so many decimals, halves away from zero.

    `round()` would take halves to the even digit, and to whichever side a binary float happens to lie on.

    >>> half_up(Fraction(225, 8) * 25 / 9, 2), round(225 / 8 * 25 / 9, 2)
    (Decimal('78.13'), 78.12)
    """
    steps = (2 * abs(x.numerator) * 10**digits + x.denominator) // (2 * x.denominator)
    return Decimal(-steps if x < 0 else steps).scaleb(-digits)


def grade_of(value: Decimal, ruleset: RuleSetCode) -> Grade:
    """Return the grade of an index that is rounded to two decimals already.

    >>> [grade_of(Decimal(at), RuleSetCode.PERMENPANRB_14_2017).value for at in ("88.31", "88.30", "76.60", "64.99")]
    ['A', 'B', 'C', 'D']
    """
    return RULESETS[ruleset].band_of(value).grade


def index_of_totals(
    totals: Mapping[str, Sequence[Total]], *, ruleset: RuleSetCode, weight: Weight = Weight.EXACT
) -> Index:
    """Return the index from the sums of answers by element; several questions of an element count alike.

    Totals of several places added up (`added`) give the index of all their respondents together.

    Raises
    ------
    EmptyIndexError
        No element has an answer.
    MissingElementError
        Some element has none.
    ValueError
        An element is not of these rules, or a mean lies outside the scale.
    """
    answered = {key: [one for one in questions if one.n] for key, questions in totals.items()}
    means = {key: _mean(questions) for key, questions in answered.items() if questions}
    ns = {key: max(one.n for one in answered[key]) for key in means}
    return index_of_means(means, ns, ruleset=ruleset, weight=weight)


def index_of_means(
    means: Mapping[str, Fraction],
    ns: Mapping[str, int],
    *,
    ruleset: RuleSetCode,
    weight: Weight = Weight.EXACT,
) -> Index:
    """Return the index from the means of the elements (NRR) and how many answered each.

    Raises
    ------
    EmptyIndexError, MissingElementError, ValueError
        As `index_of_totals`.
    """
    rules = RULESETS[ruleset]
    _check(means, ruleset)
    each = rules.weight_of(weight)
    figures = tuple(_figure(key, ns.get(key, 0), Fraction(means[key]), each, ruleset) for key in rules.keys)
    exact = CONVERSION * sum((figure.weighted for figure in figures), Fraction(0))
    value = half_up(exact, 2)
    return Index(ruleset, weight, exact, value, grade_of(value, ruleset), figures)


def mean_index(indexes: Sequence[Index]) -> Index:
    """Return the mean of several indexes: of a unit from its services, of an agency from its units.

    The unrounded indexes are averaged, each counting the same however many answered.

    Raises
    ------
    EmptyIndexError
        There are none.
    ValueError
        They follow different rules or weights.
    """
    if not indexes:
        raise EmptyIndexError
    ways = {(index.ruleset, index.weight) for index in indexes}
    if len(ways) > 1:
        raise ValueError("indexes of different rules or weights have no mean")
    ruleset, weight = ways.pop()
    columns = list(zip(*(index.elements for index in indexes), strict=True))
    means = {column[0].key: sum(one.mean for one in column) / Fraction(len(column)) for column in columns}
    ns = {column[0].key: sum(one.n for one in column) for column in columns}
    return index_of_means(means, ns, ruleset=ruleset, weight=weight)


def added(places: Iterable[Mapping[str, Sequence[Total]]]) -> dict[str, list[Total]]:
    """Return the sums of several places together, question by question; they must share one questionnaire."""
    whole: dict[str, list[Total]] = {}
    for place in places:
        for key, questions in place.items():
            known = whole.get(key, [Total(0, 0)] * len(questions))
            whole[key] = [one + other for one, other in zip(known, questions, strict=True)]
    return whole


def _mean(questions: Sequence[Total]) -> Fraction:
    first, *others = (Fraction(one.total, one.n) for one in questions)
    return sum(others, first) / len(questions) if others else first


def _check(means: Mapping[str, Fraction], ruleset: RuleSetCode) -> None:
    rules = RULESETS[ruleset]
    if not means:
        raise EmptyIndexError
    if unknown := sorted(set(means) - set(rules.keys)):
        raise ValueError(f"{ruleset} knows no element {', '.join(unknown)}")
    if missing := [element.name for element in rules.elements if element.key not in means]:
        raise MissingElementError(missing)
    if beyond := [key for key, mean in means.items() if not SCALE[0] <= mean <= SCALE[-1]]:
        raise ValueError(f"the mean of {', '.join(beyond)} is outside {SCALE[0]} to {SCALE[-1]}")


def _figure(key: str, n: int, mean: Fraction, weight: Fraction, ruleset: RuleSetCode) -> ElementFigure:
    value = half_up(mean * CONVERSION, 2)
    return ElementFigure(key, n, mean, mean * weight, value, grade_of(value, ruleset))
