"""Sums of answers that a test needs only in total: spread over the elements as evenly as they go."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from feedback_app.survey.elements import RULESETS, RuleSetCode, Weight
from feedback_app.survey.index import Index, Total, index_of_totals
from feedback_app.survey.rules import AnswerOrder

NINE = RuleSetCode.PERMENPANRB_14_2017


def spread_over(whole: int, elements: int = 9) -> list[int]:
    """Return so many whole numbers that add up to `whole` and differ by one at most."""
    return [whole // elements + (place < whole % elements) for place in range(elements)]


def index_of(
    n: int, totals: Sequence[int | Fraction], weight: Weight = Weight.EXACT, order: AnswerOrder = AnswerOrder.FORM
) -> Index:
    """Return the index of n complete questionnaires with these totals of the nine elements."""
    keys = RULESETS[NINE].ordered(order)
    by_key = {key: [Total(n, total)] for key, total in zip(keys, totals, strict=True)}
    return index_of_totals(by_key, ruleset=NINE, weight=weight)
