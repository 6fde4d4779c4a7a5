"""Stored results as typed rows: what reports, comparisons and pages read of a period that is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.survey.elements import Grade, RuleSetCode, Weight
from feedback_app.survey.intervals import Estimate, Interval
from feedback_app.survey.models import Period
from feedback_app.survey.result_models import Result
from feedback_app.survey.result_rows import estimate_of
from feedback_app.survey.rules import Averaging, MissingRule, ResultLevel, Trait
from feedback_app.survey.sample import SampleWarning, WarningKind

LOWEST_SHOWN: Final = 3
"""How many of the lowest elements become the plan of improvements; customary in the reports of agencies."""


@dataclass(frozen=True, slots=True)
class StoredElement:
    """One element of a stored result; `name` is what was asked, the replacement where there is one.

    `mean` is the NRR before rounding, where the result was computed here; `nrr` and `weighted` as printed.
    """

    key: str
    name: str
    replacement: str | None
    partly: str | None
    n: int
    mean: Fraction | None
    nrr: str
    weighted: str
    value: Decimal
    grade: Grade


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """How often each answer of one question was given; `element` is None outside the index."""

    instrument_id: int
    key: str
    element: str | None
    replacement: str | None
    stem: str
    options: tuple[str, ...]
    counts: tuple[int, ...]
    blank: int


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A service of a unit, or a unit of an agency, as it went into the whole.

    Without an index of its own (`exact` is None) `without` names the elements that nobody answered.
    """

    unit_id: int | None
    service_id: int | None
    respondents: int
    exact: Fraction | None
    received: int
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredResult:
    """One row of `skm_results`. Of a reported one, computed elsewhere, most is empty."""

    id: int
    period_id: int
    level: ResultLevel
    unit_id: int | None
    service_id: int | None
    version: int
    ruleset: RuleSetCode
    weight: Weight
    averaging: Averaging | None
    missing: MissingRule | None
    respondents: int
    population: int | None
    exact: Fraction | None
    value: Decimal
    interval: Interval | None
    grade: Grade
    elements: tuple[StoredElement, ...]
    received: int
    visits: int
    complete: int
    channels: dict[str, int]
    traits: dict[Trait, dict[str, int]]
    questions: tuple[StoredQuestion, ...]
    minimum_by_table: int | None
    minimum_by_formula: int | None
    warnings: tuple[SampleWarning, ...]
    estimate: Estimate | None
    parts: tuple[StoredPart, ...]
    input_sha256: str | None
    source_note: str | None
    computed_at: datetime
    published_at: datetime | None

    @property
    def lowest(self) -> tuple[StoredElement, ...]:
        """Return the three lowest elements, the lowest first; of equal ones in the order of the list."""
        return tuple(sorted(self.elements, key=_how_high)[:LOWEST_SHOWN])

    @property
    def left_out(self) -> tuple[StoredPart, ...]:
        """Return the parts that were answered about and are not in the mean, because they have no index."""
        if self.averaging is not Averaging.MEAN:
            return ()
        return tuple(part for part in self.parts if part.exact is None and part.received)


@dataclass(frozen=True, slots=True)
class PeriodResults:
    """What is stored of one period in one version."""

    period_id: int
    version: int
    agency: StoredResult | None
    units: tuple[StoredResult, ...]
    services: tuple[StoredResult, ...]

    def unit(self, unit_id: int) -> StoredResult | None:
        """Return the result of one unit, or None where it has none."""
        return next((one for one in self.units if one.unit_id == unit_id), None)

    def services_of(self, unit_id: int) -> tuple[StoredResult, ...]:
        """Return the results of a unit's services."""
        return tuple(one for one in self.services if one.unit_id == unit_id)

    @property
    def all(self) -> tuple[StoredResult, ...]:
        """Return every result, from the whole to its parts."""
        return (*((self.agency,) if self.agency else ()), *self.units, *self.services)


def latest(
    session: Session, period: Period, *, unit_id: int | None = None, published_only: bool = False
) -> PeriodResults | None:
    """Return the newest stored results of a period, or those of one unit; None where there are none (yet)."""
    wanted = _of(period)
    if published_only:
        wanted = wanted.where(Result.published_at.is_not(None))
    newest = session.scalar(wanted.with_only_columns(sa.func.max(Result.version)))
    return None if newest is None else results_of(session, period, newest, unit_id)


def results_of(session: Session, period: Period, version: int, unit_id: int | None = None) -> PeriodResults:
    """Return the stored results of a period, or of one of its units, in one version."""
    order = (Result.unit_id.asc().nulls_first(), Result.service_id.asc().nulls_first())
    wanted = _of(period).where(Result.version == version).order_by(*order)
    if unit_id is not None:
        wanted = wanted.where(Result.unit_id == unit_id)
    rows = [read(row) for row in session.scalars(wanted)]
    by_level = {level: tuple(row for row in rows if row.level is level) for level in ResultLevel}
    return PeriodResults(
        period.id, version, next(iter(by_level[ResultLevel.AGENCY]), None), by_level[ResultLevel.UNIT],
        by_level[ResultLevel.SERVICE],
    )  # fmt: skip


def _of(period: Period) -> sa.Select[Result]:
    return sa.select(Result).where(Result.agency_id == period.agency_id, Result.period_id == period.id)


def read(row: Result) -> StoredResult:
    """Return a row with everything in it by its type."""
    counts = row.counts
    return StoredResult(
        id=row.id, period_id=row.period_id, level=row.level, unit_id=row.unit_id, service_id=row.service_id,
        version=row.version, ruleset=row.ruleset, weight=row.weight, averaging=row.averaging, missing=row.missing,
        respondents=row.respondents, population=row.population,
        exact=_fraction(row.index_exact), value=row.index_value, interval=_interval(row), grade=row.grade,
        elements=tuple(_element(one) for one in row.elements),
        received=counts.get("received", row.respondents), visits=counts.get("visits", 0),
        complete=counts.get("complete", 0), channels=counts.get("channels", {}),
        traits={Trait(trait): found for trait, found in counts.get("traits", {}).items()},
        questions=tuple(_question(one) for one in counts.get("questions", ())),
        minimum_by_table=counts.get("minimum_by_table"), minimum_by_formula=counts.get("minimum_by_formula"),
        warnings=tuple(_warning(one) for one in counts.get("warnings", ())),
        estimate=estimate_of(counts.get("estimate")),
        parts=tuple(_part(one) for one in counts.get("parts", ())),
        input_sha256=row.input_sha256.hex() if row.input_sha256 else None, source_note=row.source_note,
        computed_at=row.computed_at, published_at=row.published_at,
    )  # fmt: skip


def _how_high(one: StoredElement) -> Fraction:
    return one.mean if one.mean is not None else Fraction(one.value)


def _fraction(raw: str | None) -> Fraction | None:
    return None if raw is None else Fraction(raw)


def _interval(row: Result) -> Interval | None:
    if row.index_low is None or row.index_high is None:
        return None
    estimate = estimate_of(row.counts.get("estimate"))
    return Interval(row.index_low, row.index_high, estimate.n if estimate else row.respondents)


def _element(one: dict[str, Any]) -> StoredElement:
    return StoredElement(
        key=one["key"], name=one["name"], replacement=one.get("replacement"), partly=one.get("partly"),
        n=int(one.get("n") or 0), mean=_fraction(one.get("mean")), nrr=str(one.get("nrr", "")),
        weighted=str(one.get("weighted", "")), value=Decimal(str(one["value"])), grade=Grade(one["grade"]),
    )  # fmt: skip


def _question(one: dict[str, Any]) -> StoredQuestion:
    listed: Sequence[str] = one["options"]
    return StoredQuestion(
        one["instrument_id"], one["key"], one["element"], one["replacement"], one["stem"], tuple(listed),
        tuple(one["counts"]), one["blank"],
    )  # fmt: skip


def _warning(one: dict[str, Any]) -> SampleWarning:
    return SampleWarning(
        WarningKind(one["kind"]), one["subject"], one["count"], one["of"], Decimal(one["percent"]),
        Decimal(one["limit"]),
    )  # fmt: skip


def _part(one: dict[str, Any]) -> StoredPart:
    return StoredPart(
        one["unit_id"], one["service_id"], one["respondents"], _fraction(one["exact"]),
        one.get("received", one["respondents"]), tuple(one.get("without", ())),
    )  # fmt: skip
