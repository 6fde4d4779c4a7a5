"""Whether the predicates of a group fit the pattern for its organisation's own predicate. Pure; advice, never a bar.

Source: SE MenPANRB 3/2023, as public accounts of it tell the patterns; the curves of its annex are illustrations.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from feedback_app.evaluation.calculators.predicate import Predicate
from feedback_app.evaluation.calculators.sources import Confidence, Source

SOURCE: Final = Source("SE MenPANRB 3/2023", Confidence.PRESS)


class OrganisationPredicate(enum.StrEnum):
    """What the superior organisation's leader said of an organisation's results."""

    EXCEPTIONAL = "exceptional"
    GOOD = "good"
    NEEDS_IMPROVEMENT = "needs_improvement"
    POOR = "poor"
    VERY_POOR = "very_poor"


class Check(enum.StrEnum):
    """What is asked of a part of the group."""

    MOST = "most"  # it is the largest part
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    SOME = "some"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Expectation:
    """One line of a pattern: a check on the predicates together; `percent` where it names a share."""

    predicates: tuple[Predicate, ...]
    check: Check
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One line of a pattern with what the group has: how many of how many, and whether it fits."""

    expectation: Expectation
    count: int
    of: int
    fits: bool


_V, _G, _N, _P, _W = Predicate

PATTERNS: Final[Mapping[OrganisationPredicate, tuple[Expectation, ...]]] = {
    OrganisationPredicate.EXCEPTIONAL: (Expectation((_V,), Check.MOST), Expectation((_V,), Check.AT_MOST, 70)),
    OrganisationPredicate.GOOD: (
        Expectation((_G,), Check.MOST),
        Expectation((_G,), Check.AT_MOST, 70),
        Expectation((_N, _P), Check.SOME),
    ),
    OrganisationPredicate.NEEDS_IMPROVEMENT: (
        Expectation((_N,), Check.AT_LEAST, 60),
        Expectation((_V,), Check.AT_MOST, 10),
    ),
    OrganisationPredicate.POOR: (
        Expectation((_P,), Check.AT_LEAST, 60),
        Expectation((_N,), Check.AT_LEAST, 10),
        Expectation((_V,), Check.AT_MOST, 10),
    ),
    OrganisationPredicate.VERY_POOR: (
        Expectation((_W,), Check.AT_LEAST, 60),
        Expectation((_P, _N), Check.AT_LEAST, 10),
        Expectation((_V,), Check.NONE),
    ),
}


def compare(organisation: OrganisationPredicate, counts: Mapping[Predicate, int]) -> tuple[Found, ...]:
    """Return every line of the pattern with what the group has; nothing for a group of nobody.

    Raises
    ------
    ValueError
        A count is negative.
    """
    if any(count < 0 for count in counts.values()):
        raise ValueError("counts must not be negative")
    everybody = sum(counts.values())
    if not everybody:
        return ()
    return tuple(_found(one, counts, everybody) for one in PATTERNS[organisation])


def _found(asked: Expectation, counts: Mapping[Predicate, int], everybody: int) -> Found:
    count = sum(counts.get(one, 0) for one in asked.predicates)
    return Found(asked, count, everybody, _fits(asked, count, counts, everybody))


def _fits(asked: Expectation, count: int, counts: Mapping[Predicate, int], everybody: int) -> bool:
    part = Fraction(100 * count, everybody)
    match asked.check:
        case Check.MOST:
            return all(counts.get(one, 0) < count for one in Predicate if one not in asked.predicates)
        case Check.AT_MOST:
            return part <= (asked.percent or 0)
        case Check.AT_LEAST:
            return part >= (asked.percent or 0)
        case Check.SOME:
            return count > 0
        case Check.NONE:
            return count == 0
