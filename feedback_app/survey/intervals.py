"""How sure an index is: 95 % intervals from sums, of one place, of several together, and of a difference.

The regulation asks for a sample that is large enough and prints no interval; the intervals are ours. Every complete
questionnaire has an index of its own (its mean answer x 25 with the exact weight), so the index of a place is a mean of
n numbers and Student's t applies. Answers of one person hang together, which this allows for; that people are drawn
from a small population does not narrow the interval. Sources: Student (1908); Welch (1947) and Satterthwaite (1946) for
several variances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import isqrt
from typing import Final

from feedback_app.survey.elements import CONVERSION, RULESETS, SCALE, RuleSetCode, Weight
from feedback_app.survey.index import half_up

CONFIDENCE: Final = Fraction(95, 100)


@dataclass(frozen=True, slots=True)
class Spread:
    """How far complete questionnaires differ: `n` of them, the sum of their scores and of the scores' squares.

    A score is the sum over the elements of the mean answer, times `denominator`, which makes it whole (the least
    common multiple of how many questions the elements have; 1 where each has one).
    """

    n: int
    total: int
    squares: int
    denominator: int = 1

    def __add__(self, other: Spread) -> Spread:
        if self.denominator != other.denominator:
            raise ValueError("scores of different denominators cannot be added")
        return Spread(self.n + other.n, self.total + other.total, self.squares + other.squares, self.denominator)


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the index lies with 95 % confidence, half up to 0.01, from the answers of `n` people."""

    low: Decimal
    high: Decimal
    n: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """An index with the variance of it (points squared), exact, and the degrees of freedom that variance has.

    `least` and `most` are the ends of what the index can be (24.975 and 99.9 with weight 0.111).
    """

    mean: Fraction
    variance: Fraction
    freedom: Fraction
    n: int
    least: Fraction
    most: Fraction

    def interval(self) -> Interval | None:
        """Return the interval, or None where all answers are alike: that says nothing of how far others differ."""
        if not self.variance:
            return None
        margin = _margin(self.variance, self.freedom)
        low, high = max(self.least, self.mean - margin), min(self.most, self.mean + margin)
        return Interval(half_up(low, 2), half_up(high, 2), self.n)


class Verdict(StrEnum):
    """What a difference of two indexes says."""

    HIGHER = "higher"
    LOWER = "lower"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Difference:
    """One index less another, with its 95 % interval in points, half up to 0.01.

    The verdict is taken before rounding: higher or lower where the interval leaves 0 outside.
    """

    value: Decimal
    low: Decimal
    high: Decimal
    verdict: Verdict


def estimate(
    spread: Spread, weight: Weight, ruleset: RuleSetCode, *, centre: Fraction | None = None
) -> Estimate | None:
    """Return the index of complete questionnaires with its variance, or None below two of them.

    `centre` is the index the interval shall stand around (`Index.exact`) where that counts incomplete questionnaires
    too; their number and spread are then not part of it.
    """
    if spread.n < 2:
        return None
    each = CONVERSION * RULESETS[ruleset].weight_of(weight)
    ends = each * len(RULESETS[ruleset].elements)
    mean = Fraction(spread.total, spread.n)
    between = (spread.squares - mean * spread.total) / (spread.n - 1)
    points = each / spread.denominator
    return Estimate(
        mean=mean * points if centre is None else centre,
        variance=between * points**2 / spread.n,
        freedom=Fraction(spread.n - 1),
        n=spread.n,
        least=ends * SCALE[0],
        most=ends * SCALE[-1],
    )


def interval(
    spread: Spread, weight: Weight, ruleset: RuleSetCode, *, centre: Fraction | None = None
) -> Interval | None:
    """Return the 95 % interval of the converted index; None below two respondents or where all answers are alike."""
    found = estimate(spread, weight, ruleset, centre=centre)
    return found.interval() if found else None


def combined(parts: Sequence[Estimate | None]) -> Estimate | None:
    """Return the mean of independent indexes (services of a unit, units of an agency) with its variance.

    None where there are none, or one of them has no variance of its own to tell (below two respondents).
    """
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    k = len(known)
    return Estimate(
        mean=sum(part.mean for part in known) / Fraction(k),
        variance=sum(part.variance for part in known) / Fraction(k**2),
        freedom=_freedom(known),
        n=sum(part.n for part in known),
        least=min(part.least for part in known),
        most=max(part.most for part in known),
    )


def difference(a: Estimate | None, b: Estimate | None) -> Difference | None:
    """Return how far `a` lies above `b`, as of two independent samples (two periods, two units).

    None where either cannot be estimated, or all answers of both are alike.
    """
    if a is None or b is None or not a.variance + b.variance:
        return None
    apart = a.mean - b.mean
    margin = _margin(a.variance + b.variance, _freedom([a, b]))
    low, high = apart - margin, apart + margin
    verdict = Verdict.HIGHER if low > 0 else Verdict.LOWER if high < 0 else Verdict.UNDECIDED
    return Difference(half_up(apart, 2), half_up(low, 2), half_up(high, 2), verdict)


def _freedom(parts: Sequence[Estimate]) -> Fraction:
    """Return the degrees of freedom of a sum of variances (Welch and Satterthwaite)."""
    whole = sum((part.variance for part in parts), Fraction(0))
    if not whole:
        return sum((part.freedom for part in parts), Fraction(0))
    return whole**2 / sum((part.variance**2 / part.freedom for part in parts), Fraction(0))


def _margin(variance: Fraction, freedom: Fraction) -> Fraction:
    # Loaded here: the index is computed without it, and the import takes longer than that.
    from scipy.special import stdtrit

    quantile = float(stdtrit(float(freedom), float((1 + CONFIDENCE) / 2)))
    return Fraction(quantile) * _root(variance)


def _root(x: Fraction) -> Fraction:
    """Return the square root to twelve decimals, the same on every machine."""
    scale = 10**12
    return Fraction(isqrt(x.numerator * scale**2 // x.denominator), scale)
