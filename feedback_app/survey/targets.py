"""Whom a period surveys: units and their services, how many people each serves, which questionnaire it gets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.organisation.queries import UnitCard, services_by_unit, units_of
from feedback_app.survey import sample
from feedback_app.survey.elements import RuleSetCode
from feedback_app.survey.instrument_rules import mark_of
from feedback_app.survey.models import Instrument, Period, Response, Target
from feedback_app.survey.official import HISTORY_NAMES
from feedback_app.survey.periods import PeriodStateError, need, note
from feedback_app.survey.queries import targets_of
from feedback_app.survey.rules import MOST_POPULATION, PeriodState

SOURCE_MAX = 200


class Scope(StrEnum):
    """How many units are added at once."""

    ONE = "one"
    BELOW = "below"
    AGENCY = "agency"


class TargetsChangedError(ConflictError):
    """Somebody else has changed whom the period surveys in this unit meanwhile."""

    code = "survey_targets_changed"


class BadTargetError(InvalidInputError):
    """A unit, service, population or questionnaire that cannot be surveyed like this."""

    code = "survey_bad_target"


@dataclass(frozen=True, slots=True)
class TargetWanted:
    """What a form asks for one place of a unit: a service, or the unit as a whole (`service_id` is None)."""

    service_id: int | None
    population: int | None = None
    population_source: str = ""
    instrument_id: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """How many people a place serves and how many must answer; None where the population is not known."""

    population: int | None
    by_table: int | None
    by_formula: int | None


def need_of(population: int | None) -> Need:
    """Return how large a sample a population asks for."""
    found = sample.progress(0, population)
    return Need(population, found.minimum_by_table, found.minimum_by_formula)


def population_of(targets: Sequence[Target]) -> int | None:
    """Return how many people the targets of one unit serve together.

    The number noted for the unit as a whole holds; without it the services' are added, if all of them are known.
    """
    for target in targets:
        if target.service_id is None and target.population is not None:
            return target.population
    of_services = [target.population for target in targets if target.service_id is not None]
    if not of_services or None in of_services:
        return None
    return sum(one for one in of_services if one is not None)


def add_units(
    session: Session, period: Period, unit_id: int | None, scope: Scope, *, by_service: bool, day: date, actor: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Add a unit, everything below it, or the whole agency; return how many units came. Those there already stay.

    With `by_service` each service of a unit is surveyed on its own; a unit without services as a whole.

    Raises
    ------
    PeriodStateError, BadTargetError
    """
    need(period, PeriodState.DRAFT, PeriodState.OPEN)
    units = _chosen(units_of(session, period.agency_id, day), unit_id, scope)
    present = {target.unit_id for target in targets_of(session, period.agency_id, period.id)}
    services = services_by_unit(session, period.agency_id) if by_service else {}
    fresh = [unit for unit in units if unit.id not in present]
    for unit in fresh:
        places: list[int | None] = [service.id for service in services.get(unit.id, [])] or [None]
        session.add_all(_row(period, unit.id, TargetWanted(service_id)) for service_id in places)
    session.flush()
    note(session, period, "survey.add_targets", actor, now, units=len(fresh))
    return len(fresh)


def set_unit(
    session: Session, period: Period, unit_id: int, wanted: Sequence[TargetWanted], *, seen: str, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Write anew what a period surveys in one unit; nothing wanted takes the unit out.

    Once the period is open, places may come and populations change, but nothing that was answered goes, and nobody is
    asked something else than before.

    Raises
    ------
    PeriodStateError, TargetsChangedError, BadTargetError
    """
    need(period, PeriodState.DRAFT, PeriodState.OPEN)
    present = targets_of(session, period.agency_id, period.id, unit_id)
    if seen != seen_mark(present):
        raise TargetsChangedError("Sasaran unit ini baru saja diubah orang lain. Bandingkan, lalu simpan lagi.")
    _check(session, period, unit_id, wanted, present)
    by_service = {target.service_id: target for target in present}
    for one in wanted:
        row = by_service.pop(one.service_id, None)
        if row is None:
            session.add(_row(period, unit_id, one))
            continue
        row.population, row.population_source = one.population, one.population_source
        row.instrument_id = one.instrument_id
    for row in by_service.values():
        session.delete(row)
    session.flush()
    note(session, period, "survey.set_targets", actor, now, unit_id=unit_id, places=len(wanted))


def seen_mark(targets: Sequence[Target]) -> str:
    """Return the mark of what a form shows of the targets of one unit."""
    return mark_of([wanted_of(target) for target in targets])


def wanted_of(target: Target) -> TargetWanted:
    """Return a stored target as a form would ask for it again."""
    return TargetWanted(target.service_id, target.population, target.population_source, target.instrument_id)


def _chosen(units: Sequence[UnitCard], unit_id: int | None, scope: Scope) -> list[UnitCard]:
    if scope is Scope.AGENCY:
        return list(units)
    found = [unit for unit in units if unit.id == unit_id]
    if not found:
        raise BadTargetError("Pilih unit dari daftar.")
    if scope is Scope.ONE:
        return found
    below = {found[0].id}
    while more := {unit.id for unit in units if unit.parent_id in below} - below:
        below |= more
    return [unit for unit in units if unit.id in below]


def _row(period: Period, unit_id: int, wanted: TargetWanted) -> Target:
    return Target(
        agency_id=period.agency_id, period_id=period.id, unit_id=unit_id, service_id=wanted.service_id,
        instrument_id=wanted.instrument_id, population=wanted.population, population_source=wanted.population_source,
    )  # fmt: skip


def _check(
    session: Session, period: Period, unit_id: int, wanted: Sequence[TargetWanted], present: Sequence[Target]
) -> None:
    known = {target.service_id for target in present}
    known |= {None, *(one.id for one in services_by_unit(session, period.agency_id).get(unit_id, []))}
    instruments = usable_instruments(session, period.agency_id)
    for one in wanted:
        if one.service_id not in known:
            raise BadTargetError("Pilih layanan dari daftar layanan unit ini.")
        check_population(one.population, one.population_source)
        if one.instrument_id is not None and one.instrument_id not in {row.id for row in instruments}:
            raise BadTargetError("Pilih kuesioner dari daftar.")
    if period.state is PeriodState.OPEN:
        _check_open(session, period, unit_id, wanted, present)


def check_population(population: int | None, source: str) -> None:
    """Refuse a number of people served that cannot be.

    Raises
    ------
    BadTargetError
    """
    if population is not None and not 1 <= population <= MOST_POPULATION:
        raise BadTargetError("Populasi adalah jumlah penerima layanan, angka 1 atau lebih.")
    if len(source) > SOURCE_MAX:
        raise BadTargetError("Sumber populasi paling banyak 200 huruf.")


def usable_instruments(session: Session, agency_id: int) -> Sequence[Instrument]:
    """Return the questionnaires that respondents can be asked with, the newest first.

    Those of 2004, and those under which results from before the platform stand, are for history.
    """
    rules = RuleSetCode.PERMENPANRB_14_2017
    is_history = sa.and_(Instrument.name == HISTORY_NAMES[rules], Instrument.sealed_at.is_not(None))
    return session.scalars(
        sa.select(Instrument)
        .where(Instrument.agency_id == agency_id, Instrument.ruleset == rules, ~is_history)
        .order_by(Instrument.id.desc())
    ).all()


def _check_open(
    session: Session, period: Period, unit_id: int, wanted: Sequence[TargetWanted], present: Sequence[Target]
) -> None:
    before = {target.service_id: target.instrument_id for target in present}
    after = {one.service_id: one.instrument_id for one in wanted}
    if any(after[place] != instrument for place, instrument in before.items() if place in after):
        raise PeriodStateError("Periode ini sudah dibuka, sehingga kuesionernya tidak dapat diganti lagi.")
    fresh: Collection[int | None] = [after[place] for place in after.keys() - before.keys()]
    sealed = {row.id for row in usable_instruments(session, period.agency_id) if row.sealed_at is not None}
    if any(instrument is not None and instrument not in sealed for instrument in fresh):
        raise BadTargetError("Selama periode terbuka, hanya kuesioner yang sudah dipakai dapat ditambahkan.")
    gone = before.keys() - after.keys()
    if gone and _answered(session, period, unit_id, gone, before.keys()):
        raise BadTargetError("Sudah ada jawaban untuk bagian yang Anda hapus, sehingga bagian itu tetap disurvei.")


def _answered(
    session: Session, period: Period, unit_id: int, gone: Collection[int | None], before: Collection[int | None]
) -> bool:
    """Tell whether an answer counts for one of these places; without a place of its own, for the unit as a whole."""
    counted_there: sa.ColumnElement[bool] = Response.service_id.in_([place for place in gone if place is not None])
    if None in gone:
        of_its_own = Response.service_id.in_([place for place in before if place is not None])
        counted_there = sa.or_(counted_there, Response.service_id.is_(None), ~of_its_own)
    here = sa.and_(
        Response.agency_id == period.agency_id, Response.period_id == period.id, Response.unit_id == unit_id
    )  # fmt: skip
    return session.scalar(sa.select(sa.literal(1)).where(here, counted_there).limit(1)) is not None
