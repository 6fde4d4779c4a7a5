"""How many credits (angka kredit) a predicate gives a holder of a functional post. Pure.

Source: Peraturan BKN 3/2023: share of the predicate × coefficient of the level, by months for part of a year.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from feedback_app.evaluation.calculators.predicate import Predicate
from feedback_app.evaluation.calculators.sources import Confidence, Source

SOURCE: Final = Source("Peraturan BKN 3/2023", Confidence.FOUND)
MONTHS: Final = 12
_CENT: Final = Decimal("0.01")

PERCENT: Final[Mapping[Predicate, int]] = {
    Predicate.VERY_GOOD: 150,
    Predicate.GOOD: 100,
    Predicate.NEEDS_IMPROVEMENT: 75,
    Predicate.POOR: 50,
    Predicate.VERY_POOR: 25,
}


class Level(enum.StrEnum):
    """The level of a functional post."""

    BEGINNER = "beginner"  # pemula
    SKILLED = "skilled"  # terampil
    PROFICIENT = "proficient"  # mahir
    SUPERVISOR = "supervisor"  # penyelia
    FIRST_EXPERT = "first_expert"  # ahli pertama
    JUNIOR_EXPERT = "junior_expert"  # ahli muda
    MIDDLE_EXPERT = "middle_expert"  # ahli madya
    PRINCIPAL_EXPERT = "principal_expert"  # ahli utama


COEFFICIENT: Final[Mapping[Level, Decimal]] = {
    Level.BEGINNER: Decimal("3.75"),
    Level.SKILLED: Decimal(5),
    Level.PROFICIENT: Decimal("12.5"),
    Level.SUPERVISOR: Decimal(25),
    Level.FIRST_EXPERT: Decimal("12.5"),
    Level.JUNIOR_EXPERT: Decimal(25),
    Level.MIDDLE_EXPERT: Decimal("37.5"),
    Level.PRINCIPAL_EXPERT: Decimal(50),
}
# Coefficients that stand in no source we could read; the page marks them.
UNCHECKED: Final = frozenset({Level.SUPERVISOR, Level.JUNIOR_EXPERT, Level.PRINCIPAL_EXPERT})


def confidence_of(level: Level) -> Confidence:
    """Return how surely the coefficient of a level is told."""
    return Confidence.UNCHECKED if level in UNCHECKED else Confidence.FOUND


def credit(predicate: Predicate, level: Level, months: int = MONTHS) -> Decimal:
    """Return the credits of a period of so many months, rounded half up to two decimals.

    Parameters
    ----------
    months
        1 to 12; 12 is the annual figure.

    Raises
    ------
    ValueError
        Any other number of months.

    >>> credit(Predicate.VERY_GOOD, Level.FIRST_EXPERT), credit(Predicate.GOOD, Level.FIRST_EXPERT, 2)
    (Decimal('18.75'), Decimal('2.08'))
    """
    if not 1 <= months <= MONTHS:
        raise ValueError("a period has 1 to 12 months")
    # One division at the end: a share rounded on the way would move the last cent.
    exact = COEFFICIENT[level] * PERCENT[predicate] * months / (100 * MONTHS)
    return exact.quantize(_CENT, ROUND_HALF_UP)
