"""What the sums of a survey come to, as rows that pages and reports read. Pure.

Everything stays an exact fraction until it is printed; `levels.py` makes these from the sums.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from feedback_app.survey import sample
from feedback_app.survey.elements import RuleSetCode, Weight
from feedback_app.survey.index import Index, Total
from feedback_app.survey.intervals import Estimate, Interval, Spread
from feedback_app.survey.rules import Averaging, MissingRule, ResultLevel, SurveyChannel, Trait

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Rules:
    """How a period computes; stored with every result, but for the days it has run, which only warnings ask about."""

    ruleset: RuleSetCode
    weight: Weight
    unit_averaging: Averaging
    agency_averaging: Averaging
    missing: MissingRule
    days_run: int = 0


@dataclass(frozen=True, slots=True)
class PlaceSums:
    """The sums of one place under one questionnaire; `service_id` is None where a unit is surveyed as a whole.

    `totals` hold, by element, the sums of its questions as the missing rule counts them. `given_answers` of
    `possible_answers` inside the index were not left blank. `per_answer` counts by question and answer. `by_service`
    says which services the respondents of a unit as a whole named.
    """

    unit_id: int
    service_id: int | None
    instrument_id: int
    ruleset: RuleSetCode
    population: int | None
    n: int = 0
    visits: int = 0
    complete: int = 0
    spread: Spread = field(default_factory=lambda: Spread(0, 0, 0))
    totals: Mapping[str, Sequence[Total]] = field(default_factory=dict)
    given_answers: int = 0
    possible_answers: int = 0
    per_answer: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    traits: Mapping[Trait, Mapping[str, int]] = field(default_factory=dict)
    channels: Mapping[SurveyChannel, int] = field(default_factory=dict)
    by_service: Mapping[int | None, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlaceFigure:
    """What one place came to; `parts` are the services of a unit, or the units of an agency.

    `respondents` are those whose answers are in the index, of the `received` questionnaires: those who count under the
    missing rule, and of a mean only those of parts that have an index themselves (`left_out` are the others). Where
    there is no index, they are those who would count, and `without` names the elements that nobody answered.
    `averaging` says how several parts became one.
    """

    level: ResultLevel
    unit_id: int | None
    service_id: int | None
    respondents: int
    received: int
    population: int | None
    progress: sample.Progress
    index: Index | None
    without: tuple[str, ...]
    estimate: Estimate | None
    averaging: Averaging | None
    warnings: tuple[sample.SampleWarning, ...]
    sums: tuple[PlaceSums, ...]
    parts: tuple[PlaceFigure, ...] = ()

    @property
    def interval(self) -> Interval | None:
        """Return the 95 % interval of the index, None where the answers do not give one."""
        return self.estimate.interval() if self.estimate else None

    @property
    def counted_parts(self) -> tuple[PlaceFigure, ...]:
        """Return the parts that have an index of their own, and so count in a mean."""
        return tuple(part for part in self.parts if part.index is not None)

    @property
    def left_out(self) -> tuple[PlaceFigure, ...]:
        """Return the parts that were answered about and are not in the mean, because they have no index."""
        if self.averaging is not Averaging.MEAN or self.index is None:
            return ()
        return tuple(part for part in self.parts if part.index is None and part.received)

    @property
    def complete(self) -> int:
        """Return how many questionnaires answer every question inside the index."""
        return sum(one.complete for one in self.sums)

    @property
    def visits(self) -> int:
        """Return how many questionnaires carry the proof of a visit."""
        return sum(one.visits for one in self.sums)

    @property
    def channels(self) -> dict[SurveyChannel, int]:
        """Return the questionnaires by the way they came."""
        return added_counts(one.channels for one in self.sums)

    def trait(self, trait: Trait) -> dict[str, int]:
        """Return the questionnaires by one characteristic of those who filled them."""
        return added_counts(one.traits.get(trait, {}) for one in self.sums)


def added_counts(counts: Iterable[Mapping[Key, int]]) -> dict[Key, int]:
    """Return counts of several places together."""
    whole: Counter[Key] = Counter()
    for one in counts:
        whole.update(one)
    return dict(whole)
