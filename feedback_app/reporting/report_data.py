"""Everything a survey report says, as plain values. Pure: who prints it asks nothing more of anybody.

Figures stay exact (`Fraction`, or `Decimal` where they are published rounded); `printing.py` turns them into words.
None instead of a number means that it is not told (too few people), or not known where the field says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from feedback_app.reporting.answer_data import Block, Characteristic, QuestionAnswers
from feedback_app.survey.elements import RULESETS, Grade, RuleSet, RuleSetCode, Weight
from feedback_app.survey.intervals import Estimate, Verdict
from feedback_app.survey.rules import ActionStatus, Averaging, MissingRule, ResultLevel
from feedback_app.survey.sample import SampleWarning


@dataclass(frozen=True, slots=True)
class Signing:
    """What whoever prints a report adds: where and when it is signed, by whom. Empty words leave room for a pen."""

    place: str
    on: date
    name: str = ""
    position: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """The survey period; `closed_on` is the day its figures were fixed."""

    code: str
    name: str
    starts_on: date
    ends_on: date
    closed_on: date
    sampling: str


@dataclass(frozen=True, slots=True)
class Method:
    """How the figures were made."""

    ruleset: RuleSetCode
    weight: Weight
    missing: MissingRule
    unit_averaging: Averaging
    agency_averaging: Averaging

    @property
    def rules(self) -> RuleSet:
        """Return the rules it follows."""
        return RULESETS[self.ruleset]


@dataclass(frozen=True, slots=True)
class ElementResult:
    """One element of a place; `n` counts the answers of its most answered question.

    `replacement` is what was asked in its stead, `partly` what only some questionnaires asked so.
    """

    key: str
    name: str
    replacement: str | None
    partly: str | None
    n: int
    mean: Fraction
    weighted: Fraction
    value: Decimal
    grade: Grade


@dataclass(frozen=True, slots=True)
class Place:
    """The result of an agency, a unit or a service, with those it is made of in `parts`.

    `elements` is empty and `value` None where the figure is withheld or there is none. `averaging` says how the parts
    made it. `unit_code` is empty for an agency, `code` for what of a unit is none of its services. `complete` counts
    the questionnaires that answer every question inside the index; `without` names the elements that nobody answered,
    for which there is no index.
    """

    level: ResultLevel
    unit_code: str
    code: str
    name: str
    respondents: int | None
    received: int | None
    complete: int | None
    population: int | None
    population_source: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    grade: Grade | None
    elements: tuple[ElementResult, ...]
    averaging: Averaging | None
    input_sha256: str
    parts: tuple[Place, ...] = ()
    estimate: Estimate | None = None
    without: tuple[str, ...] = ()

    @property
    def is_pooled(self) -> bool:
        """Tell whether it is made of all questionnaires of its parts together, and not of their indexes."""
        return self.averaging is Averaging.POOLED

    @property
    def left_out(self) -> tuple[Place, ...]:
        """Return the parts that were answered about and are not in the mean, because they have no index."""
        return () if self.is_pooled else tuple(part for part in self.parts if part.without and part.received != 0)

    def walk(self) -> Iterator[Place]:
        """Give the places it is made of and then itself: leaves come first."""
        for part in self.parts:
            yield from part.walk()
        yield self

    @property
    def leaves(self) -> tuple[Place, ...]:
        """Return the places that have no parts."""
        return tuple(place for place in self.walk() if not place.parts)

    @property
    def lowest(self) -> tuple[ElementResult, ...]:
        """Return the three elements with the lowest mean; alike ones in the order of the regulation's list."""
        return tuple(sorted(self.elements, key=lambda element: element.mean)[:3])


class Comparability(StrEnum):
    """Whether two periods may be subtracted."""

    COMPARED = "compared"
    OTHER_RULES = "other_rules"
    OTHER_WEIGHT = "other_weight"
    NO_SPREAD = "no_spread"


@dataclass(frozen=True, slots=True)
class PastResult:
    """An earlier result of the same place, or this one as the last of the row; `is_public` where it was published."""

    name: str
    ends_on: date
    ruleset: RuleSetCode
    weight: Weight
    respondents: int
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    grade: Grade
    source_note: str | None
    is_public: bool


@dataclass(frozen=True, slots=True)
class Change:
    """This period less the one before, in points with its 95 % interval; no numbers where they cannot be subtracted."""

    before: str
    comparability: Comparability
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One row of a follow-up plan as it stands; `is_late` says whether its time is over, also where it went on."""

    unit: str
    element: str
    programme: str
    year: int
    quarters: tuple[int, ...]
    responsible: str
    status: ActionStatus
    note: str
    is_carried: bool
    is_late: bool
    went_on: bool = False

    @property
    def is_open(self) -> bool:
        """Tell whether it is neither done nor dropped."""
        return self.status in (ActionStatus.PLANNED, ActionStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class Voice:
    """What people said about an element outside the survey, in the days of the period.

    Topics are estimates of a classifier; `reasons` (reason, how often) were ticked with low ratings.
    """

    element: str
    complaints: int
    comments: int
    topics: tuple[str, ...]
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """One report: of a unit, or of an agency over its units.

    The subject of a warning is a name people read, not a key. `units_left_out` of an agency are not in its public
    figure, because too few answered there.
    """

    agency: str
    agency_code: str
    place: Place
    address: str
    round: Round
    method: Method
    version: int
    characteristics: tuple[Characteristic, ...]
    questions: tuple[QuestionAnswers, ...]
    blocks: tuple[Block, ...]
    past: tuple[PastResult, ...]
    change: Change | None
    warnings: tuple[SampleWarning, ...]
    plan: tuple[PlanLine, ...]
    plan_before: tuple[PlanLine, ...]
    period_before: str
    voices: tuple[Voice, ...]
    public_address: str
    signing: Signing
    is_public: bool
    units_left_out: int = 0

    @property
    def name(self) -> str:
        """Return the stem of the names of its files, such as `skm-kupang-dukcapil-2026-s1`."""
        parts = [self.agency_code] if self.place.level is ResultLevel.AGENCY else [self.agency_code, self.place.code]
        return "-".join(["skm", *parts, self.round.code, *(["publik"] if self.is_public else [])])
