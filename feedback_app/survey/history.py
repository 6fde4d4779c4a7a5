"""Results that were published before the platform: noted as they stood, checked against the rules they followed.

They serve a series only. Nothing of them can be counted again, which is why each says where it was published. A
result is never removed: one that was mistyped is taken back, and noted again as a newer version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.survey.elements import CONVERSION, RULESETS, Grade, RuleSetCode, Weight
from feedback_app.survey.index import half_up
from feedback_app.survey.instruments import for_history
from feedback_app.survey.models import Instrument, Period
from feedback_app.survey.periods import PeriodCodeTakenError, check_words, code_taken, note
from feedback_app.survey.queries import periods_of
from feedback_app.survey.result_models import Result
from feedback_app.survey.rules import PeriodState, ResultLevel

SOURCE_MIN: Final = 5
SOURCE_MAX: Final = 300
MOST_RESPONDENTS: Final = 10_000_000


class BadReportedResultError(InvalidInputError):
    """A result from before the platform that the rules it names cannot have given."""

    code = "survey_bad_reported_result"


class ReportedAlreadyError(ConflictError):
    """A result of this unit in this period is noted already."""

    code = "survey_reported_already"


class UnknownReportedError(NotFoundError):
    """The period holds no such result."""

    code = "survey_unknown_reported"


@dataclass(frozen=True, slots=True)
class Reported:
    """A published result: of a unit, or of the whole agency where `unit_id` is None."""

    name: str
    code: str
    starts_on: date
    ends_on: date
    ruleset: RuleSetCode
    weight: Weight
    unit_id: int | None
    index: Decimal
    grade: Grade
    respondents: int
    source: str


def add_reported(session: Session, agency_id: int, told: Reported, *, actor: Actor, now: datetime) -> Result:
    """Store a result from before the platform; results of one period (by code) stand together.

    Raises
    ------
    PeriodWordsError, PeriodCodeTakenError, BadReportedResultError, ReportedAlreadyError
    """
    check_words(told.name, told.code, told.starts_on, told.ends_on)
    _check(told)
    period = _period(session, agency_id, told, actor, now)
    row = Result(
        agency_id=agency_id, period_id=period.id, unit_id=told.unit_id, ruleset=told.ruleset,
        version=_next_version(session, period, told.unit_id),
        level=ResultLevel.AGENCY if told.unit_id is None else ResultLevel.UNIT, weight=told.weight,
        respondents=told.respondents, index_value=told.index, grade=told.grade, elements=[], counts={},
        source_note=told.source, computed_at=now, computed_by=actor.user_id, published_at=now,
        published_by=actor.user_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    note(session, period, "survey.add_reported", actor, now, result_id=row.id)
    return row


def take_back_reported(session: Session, period: Period, result_id: int, *, actor: Actor, now: datetime) -> None:
    """Show a result from before the platform no longer; `period` is locked by the caller.

    Raises
    ------
    UnknownReportedError
    """
    row = session.get(Result, (period.agency_id, result_id))
    if row is None or row.period_id != period.id or row.source_note is None or row.published_at is None:
        raise UnknownReportedError("Hasil itu sudah tidak ada. Muat ulang daftarnya.")
    row.published_at, row.published_by = None, None
    session.flush()
    note(session, period, "survey.take_back_reported", actor, now, result_id=result_id)


def reported_of(session: Session, period: Period) -> Sequence[Result]:
    """Return the results from before the platform that stand under a period, the whole agency's first."""
    return session.scalars(sa.select(Result).where(_stands(period)).order_by(Result.unit_id.asc().nulls_first())).all()


def periods_shown(session: Session, agency_id: int) -> list[Period]:
    """Return the periods of an agency, the newest first, without those whose noted results were all taken back."""
    standing = set(
        session.scalars(
            sa.select(Result.period_id).where(Result.agency_id == agency_id, Result.published_at.is_not(None))
        )
    )
    found = periods_of(session, agency_id)
    return [one for one in found if one.state is not PeriodState.REPORTED or one.id in standing]


def _stands(period: Period) -> sa.ColumnElement[bool]:
    return sa.and_(
        Result.agency_id == period.agency_id, Result.period_id == period.id, Result.source_note.is_not(None),
        Result.published_at.is_not(None),
    )  # fmt: skip


def _next_version(session: Session, period: Period, unit_id: int | None) -> int:
    here = sa.and_(
        Result.agency_id == period.agency_id, Result.period_id == period.id,
        Result.unit_id.is_not_distinct_from(unit_id),
    )  # fmt: skip
    if session.scalar(sa.select(sa.literal(1)).where(_stands(period), here)) is not None:
        raise ReportedAlreadyError("Hasil unit itu pada periode ini sudah dicatat. Tarik dahulu bila keliru.")
    return (session.scalar(sa.select(sa.func.max(Result.version)).where(here)) or 0) + 1


def _period(session: Session, agency_id: int, told: Reported, actor: Actor, now: datetime) -> Period:
    found = session.scalar(
        sa.select(Period).where(Period.agency_id == agency_id, Period.code == told.code).with_for_update(key_share=True)
    )
    made = {
        "name": told.name, "starts_on": told.starts_on, "ends_on": told.ends_on, "weight": told.weight,
        "instrument_id": for_history(session, agency_id, told.ruleset, actor=actor, now=now).id,
    }  # fmt: skip
    if found is None:
        row = Period(
            agency_id=agency_id, code=told.code, state=PeriodState.REPORTED, created_at=now,
            created_by=actor.user_id, **made,
        )  # fmt: skip
        add_unless_taken(session, row, code_taken())
        return row
    if found.state is PeriodState.REPORTED and not reported_of(session, found):
        # Everything under it was taken back: its days and rules may have been the mistake.
        for name, value in made.items():
            setattr(found, name, value)
    _check_same(session, found, told)
    return found


def _check_same(session: Session, period: Period, told: Reported) -> None:
    """A second unit of a period must have been surveyed on the same days by the same rules."""
    if period.state is not PeriodState.REPORTED:
        raise code_taken()
    instrument = session.get_one(Instrument, (period.agency_id, period.instrument_id))
    mine = (period.starts_on, period.ends_on, instrument.ruleset, period.weight)
    if mine != (told.starts_on, told.ends_on, told.ruleset, told.weight):
        raise PeriodCodeTakenError(
            "Kode itu sudah dipakai dengan tanggal, aturan, atau bobot lain. Samakan, atau pilih kode lain."
        )


def _check(told: Reported) -> None:
    rules = RULESETS[told.ruleset]
    if told.weight not in rules.weights:
        raise BadReportedResultError("Bobot itu tidak dipakai pada aturan yang Anda pilih.")
    least = half_up(rules.weight_of(told.weight) * len(rules.elements) * CONVERSION, 2)
    if told.index != round(told.index, 2) or not min(least, Decimal(CONVERSION)) <= told.index <= 100:
        raise BadReportedResultError("Isi IKM dari 25,00 sampai 100,00 dengan paling banyak dua angka desimal.")
    _check_grade(told)
    if not 1 <= told.respondents <= MOST_RESPONDENTS:
        raise BadReportedResultError("Isi jumlah responden dengan angka 1 atau lebih.")
    if not SOURCE_MIN <= len(told.source) <= SOURCE_MAX:
        raise BadReportedResultError("Sebutkan di mana hasil ini diterbitkan, dengan 5 sampai 300 huruf.")


def _check_grade(told: Reported) -> None:
    band = RULESETS[told.ruleset].band_of(told.index)
    if band.grade is not told.grade:
        raise BadReportedResultError(GRADE_SENTENCES[told.ruleset, band.grade])


GRADE_SENTENCES = {
    (RuleSetCode.PERMENPANRB_14_2017, Grade.A): "Menurut aturan 2017, nilai 88,31 ke atas bermutu A. Periksa lagi.",
    (RuleSetCode.PERMENPANRB_14_2017, Grade.B): "Menurut aturan 2017, nilai 76,61–88,30 bermutu B. Periksa lagi.",
    (RuleSetCode.PERMENPANRB_14_2017, Grade.C): "Menurut aturan 2017, nilai 65,00–76,60 bermutu C. Periksa lagi.",
    (RuleSetCode.PERMENPANRB_14_2017, Grade.D): "Menurut aturan 2017, nilai di bawah 65,00 bermutu D. Periksa lagi.",
    (RuleSetCode.KEPMENPAN_25_2004, Grade.A): "Menurut aturan 2004, nilai 81,26 ke atas bermutu A. Periksa lagi.",
    (RuleSetCode.KEPMENPAN_25_2004, Grade.B): "Menurut aturan 2004, nilai 62,51–81,25 bermutu B. Periksa lagi.",
    (RuleSetCode.KEPMENPAN_25_2004, Grade.C): "Menurut aturan 2004, nilai 43,76–62,50 bermutu C. Periksa lagi.",
    (RuleSetCode.KEPMENPAN_25_2004, Grade.D): "Menurut aturan 2004, nilai di bawah 43,76 bermutu D. Periksa lagi.",
}
