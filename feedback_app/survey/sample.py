"""How many respondents a survey needs, how far it is, and what makes a sample lopsided.

Source: PermenPANRB 14/2017 points to the table of Krejcie and Morgan (1970); the population is the people served in
the period (or the one before), not the inhabitants. For a population between two rows practice takes the next higher
row; the formula behind the table asks for a few less. Both are shown.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from feedback_app.survey.index import half_up

CHI_SQUARE: Final = Fraction("3.841")
"""5 percent, one degree of freedom. With 3.84 three rows of the table come out differently, with 3.8416 two."""

ERROR: Final = Fraction("0.05")
SHARE: Final = Fraction(1, 2)
ABOVE_THE_TABLE: Final = 384

LEAST_OF_2004: Final = 150
"""Kepmenpan 25/2004: (fourteen elements + 1) x 10, whatever the population; to be confirmed in the printed text."""

TABLE: Final[Mapping[int, int]] = MappingProxyType(
    {
        10: 10, 15: 14, 20: 19, 25: 24, 30: 28, 35: 32, 40: 36, 45: 40, 50: 44, 55: 48,
        60: 52, 65: 56, 70: 59, 75: 63, 80: 66, 85: 70, 90: 73, 95: 76, 100: 80, 110: 86,
        120: 92, 130: 97, 140: 103, 150: 108, 160: 113, 170: 118, 180: 123, 190: 127, 200: 132, 210: 136,
        220: 140, 230: 144, 240: 148, 250: 152, 260: 155, 270: 159, 280: 162, 290: 165, 300: 169, 320: 175,
        340: 181, 360: 186, 380: 191, 400: 196, 420: 201, 440: 205, 460: 210, 480: 214, 500: 217, 550: 226,
        600: 234, 650: 242, 700: 248, 750: 254, 800: 260, 850: 265, 900: 269, 950: 274, 1000: 278, 1100: 285,
        1200: 291, 1300: 297, 1400: 302, 1500: 306, 1600: 310, 1700: 313, 1800: 317, 1900: 320, 2000: 322, 2200: 327,
        2400: 331, 2600: 335, 2800: 338, 3000: 341, 3500: 346, 4000: 351, 4500: 354, 5000: 357, 6000: 361, 7000: 364,
        8000: 367, 9000: 368, 10000: 370, 15000: 375, 20000: 377, 30000: 379, 40000: 380, 50000: 381, 75000: 382,
        1000000: 384,
    }
)  # fmt: skip

_ROWS: Final = tuple(TABLE)


def by_formula(population: int) -> int:
    """Return the least number of respondents by the formula, rounded to the nearest as the table is.

    S = χ²NPQ / (d²(N − 1) + χ²PQ) with χ² = 3.841, P = Q = 0.5, d = 0.05.

    Raises
    ------
    ValueError
        The population is below 1.

    >>> by_formula(300), by_formula(759)
    (169, 255)
    """
    _check(population)
    spread = CHI_SQUARE * SHARE * (1 - SHARE)
    return int(half_up(spread * population / (ERROR**2 * (population - 1) + spread), 0))


def by_table(population: int) -> int:
    """Return the least number of respondents by the next higher row of the table.

    Below its first row everybody is asked; above its last row the number stays 384.

    Raises
    ------
    ValueError
        The population is below 1.

    >>> by_table(7), by_table(759), by_table(1_000_001)
    (7, 260, 384)
    """
    _check(population)
    if population < _ROWS[0]:
        return population
    row = bisect_left(_ROWS, population)
    return TABLE[_ROWS[row]] if row < len(_ROWS) else ABOVE_THE_TABLE


def _check(population: int) -> None:
    if population < 1:
        raise ValueError("a population is at least 1")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sample is; the two minimums and the shares are None where the population is not known."""

    answered: int
    population: int | None
    minimum_by_table: int | None
    minimum_by_formula: int | None

    @property
    def percent(self) -> Decimal | None:
        """Return how much of the table's minimum is there, in percent to 0.1, possibly above 100."""
        return None if self.minimum_by_table is None else _percent(self.answered, self.minimum_by_table)

    @property
    def missing(self) -> int | None:
        """Return how many respondents the table still asks for."""
        return None if self.minimum_by_table is None else max(0, self.minimum_by_table - self.answered)


def progress(answered: int, population: int | None) -> Progress:
    """Return how far a sample is towards what its population asks for."""
    if population is None:
        return Progress(answered, None, None, None)
    return Progress(answered, population, by_table(population), by_formula(population))


class WarningKind(StrEnum):
    """What can be wrong with a sample."""

    POPULATION_UNKNOWN = "population_unknown"
    THIN_SAMPLE = "thin_sample"
    ONE_CHANNEL = "one_channel"
    ONE_HOUR_BAND = "one_hour_band"
    ONE_DAY = "one_day"
    ONE_SERVICE = "one_service"
    MISSING_ANSWERS = "missing_answers"


@dataclass(frozen=True, slots=True)
class SampleWarning:
    """One thing wrong: `count` of `of`, `percent` of them to 0.1, where `limit` was the bound (percent or a number).

    `subject` is the channel, band of hours, day (ISO) or service it speaks of, else "".
    """

    kind: WarningKind
    subject: str
    count: int
    of: int
    percent: Decimal
    limit: Decimal


@dataclass(frozen=True, slots=True)
class Composition:
    """What a sample is made of: respondents by channel, hours, day and service, and answers left blank.

    `by_hours` counts only those whose hours are known. `populations` holds the people each service serves. `by_day`
    goes by ISO dates and may be empty where days are not known; `days_run` says for how many the survey has run.
    """

    answered: int
    population: int | None
    by_channel: Mapping[str, int]
    by_hours: Mapping[str, int]
    by_service: Mapping[str, int]
    populations: Mapping[str, int]
    blank_answers: int = 0
    possible_answers: int = 0
    by_day: Mapping[str, int] = field(default_factory=dict)
    days_run: int = 0


LEAST_FOR_SHARES: Final = 10
"""Below this many respondents a share says nothing that "too few" does not say."""

MOST_OF_ONE: Final = Fraction(80, 100)
MOST_ON_A_DAY: Final = Fraction(50, 100)
LEAST_FOR_A_DAY: Final = 30
"""Below this many respondents half of them are one busy morning."""
LEAST_DAYS_RUN: Final = 5
MOST_BLANK: Final = Fraction(10, 100)
MOST_ABOVE_SHARE: Final = Fraction(20, 100)
"""How far the share of one service among the respondents may exceed its share of the people served."""


def warnings(sample: Composition) -> list[SampleWarning]:
    """Return what is wrong with a sample, gravest first; the bounds are ours, no regulation names any but the size."""
    found = [*_size(sample)]
    if sample.answered >= LEAST_FOR_SHARES:
        found += _dominant(WarningKind.ONE_CHANNEL, sample.by_channel)
        found += _dominant(WarningKind.ONE_HOUR_BAND, sample.by_hours)
        found += _days(sample)
        found += _services(sample)
    if sample.possible_answers and Fraction(sample.blank_answers, sample.possible_answers) > MOST_BLANK:
        blank, possible = sample.blank_answers, sample.possible_answers
        found.append(_told(WarningKind.MISSING_ANSWERS, "", blank, possible, MOST_BLANK))
    return found


def _size(sample: Composition) -> list[SampleWarning]:
    if sample.population is None:
        nothing = Decimal("0.0")
        return [SampleWarning(WarningKind.POPULATION_UNKNOWN, "", sample.answered, 0, nothing, nothing)]
    least = by_table(sample.population)
    if sample.answered >= least:
        return []
    percent = _percent(sample.answered, least)
    return [SampleWarning(WarningKind.THIN_SAMPLE, "", sample.answered, least, percent, Decimal(least))]


def _dominant(kind: WarningKind, counts: Mapping[str, int]) -> list[SampleWarning]:
    whole = sum(counts.values())
    if whole < LEAST_FOR_SHARES:
        return []
    return [
        _told(kind, name, count, whole, MOST_OF_ONE)
        for name, count in counts.items()
        if Fraction(count, whole) > MOST_OF_ONE
    ]


def _days(sample: Composition) -> list[SampleWarning]:
    """Return the day on which more than half came, although there were others: a crowd then, or one person often."""
    whole = sum(sample.by_day.values())
    if whole < LEAST_FOR_A_DAY or sample.days_run < LEAST_DAYS_RUN:
        return []
    return [
        _told(WarningKind.ONE_DAY, day, count, whole, MOST_ON_A_DAY)
        for day, count in sample.by_day.items()
        if Fraction(count, whole) > MOST_ON_A_DAY
    ]


def _services(sample: Composition) -> list[SampleWarning]:
    known = {name: sample.by_service.get(name, 0) for name in sample.populations}
    asked, served = sum(known.values()), sum(sample.populations.values())
    if len(known) < 2 or asked < LEAST_FOR_SHARES or not served:
        return []
    limits = {name: Fraction(sample.populations[name], served) + MOST_ABOVE_SHARE for name in known}
    return [
        _told(WarningKind.ONE_SERVICE, name, count, asked, limits[name])
        for name, count in known.items()
        if Fraction(count, asked) > limits[name]
    ]


def _told(kind: WarningKind, subject: str, count: int, of: int, limit: Fraction) -> SampleWarning:
    return SampleWarning(kind, subject, count, of, _percent(count, of), half_up(limit * 100, 1))


def _percent(count: int, of: int) -> Decimal:
    return half_up(Fraction(100 * count, of), 1)
