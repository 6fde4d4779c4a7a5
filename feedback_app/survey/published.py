"""What everybody may read of surveys: the published index of a unit, period by period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from feedback_app.organisation.models import PublicService
from feedback_app.survey.elements import RULESETS, Grade, RuleSetCode, Weight
from feedback_app.survey.hiding import hidden
from feedback_app.survey.models import Period
from feedback_app.survey.result_models import Result
from feedback_app.survey.rules import SMALLEST_PUBLISHED, ResultLevel
from feedback_app.survey.stored import LOWEST_SHOWN, StoredElement, StoredResult, read


@dataclass(frozen=True, slots=True)
class PublishedElement:
    """One element of a published index; nothing but its name where too few answered it."""

    key: str
    name: str
    n: int | None
    mean: Decimal | None
    value: Decimal | None
    grade: Grade | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Questionnaires about a service that are not in the index: nobody answered about these elements.

    `service` is None for what names no service, `received` None where they are too few to be told.
    """

    service: str | None
    received: int | None
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishedResult:
    """The index of a unit in a period as it was published; `respondents` are those whose answers are in it.

    Where fewer than `SMALLEST_PUBLISHED` answered, `is_withheld` and no figure is there, not even how many.
    """

    period_id: int
    period_code: str
    period_name: str
    starts_on: date
    ends_on: date
    ruleset: RuleSetCode
    weight: Weight
    version: int
    respondents: int | None
    population: int | None
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    grade: Grade | None
    elements: tuple[PublishedElement, ...]
    source_note: str | None
    left_out: tuple[LeftOut, ...] = ()

    @property
    def is_withheld(self) -> bool:
        """Tell whether too few answered for any figure."""
        return self.value is None

    @property
    def lowest(self) -> frozenset[str]:
        """Return the keys of the lowest elements that are told."""
        told = [(one.value, one.key) for one in self.elements if one.value is not None]
        return frozenset(key for _value, key in sorted(told, key=lambda one: one[0])[:LOWEST_SHOWN])

    @property
    def performance(self) -> str:
        """Return the grade in the words of the rules; empty where the figure is withheld."""
        return "" if self.value is None else RULESETS[self.ruleset].band_of(self.value).performance


def published_results(session: Session, agency_id: int, unit_id: int) -> list[PublishedResult]:
    """Return what was published of a unit, the newest period first; of each period the newest version.

    Only the unit as a whole is told. Of a unit with several services one that few answered about could be worked out
    from the others and the whole.
    """
    rows = session.execute(
        sa.select(Result, Period)
        .join(Period, sa.and_(Period.agency_id == Result.agency_id, Period.id == Result.period_id))
        .where(
            Result.agency_id == agency_id,
            Result.unit_id == unit_id,
            Result.level == ResultLevel.UNIT,
            Result.published_at.is_not(None),
        )
        .ext(distinct_on(Period.ends_on, Period.id))
        .order_by(Period.ends_on.desc(), Period.id.desc(), Result.version.desc())
    )
    found = [(read(result), period) for result, period in rows]
    names = _names(session, agency_id, [stored for stored, _period in found])
    return [_published(stored, period, names) for stored, period in found]


def _names(session: Session, agency_id: int, found: Sequence[StoredResult]) -> dict[int, str]:
    """Return the names of the services that are left out somewhere."""
    wanted = {part.service_id for stored in found for part in stored.left_out if part.service_id is not None}
    if not wanted:
        return {}
    services = sa.select(PublicService.id, PublicService.name).where(
        PublicService.agency_id == agency_id, PublicService.id.in_(wanted)
    )
    return {row.id: row.name for row in session.execute(services)}


def _left_out(stored: StoredResult, names: Mapping[int, str]) -> tuple[LeftOut, ...]:
    rules = RULESETS[stored.ruleset]
    return tuple(
        LeftOut(
            names.get(part.service_id or 0),
            part.received if part.received >= SMALLEST_PUBLISHED else None,
            tuple(rules.element(key).name for key in part.without),
        )
        for part in stored.left_out
    )


def _published(stored: StoredResult, period: Period, names: Mapping[int, str]) -> PublishedResult:
    told = stored.respondents >= SMALLEST_PUBLISHED
    return PublishedResult(
        period.id, period.code, period.name, period.starts_on, period.ends_on, stored.ruleset, stored.weight,
        stored.version,
        respondents=stored.respondents if told else None,
        population=stored.population if told else None,
        value=stored.value if told else None,
        low=stored.interval.low if told and stored.interval else None,
        high=stored.interval.high if told and stored.interval else None,
        grade=stored.grade if told else None,
        elements=_elements(stored) if told else (),
        source_note=stored.source_note,
        left_out=_left_out(stored, names) if told else (),
    )  # fmt: skip


def _elements(stored: StoredResult) -> tuple[PublishedElement, ...]:
    # A result from before the platform says how many answered in all, and no more.
    counts = {one.key: stored.respondents if stored.source_note else one.n for one in stored.elements}
    few = too_few(counts)
    return tuple(
        PublishedElement(one.key, one.name, None, None, None, None)
        if one.key in few
        else PublishedElement(one.key, one.name, counts[one.key], _mean(one), one.value, one.grade)
        for one in stored.elements
    )


def _mean(one: StoredElement) -> Decimal | None:
    return Decimal(one.nrr) if one.nrr else None


def too_few(counts: Mapping[str, int]) -> frozenset[str]:
    """Return the elements whose figures stay hidden: those that too few answered, and never one alone.

    The index is the mean of all elements, so that a single hidden one could be worked out from the others.
    """
    keys = tuple(counts)
    return frozenset(keys[at] for at in hidden([max(1, counts[key]) for key in keys], SMALLEST_PUBLISHED))


def comparable(results: Sequence[PublishedResult], with_: PublishedResult) -> list[PublishedResult]:
    """Return those that were made by the same rules with the same weight, and hold figures."""
    return [
        one for one in results if not one.is_withheld and (one.ruleset, one.weight) == (with_.ruleset, with_.weight)
    ]
