"""Read the sums of a period, place by place, in a handful of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.survey.elements import RuleSetCode
from feedback_app.survey.figures import PlaceSums, Rules
from feedback_app.survey.folding import scale_of
from feedback_app.survey.index import Total
from feedback_app.survey.intervals import Spread
from feedback_app.survey.models import Instrument, Period, Target
from feedback_app.survey.queries import Questionnaire, questionnaire, targets_of
from feedback_app.survey.rules import MissingRule, SurveyChannel, Trait
from feedback_app.survey.tally_models import Cell, Tally, TraitCount

Place = tuple[int, int | None, int]
"""A unit, its service (None: the unit as a whole) and the questionnaire."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of what the sums are read; `populations` by unit and service names the targets."""

    session: Session
    period: Period
    unit_id: int | None
    populations: Mapping[tuple[int, int | None], int | None]
    in_full: bool

    def of_cells(self, *columns: Any) -> sa.Select[Any]:
        wanted = sa.select(*columns).where(
            Cell.agency_id == self.period.agency_id, Cell.period_id == self.period.id
        )  # fmt: skip
        return wanted if self.unit_id is None else wanted.where(Cell.unit_id == self.unit_id)

    def place(self, unit_id: int, service_id: int | None, instrument_id: int) -> Place:
        is_target = (unit_id, service_id) in self.populations
        return unit_id, service_id if is_target else None, instrument_id


@dataclass(slots=True)
class _Found:
    population: int | None
    n: int = 0
    visits: int = 0
    complete: int = 0
    total: int = 0
    squares: int = 0
    channels: Counter[SurveyChannel] = field(default_factory=Counter)
    by_service: Counter[int | None] = field(default_factory=Counter)
    questions: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    per_answer: dict[int, Counter[int]] = field(default_factory=dict)
    traits: dict[Trait, Counter[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Scheme:
    """What a questionnaire asks inside the index (question and element); the same for each place that is asked so."""

    ruleset: RuleSetCode
    inside: tuple[tuple[int, str], ...]
    denominator: int


def place_sums(
    session: Session, period: Period, unit_id: int | None = None, *, in_full: bool = True
) -> list[PlaceSums]:
    """Return the sums of every place of a period, or of one unit; surveyed places without answers are among them.

    Answers for a service that is no target of its own count for the unit as a whole. Without `in_full` the counts by
    answer are left out, and of the characteristics all but the hours: an overview needs no more.
    """
    targets = targets_of(session, period.agency_id, period.id, unit_id)
    populations = {(target.unit_id, target.service_id): target.population for target in targets}
    asked = _Asked(session, period, unit_id, populations, in_full)
    found = _places(asked)
    found |= _without_answers(period, targets, found)
    _read_tallies(asked, found)
    _read_traits(asked, found)
    schemes = {number: _scheme(questionnaire(session, period.agency_id, number)) for number in _instruments(found)}
    return [_sums(place, found[place], schemes[place[2]]) for place in sorted(found, key=_order)]


def rules_of(session: Session, period: Period, today: date | None = None) -> Rules:
    """Return how a period computes; it has run until `today`, else for all of its days."""
    ruleset = session.scalars(
        sa.select(Instrument.ruleset).where(
            Instrument.agency_id == period.agency_id, Instrument.id == period.instrument_id
        )
    ).one()
    until = period.ends_on if today is None else min(today, period.ends_on)
    return Rules(
        ruleset, period.weight, period.unit_averaging, period.agency_averaging, period.missing,
        days_run=max(0, (until - period.starts_on).days + 1),
    )  # fmt: skip


def unit_populations(session: Session, period: Period) -> dict[int, int]:
    """Return the people whom a unit serves, where that is noted of the unit as a whole."""
    rows = session.execute(
        sa.select(Target.unit_id, Target.population).where(
            Target.agency_id == period.agency_id, Target.period_id == period.id, Target.service_id.is_(None),
            Target.population.is_not(None),
        )
    )  # fmt: skip
    return {unit: population for unit, population in rows if population is not None}


def _places(asked: _Asked) -> dict[Place, _Found]:
    """Return the places that have answers, with what their cells say."""
    sums = (Cell.n, Cell.visits, Cell.complete, Cell.total, Cell.squares)
    cells = asked.session.execute(
        asked.of_cells(Cell.unit_id, Cell.service_id, Cell.instrument_id, Cell.channel, *sums)
    )
    found: dict[Place, _Found] = {}
    for row in cells:
        place = asked.place(row.unit_id, row.service_id, row.instrument_id)
        one = found.setdefault(place, _Found(asked.populations.get(place[:2])))
        one.n, one.visits, one.complete = one.n + row.n, one.visits + row.visits, one.complete + row.complete
        one.total, one.squares = one.total + row.total, one.squares + row.squares
        one.channels[row.channel] += row.n
        one.by_service[row.service_id] += row.n
    return found


def _without_answers(period: Period, targets: Sequence[Target], found: Iterable[Place]) -> dict[Place, _Found]:
    answered = {place[:2] for place in found}
    of_unit = {target.unit_id: target.instrument_id for target in targets if target.service_id is None}
    return {
        (one.unit_id, one.service_id, one.instrument_id or of_unit.get(one.unit_id) or period.instrument_id): _Found(
            one.population
        )
        for one in targets
        if (one.unit_id, one.service_id) not in answered
    }


def _read_tallies(asked: _Asked, found: dict[Place, _Found]) -> None:
    by_complete = asked.period.missing is MissingRule.COMPLETE
    counted = Tally.complete if by_complete else Tally.n
    names = (Cell.unit_id, Cell.service_id, Cell.instrument_id, Tally.question_id)
    more = (Tally.answer,) if asked.in_full else ()
    rows = asked.session.execute(
        asked.of_cells(*names, _sum(Tally.n), _sum(counted), _sum(counted * Tally.answer), *more)
        .join(Tally, sa.and_(Tally.agency_id == Cell.agency_id, Tally.cell_id == Cell.id))
        .group_by(*names, *more)
    )
    for unit_id, service_id, instrument_id, question_id, given, n, total, *answer in rows:
        one = found[asked.place(unit_id, service_id, instrument_id)]
        before = one.questions.get(question_id, (0, 0, 0))
        one.questions[question_id] = (before[0] + given, before[1] + n, before[2] + total)
        if answer:
            one.per_answer.setdefault(question_id, Counter())[answer[0]] += given


def _read_traits(asked: _Asked, found: dict[Place, _Found]) -> None:
    # One object a characteristic, put together by the database: days are many, and rows of their own take seconds.
    names = (Cell.unit_id, Cell.service_id, Cell.instrument_id, TraitCount.trait)
    sums = (
        asked.of_cells(*names, TraitCount.value, _sum(TraitCount.n).label("n"))
        .join(TraitCount, sa.and_(TraitCount.agency_id == Cell.agency_id, TraitCount.cell_id == Cell.id))
        .where(sa.true() if asked.in_full else TraitCount.trait == Trait.HOURS)
        .group_by(*names, TraitCount.value)
        .subquery()
    )
    keys = (sums.c.unit_id, sums.c.service_id, sums.c.instrument_id, sums.c.trait)
    rows = asked.session.execute(sa.select(*keys, sa.func.json_object_agg(sums.c.value, sums.c.n)).group_by(*keys))
    for unit_id, service_id, instrument_id, trait, counts in rows:
        traits = found[asked.place(unit_id, service_id, instrument_id)].traits
        traits.setdefault(trait, Counter()).update(counts)


def _sum(column: Any) -> sa.ColumnElement[int]:
    # A sum of bigint is numeric, which arrives as a Decimal; sums of answers fit a bigint again.
    return sa.cast(sa.func.sum(column), sa.BigInteger)


def _order(place: Place) -> tuple[int, int, int]:
    unit_id, service_id, instrument_id = place
    return unit_id, service_id or 0, instrument_id


def _instruments(found: Iterable[Place]) -> set[int]:
    return {instrument for _unit, _service, instrument in found}


def _scheme(asked: Questionnaire) -> _Scheme:
    inside = tuple((question.id, question.element or "") for question in asked.inside)
    return _Scheme(asked.ruleset, inside, scale_of(asked).denominator)


def _sums(place: Place, found: _Found, scheme: _Scheme) -> PlaceSums:
    unit_id, service_id, instrument_id = place
    totals: dict[str, list[Total]] = {}
    given = 0
    for question_id, element in scheme.inside:
        received, n, total = found.questions.get(question_id, (0, 0, 0))
        totals.setdefault(element, []).append(Total(n, total))
        given += received
    return PlaceSums(
        unit_id=unit_id, service_id=service_id, instrument_id=instrument_id, ruleset=scheme.ruleset,
        population=found.population, n=found.n, visits=found.visits, complete=found.complete,
        spread=Spread(found.complete, found.total, found.squares, scheme.denominator),
        totals=totals, given_answers=given, possible_answers=found.n * len(scheme.inside),
        per_answer=found.per_answer, traits=found.traits, channels=found.channels, by_service=found.by_service,
    )  # fmt: skip
