"""What the rules on satisfaction surveys fix: elements, their two orders, weights and the bands of grades.

An element is known by its key and never by a number: the list of elements of 2017 ends "pengaduan, sarana" while the
questionnaire of the same regulation ends "sarana, pengaduan", so that "U8" means two things.

Sources: PermenPANRB 14/2017, Kepmenpan KEP/25/M.PAN/2/2004; `docs/skm.md` says what is still to be confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from feedback_app.survey import official_words as words
from feedback_app.survey.rules import AnswerOrder

SCALE: Final = (1, 2, 3, 4)
"""The answers of a question of an element, worst first."""

CONVERSION: Final = 25
"""What an index of 1 to 4 is multiplied by to stand between 25 and 100."""


class RuleSetCode(StrEnum):
    """Which rules a survey follows; stored with every period and result, because they must not be mixed."""

    PERMENPANRB_14_2017 = "permenpanrb-14-2017"
    KEPMENPAN_25_2004 = "kepmenpan-25-2004"


class Weight(StrEnum):
    """How much one element weighs: one over their number, or a rounding of it that older series were made with."""

    EXACT = "exact"
    THREE_DIGITS = "0.111"
    TWO_DIGITS = "0.11"
    OLD = "0.071"


class Grade(StrEnum):
    """The quality of service (mutu pelayanan)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that is asked about (unsur); `replaceable` says for which services another may stand in its place."""

    key: str
    name: str
    definition: str
    replaceable: str | None


@dataclass(frozen=True, slots=True)
class OfficialQuestion:
    """A question of the official form, with its four answers from worst (1) to best (4)."""

    element: str
    stem: str
    options: tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Band:
    """One row of the table of grades, from `floor` (25 to 100, of the rounded index) upwards.

    `printed_index` and `printed_value` are the intervals as the rules print them. Read as numbers they leave gaps
    (76.605 is in none), which is why only `floor` decides.
    """

    floor: Decimal
    grade: Grade
    performance: str
    printed_index: str
    printed_value: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one regulation; `elements` stand in the order of its list, `form_order` in that of its form."""

    code: RuleSetCode
    title: str
    elements: tuple[Element, ...]
    form_order: tuple[str, ...]
    bands: tuple[Band, ...]
    weights: tuple[Weight, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of the elements in the order of the regulation's list."""
        return tuple(element.key for element in self.elements)

    @property
    def has_one_order(self) -> bool:
        """Tell whether list and form number the elements alike."""
        return self.keys == self.form_order

    def element(self, key: str) -> Element:
        """Return one element.

        Raises
        ------
        KeyError
            The rules know no element of that key.
        """
        for element in self.elements:
            if element.key == key:
                return element
        raise KeyError(key)

    def ordered(self, order: AnswerOrder) -> tuple[str, ...]:
        """Return the keys as numbers 1, 2, … stand for in one of the two orders; by key means the list's."""
        return self.form_order if order is AnswerOrder.FORM else self.keys

    def weight_of(self, weight: Weight) -> Fraction:
        """Return what one element weighs.

        Raises
        ------
        ValueError
            The weight was never used with these rules.
        """
        if weight not in self.weights:
            raise ValueError(f"{self.code} is not computed with weight {weight}")
        return Fraction(1, len(self.elements)) if weight is Weight.EXACT else Fraction(weight.value)

    def band_of(self, value: Decimal) -> Band:
        """Return the row of the table of grades for an index that is rounded already."""
        return next((band for band in self.bands if value >= band.floor), self.bands[-1])


def _bands(*rows: tuple[str, str, str]) -> tuple[Band, ...]:
    """Return the bands from (floor, printed index, printed value), best first."""
    performances = ("Sangat baik", "Baik", "Kurang baik", "Tidak baik")
    return tuple(
        Band(Decimal(floor), grade, performance, index, value)
        for (floor, index, value), grade, performance in zip(rows, Grade, performances, strict=True)
    )


RULESETS: Final[Mapping[RuleSetCode, RuleSet]] = MappingProxyType(
    {
        RuleSetCode.PERMENPANRB_14_2017: RuleSet(
            code=RuleSetCode.PERMENPANRB_14_2017,
            title="Peraturan Menteri PANRB Nomor 14 Tahun 2017",
            elements=tuple(Element(*row) for row in words.ELEMENTS_2017),
            form_order=words.FORM_ORDER_2017,
            bands=_bands(
                ("88.31", "3,5324 – 4,00", "88,31 – 100,00"),
                ("76.61", "3,0644 – 3,532", "76,61 – 88,30"),
                ("65.00", "2,60 – 3,064", "65,00 – 76,60"),
                ("25.00", "1,00 – 2,5996", "25,00 – 64,99"),
            ),
            weights=(Weight.EXACT, Weight.THREE_DIGITS, Weight.TWO_DIGITS),
        ),
        RuleSetCode.KEPMENPAN_25_2004: RuleSet(
            code=RuleSetCode.KEPMENPAN_25_2004,
            title="Keputusan Menteri PAN Nomor KEP/25/M.PAN/2/2004",
            elements=tuple(Element(*row) for row in words.ELEMENTS_2004),
            form_order=tuple(key for key, *_ in words.ELEMENTS_2004),
            bands=_bands(
                ("81.26", "3,26 – 4,00", "81,26 – 100,00"),
                ("62.51", "2,51 – 3,25", "62,51 – 81,25"),
                ("43.76", "1,76 – 2,50", "43,76 – 62,50"),
                ("25.00", "1,00 – 1,75", "25,00 – 43,75"),
            ),
            weights=(Weight.EXACT, Weight.OLD),
        ),
    }
)

OFFICIAL_QUESTIONS: Final = tuple(OfficialQuestion(*row) for row in words.QUESTIONS_2017)
"""The nine questions of the official form, in its order."""
