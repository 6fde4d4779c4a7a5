"""What a survey comes to: live from the sums while it runs, stored and never changed once its period is closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError
from feedback_app.survey.elements import RuleSetCode
from feedback_app.survey.figures import PlaceFigure, PlaceSums, Rules
from feedback_app.survey.folding import fold_period
from feedback_app.survey.index import Index
from feedback_app.survey.levels import agency_figure, unit_figure
from feedback_app.survey.models import Period, Response
from feedback_app.survey.queries import Asked, Questionnaire, period_by_id, questionnaire, waiting
from feedback_app.survey.result_models import Result
from feedback_app.survey.result_rows import count_rows, element_rows, input_hash
from feedback_app.survey.rules import PeriodState, ResultLevel
from feedback_app.survey.stored import PeriodResults, StoredResult, latest, read
from feedback_app.survey.sums import place_sums, rules_of, unit_populations

__all__ = [
    "PeriodFigures", "PeriodResults", "StoredResult", "UnitFigures", "figures", "latest", "publish", "store_period",
    "unit_figures",
]  # fmt: skip


class MixedRulesError(ConflictError):
    """Questionnaires of one period follow different rules, whose indexes must not be averaged."""

    code = "skm_mixed_rules"


class PeriodNotClosedError(ConflictError):
    """Results are published of a closed period only."""

    code = "skm_period_not_closed"


class NothingToPublishError(ConflictError):
    """No result of the period is stored."""

    code = "skm_nothing_to_publish"


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """What a period comes to at present; `waiting` answers are not in the sums yet."""

    rules: Rules
    agency: PlaceFigure
    waiting: int
    questionnaires: Mapping[int, Questionnaire]

    @property
    def units(self) -> tuple[PlaceFigure, ...]:
        """Return the units that are surveyed."""
        return self.agency.parts

    @property
    def asked(self) -> dict[int, tuple[Asked, ...]]:
        """Return the questions of each questionnaire."""
        return {number: one.asked for number, one in self.questionnaires.items()}

    def unit(self, unit_id: int) -> PlaceFigure | None:
        """Return one unit, or None where the period does not survey it."""
        return next((unit for unit in self.units if unit.unit_id == unit_id), None)


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """The same of one unit alone."""

    rules: Rules
    unit: PlaceFigure
    waiting: int
    questionnaires: Mapping[int, Questionnaire]

    @property
    def asked(self) -> dict[int, tuple[Asked, ...]]:
        """Return the questions of each questionnaire."""
        return {number: one.asked for number, one in self.questionnaires.items()}


def figures(session: Session, period: Period, *, in_full: bool = False, today: date | None = None) -> PeriodFigures:
    """Return what a period comes to at present, from its sums.

    Without `in_full` counts by answer and by characteristic are left out. `today` says how long an open one has run.

    Raises
    ------
    MixedRulesError
    """
    rules = rules_of(session, period, today)
    places = place_sums(session, period, in_full=in_full)
    _check_rules(places, rules.ruleset)
    agency = agency_figure(places, unit_populations(session, period), rules)
    return PeriodFigures(
        rules, agency, waiting(session, period.agency_id, period.id), _questionnaires(session, period, places)
    )


def unit_figures(session: Session, period: Period, unit_id: int, today: date | None = None) -> UnitFigures | None:
    """Return what one unit comes to at present, in full; None where the period does not survey it.

    Raises
    ------
    MixedRulesError
    """
    rules = rules_of(session, period, today)
    places = place_sums(session, period, unit_id)
    if not places:
        return None
    _check_rules(places, rules.ruleset)
    whole = next((one.population for one in places if one.service_id is None), None)
    return UnitFigures(
        rules, unit_figure(unit_id, places, whole, rules), _waiting(session, period, unit_id),
        _questionnaires(session, period, places),
    )  # fmt: skip


def store_period(session: Session, period: Period, *, now: datetime, actor: Actor) -> int:
    """Fold what waits and store the results of all places that have an index; return the version, 0 where none has.

    Raises
    ------
    MixedRulesError
    """
    period_by_id(session, period.agency_id, period.id, for_update=True)
    fold_period(session, period.agency_id, period.id)
    found = figures(session, period, in_full=True)
    version = (session.scalar(_of(period).with_only_columns(sa.func.max(Result.version))) or 0) + 1
    rows = result_rows(period, found)
    if not rows:
        return 0
    made = {"version": version, "computed_at": now, "computed_by": actor.user_id}
    session.execute(sa.insert(Result), [{**row, **made} for row in rows])
    _record(session, period, actor, "survey.compute", now, version=version, results=len(rows))
    return version


def publish(session: Session, period: Period, *, now: datetime, actor: Actor) -> int:
    """Publish the newest stored results of a closed period; return how many were not published before.

    Raises
    ------
    PeriodNotClosedError, NothingToPublishError
    """
    held = period_by_id(session, period.agency_id, period.id, for_update=True)
    if held.state is not PeriodState.CLOSED:
        raise PeriodNotClosedError("Hasil baru dapat diumumkan sesudah periode survei ditutup.")
    version = session.scalar(_of(period).with_only_columns(sa.func.max(Result.version)))
    if version is None:
        raise NothingToPublishError("Belum ada hasil yang dapat diumumkan: tidak ada unit yang memiliki indeks.")
    published = session.execute(
        sa.update(Result)
        .where(
            Result.agency_id == period.agency_id, Result.period_id == period.id, Result.version == version,
            Result.published_at.is_(None),
        )
        .values(published_at=now, published_by=actor.user_id).returning(Result.id)
    ).all()  # fmt: skip
    if published:
        _record(session, period, actor, "survey.publish", now, version=version, results=len(published))
    return len(published)


def result_rows(period: Period, found: PeriodFigures) -> list[dict[str, Any]]:
    """Return the columns of the results that figures in full give, without version, moment and who computed them."""
    return [_row(period, found, place, place.index) for place in _places(found.agency) if place.index]


def as_result(period: Period, found: UnitFigures | PeriodFigures, place: PlaceFigure, now: datetime) -> StoredResult:
    """Return a figure as it would be stored now.

    Raises
    ------
    ValueError
        It has no index.
    """
    if place.index is None:
        raise ValueError("a place without index has no result")
    row = _row(period, found, place, place.index)
    return read(Result(id=0, version=0, computed_at=now, **row))


def _row(period: Period, found: UnitFigures | PeriodFigures, place: PlaceFigure, index: Index) -> dict[str, Any]:
    interval, rules = place.interval, found.rules
    return {
        "agency_id": period.agency_id, "period_id": period.id, "level": place.level, "unit_id": place.unit_id,
        "service_id": place.service_id, "ruleset": rules.ruleset, "weight": rules.weight,
        "averaging": place.averaging, "missing": rules.missing, "respondents": place.respondents,
        "population": place.population, "index_exact": str(index.exact), "index_value": index.value,
        "index_low": interval.low if interval else None, "index_high": interval.high if interval else None,
        "grade": index.grade, "elements": element_rows(place, found.asked, rules),
        "counts": count_rows(place, found.asked), "input_sha256": input_hash(place, found.asked, rules),
    }  # fmt: skip


def _places(place: PlaceFigure) -> Iterator[PlaceFigure]:
    """Yield the places that have a row of their own: the part of a unit that is none of its services has none."""
    if place.level is not ResultLevel.SERVICE or place.service_id is not None:
        yield place
    for part in place.parts:
        yield from _places(part)


def _record(session: Session, period: Period, actor: Actor, action: str, now: datetime, **counts: int) -> None:
    record(
        session, agency_id=period.agency_id, actor=actor, action=action, subject_type="skm_period",
        subject_id=period.id, now=now, **counts,
    )  # fmt: skip


def _check_rules(places: list[PlaceSums], ruleset: RuleSetCode) -> None:
    if any(place.n and place.ruleset is not ruleset for place in places):
        raise MixedRulesError(
            "Periode ini memakai kuesioner menurut aturan yang berbeda, sehingga tidak dapat dirata-ratakan."
        )


def _questionnaires(session: Session, period: Period, places: list[PlaceSums]) -> dict[int, Questionnaire]:
    numbers = sorted({place.instrument_id for place in places})
    return {number: questionnaire(session, period.agency_id, number) for number in numbers}


def _waiting(session: Session, period: Period, unit_id: int) -> int:
    found = sa.select(sa.func.count()).where(
        Response.agency_id == period.agency_id, Response.period_id == period.id, Response.unit_id == unit_id,
        ~Response.is_folded, ~Response.is_withdrawn,
    )  # fmt: skip
    return session.scalar(found) or 0


def _of(period: Period) -> sa.Select[Result]:
    return sa.select(Result).where(Result.agency_id == period.agency_id, Result.period_id == period.id)
