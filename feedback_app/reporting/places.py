"""The places a report speaks of: their names at the end of the period, and their stored results as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.organisation.models import Agency, PublicService, Unit, UnitVersion
from feedback_app.organisation.queries import UnitCard, units_of
from feedback_app.reporting.report_data import ElementResult, Place
from feedback_app.survey.elements import RULESETS
from feedback_app.survey.index import grade_of, half_up
from feedback_app.survey.models import Period
from feedback_app.survey.queries import targets_of
from feedback_app.survey.rules import ResultLevel
from feedback_app.survey.stored import PeriodResults, StoredElement, StoredPart, StoredResult

THE_REST = "Layanan lain atau tidak disebut"


@dataclass(frozen=True, slots=True)
class Directory:
    """Names of an agency's units and services, and whom a period surveys (unit and service, None for the whole)."""

    agency: Agency
    units: Mapping[int, UnitCard]
    services: Mapping[int, tuple[str, str]]
    sources: Mapping[tuple[int, int | None], str]

    def address_of(self, unit_id: int | None) -> str:
        """Return where a unit is, empty where that is not known."""
        unit = None if unit_id is None else self.units.get(unit_id)
        return (unit and unit.address) or ""

    def unit_code(self, unit_id: int | None) -> str:
        """Return the code of a unit."""
        unit = None if unit_id is None else self.units.get(unit_id)
        return unit.code if unit else ""

    def part_name(self, whole: StoredResult, number: int | None) -> str:
        """Return what a part of a result is called: a unit of an agency, a service of a unit."""
        if number is None:
            return THE_REST
        return self.units[number].name if whole.level is ResultLevel.AGENCY else self.services[number][1]


def directory(session: Session, agency: Agency, period: Period) -> Directory:
    """Return the names that were in use on the last day of a period."""
    known = {unit.id: unit for unit in units_of(session, agency.id, period.ends_on)}
    targets = targets_of(session, agency.id, period.id)
    missing = {target.unit_id for target in targets} - known.keys()
    known |= _last_names(session, agency.id, missing) if missing else {}
    services = session.execute(
        sa.select(PublicService.id, PublicService.code, PublicService.name).where(PublicService.agency_id == agency.id)
    )
    return Directory(
        agency, known, {row.id: (row.code, row.name) for row in services},
        {(target.unit_id, target.service_id): target.population_source for target in targets},
    )  # fmt: skip


def _last_names(session: Session, agency_id: int, unit_ids: set[int]) -> dict[int, UnitCard]:
    """Return units that did not exist on that day under the last name they had."""
    rows = session.execute(
        sa.select(
            Unit.agency_id, Unit.id, Unit.code, UnitVersion.name, UnitVersion.kind, UnitVersion.parent_id,
            UnitVersion.address,
        )
        .join(UnitVersion, sa.and_(UnitVersion.agency_id == Unit.agency_id, UnitVersion.unit_id == Unit.id))
        .where(Unit.agency_id == agency_id, Unit.id.in_(unit_ids))
        .order_by(UnitVersion.starts_on)
    )  # fmt: skip
    return {row.id: UnitCard(*row) for row in rows}


def place_of(result: StoredResult, results: PeriodResults, names: Directory) -> Place:
    """Return a stored result with everything it is made of."""
    rules, sure = RULESETS[result.ruleset], result.interval
    code, name = _named(result, names)
    parts = tuple(_part(one, result, results, names) for one in result.parts)
    return Place(
        level=result.level, unit_code=names.unit_code(result.unit_id), code=code, name=name,
        respondents=result.respondents, received=result.received, complete=result.complete,
        population=result.population, population_source=names.sources.get((result.unit_id or 0, result.service_id), ""),
        value=result.value, low=sure.low if sure else None, high=sure.high if sure else None, grade=result.grade,
        elements=tuple(_element(one, result, rules.element(one.key).name) for one in result.elements),
        averaging=result.averaging, input_sha256=result.input_sha256 or "", parts=parts, estimate=result.estimate,
    )  # fmt: skip


def _named(result: StoredResult, names: Directory) -> tuple[str, str]:
    if result.service_id is not None:
        return names.services[result.service_id]
    if result.unit_id is not None:
        return names.units[result.unit_id].code, names.units[result.unit_id].name
    return names.agency.code, names.agency.name


def _part(part: StoredPart, whole: StoredResult, results: PeriodResults, names: Directory) -> Place:
    if whole.level is ResultLevel.AGENCY:
        found = results.unit(part.unit_id) if part.unit_id is not None else None
    else:
        found = next(
            (one for one in results.services_of(whole.unit_id or 0) if one.service_id == part.service_id), None
        )
    return place_of(found, results, names) if found else _without_row(part, whole, names)


def _without_row(part: StoredPart, whole: StoredResult, names: Directory) -> Place:
    """Return a part that has no result of its own: nobody answered enough, or it is none of a unit's services."""
    level = ResultLevel.UNIT if whole.level is ResultLevel.AGENCY else ResultLevel.SERVICE
    number = part.unit_id if level is ResultLevel.UNIT else part.service_id
    code = names.unit_code(number) if level is ResultLevel.UNIT else names.services.get(number or 0, ("", ""))[0]
    value = None if part.exact is None else half_up(part.exact, 2)
    return Place(
        level=level, unit_code=names.unit_code(part.unit_id if part.unit_id is not None else whole.unit_id), code=code,
        name=names.part_name(whole, number), respondents=part.respondents, received=part.received, complete=None,
        population=None, population_source="", value=value, low=None, high=None,
        grade=None if value is None else grade_of(value, whole.ruleset), elements=(), averaging=None, input_sha256="",
        without=tuple(RULESETS[whole.ruleset].element(key).name for key in part.without),
    )  # fmt: skip


def _element(one: StoredElement, result: StoredResult, official: str) -> ElementResult:
    rules = RULESETS[result.ruleset]
    # Only a result from before the platform keeps no fraction.
    mean = one.mean if one.mean is not None else Fraction(one.nrr)
    return ElementResult(
        one.key, official, one.replacement, one.partly, one.n, mean, mean * rules.weight_of(result.weight), one.value,
        one.grade,
    )  # fmt: skip
