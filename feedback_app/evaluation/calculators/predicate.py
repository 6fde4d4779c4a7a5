"""Which predicate two ratings come to, of results and of behaviour. Pure; a table of the regulation and no more.

Source: PermenPANRB 6/2022; SE MenPANRB 3/2023.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from feedback_app.evaluation.calculators.sources import Confidence, Source

SOURCE: Final = Source("PermenPANRB 6/2022; SE MenPANRB 3/2023", Confidence.FOUND)


class Rating(enum.StrEnum):
    """What the evaluator says of results or of behaviour."""

    BELOW = "below"
    AS_EXPECTED = "as_expected"
    ABOVE = "above"


class Predicate(enum.StrEnum):
    """The predicate of a person's performance."""

    VERY_GOOD = "very_good"
    GOOD = "good"
    NEEDS_IMPROVEMENT = "needs_improvement"
    POOR = "poor"
    VERY_POOR = "very_poor"


# By results, then by behaviour. Bad behaviour alone makes it poor, and good behaviour never lifts poor results.
MATRIX: Final[Mapping[Rating, Mapping[Rating, Predicate]]] = {
    Rating.ABOVE: {
        Rating.BELOW: Predicate.POOR,
        Rating.AS_EXPECTED: Predicate.GOOD,
        Rating.ABOVE: Predicate.VERY_GOOD,
    },
    Rating.AS_EXPECTED: {
        Rating.BELOW: Predicate.POOR,
        Rating.AS_EXPECTED: Predicate.GOOD,
        Rating.ABOVE: Predicate.GOOD,
    },
    Rating.BELOW: {
        Rating.BELOW: Predicate.VERY_POOR,
        Rating.AS_EXPECTED: Predicate.NEEDS_IMPROVEMENT,
        Rating.ABOVE: Predicate.NEEDS_IMPROVEMENT,
    },
}


def predicate(results: Rating, behaviour: Rating) -> Predicate:
    """Return the predicate for two ratings that an evaluator has given.

    >>> predicate(Rating.ABOVE, Rating.BELOW).value
    'poor'
    """
    return MATRIX[results][behaviour]
