"""What can be asked about surveys: which period runs, who is surveyed, and what they are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import NotFoundError
from feedback_app.survey.elements import RuleSetCode
from feedback_app.survey.models import Instrument, Period, Question, Response, Target
from feedback_app.survey.rules import PeriodState


class UnknownPeriodError(NotFoundError):
    """No survey period of this agency has this number or code."""

    code = "unknown_survey_period"


class NotSurveyedError(NotFoundError):
    """No survey asks about this unit or service at present."""

    code = "not_surveyed"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it stands in a questionnaire; `element` is empty for the unit's own."""

    id: int
    position: int
    key: str
    element: str | None
    replacement: str | None
    stem: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """The questions of one instrument, in the order in which answers are stored."""

    agency_id: int
    instrument_id: int
    name: str
    ruleset: RuleSetCode
    asked: tuple[Asked, ...]

    @property
    def inside(self) -> tuple[Asked, ...]:
        """Return the questions that make the index."""
        return tuple(question for question in self.asked if question.element is not None)


def period_by_id(session: Session, agency_id: int, period_id: int, *, for_update: bool = False) -> Period:
    """Return one period of an agency.

    Raises
    ------
    UnknownPeriodError
    """
    wanted = sa.select(Period).where(Period.agency_id == agency_id, Period.id == period_id)
    found = session.scalar(wanted.with_for_update(key_share=True) if for_update else wanted)
    if found is None:
        raise UnknownPeriodError("Periode survei itu tidak ditemukan.")
    return found


def period_by_code(session: Session, agency_id: int, code: str) -> Period:
    """Return one period of an agency by its code.

    Raises
    ------
    UnknownPeriodError
    """
    found = session.scalar(sa.select(Period).where(Period.agency_id == agency_id, Period.code == code))
    if found is None:
        raise UnknownPeriodError(f"Periode survei {code} tidak ada. Lihat `feedback skm periods list`.")
    return found


def periods_of(session: Session, agency_id: int) -> Sequence[Period]:
    """Return all periods of an agency, the newest first."""
    newest = sa.select(Period).where(Period.agency_id == agency_id).order_by(Period.starts_on.desc(), Period.id.desc())
    return session.scalars(newest).all()


def open_period(session: Session, agency_id: int, day: date) -> Period | None:
    """Return the period in which an answer of a day counts, if one is open."""
    return session.scalar(
        sa.select(Period).where(
            Period.agency_id == agency_id,
            Period.state == PeriodState.OPEN,
            Period.starts_on <= day,
            Period.ends_on >= day,
        )
    )


def targets_of(session: Session, agency_id: int, period_id: int, unit_id: int | None = None) -> Sequence[Target]:
    """Return whom a period surveys, or what of one unit."""
    found = sa.select(Target).where(Target.agency_id == agency_id, Target.period_id == period_id)
    if unit_id is not None:
        found = found.where(Target.unit_id == unit_id)
    return session.scalars(found.order_by(Target.unit_id, Target.service_id.asc().nulls_first())).all()


def questionnaire(session: Session, agency_id: int, instrument_id: int) -> Questionnaire:
    """Return the questions of an instrument by position."""
    instrument = session.execute(
        sa.select(Instrument.name, Instrument.ruleset).where(
            Instrument.agency_id == agency_id, Instrument.id == instrument_id
        )
    ).one()
    rows = session.execute(
        sa.select(
            Question.id, Question.position, Question.key, Question.element, Question.replacement, Question.stem,
            Question.options,
        )
        .where(Question.agency_id == agency_id, Question.instrument_id == instrument_id)
        .order_by(Question.position)
    )  # fmt: skip
    asked = tuple(Asked(*row[:-1], tuple(row.options)) for row in rows)
    return Questionnaire(agency_id, instrument_id, instrument.name, instrument.ruleset, asked)


def instrument_for(session: Session, period: Period, unit_id: int, service_id: int | None) -> int:
    """Return the instrument that asks about a unit or one of its services in a period.

    What is noted for the service comes first, then what is noted for its unit, then the period's own.

    Raises
    ------
    NotSurveyedError
        The period does not survey this unit.
    """
    targets = targets_of(session, period.agency_id, period.id, unit_id)
    if not targets:
        raise NotSurveyedError("Unit ini tidak disurvei pada periode ini.")
    by_service = {target.service_id: target.instrument_id for target in targets}
    if service_id not in by_service and None not in by_service:
        raise NotSurveyedError("Layanan ini tidak disurvei pada periode ini. Pilih layanan dari daftar.")
    return by_service.get(service_id) or by_service.get(None) or period.instrument_id


def questionnaire_for(session: Session, period: Period, unit_id: int, service_id: int | None) -> Questionnaire:
    """Return what a respondent of a unit or service is asked in a period.

    Raises
    ------
    NotSurveyedError
    """
    return questionnaire(session, period.agency_id, instrument_for(session, period, unit_id, service_id))


def waiting(session: Session, agency_id: int, period_id: int) -> int:
    """Return how many responses of a period the sums do not hold yet."""
    fresh = sa.and_(~Response.is_folded, ~Response.is_withdrawn)
    of_period = sa.and_(Response.agency_id == agency_id, Response.period_id == period_id)
    return session.scalar(sa.select(sa.func.count()).where(of_period, fresh)) or 0
