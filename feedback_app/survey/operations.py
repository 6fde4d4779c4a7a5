"""Take in a filled questionnaire: one row, and nothing with it that leads to who filled it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app import queue
from feedback_app.db_wall.roles import Lookup
from feedback_app.db_wall.scope import enter_by
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.intake.codes import InvalidVisitTokenError, visit_token_hash
from feedback_app.intake.models import VisitToken
from feedback_app.survey.models import Period, Response, VisitUse
from feedback_app.survey.queries import Questionnaire, questionnaire_for
from feedback_app.survey.rules import (
    AgeBand,
    Education,
    HourBand,
    Occupation,
    PeriodState,
    Sex,
    SurveyChannel,
)

FOLD_JOB: Final = "fold_survey"
_ID_BITS: Final = 62
# What somebody filled in. It is the same when a questionnaire is sent twice.
_ANSWERED: Final = ("period_id", "unit_id", "service_id", "sex", "age", "education", "occupation", "answers")


class SurveyClosedError(ConflictError):
    """The period takes no answers, or none of this day."""

    code = "survey_closed"


class UnusableAnswersError(InvalidInputError):
    """A question is not of this questionnaire, an answer not among its options, or nothing was answered."""

    code = "unusable_answers"


class SurveyVisitUsedError(ConflictError):
    """A questionnaire has been sent for this visit."""

    code = "survey_visit_used"


class SurveyKeyTakenError(ConflictError):
    """Another questionnaire was stored under this key before: what came now is not that one sent again."""

    code = "survey_key_taken"


@dataclass(frozen=True, slots=True)
class Respondent:
    """What the form asks about who answers; everything may be left out."""

    sex: Sex | None = None
    age: AgeBand | None = None
    education: Education | None = None
    occupation: Occupation | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A questionnaire as it was filled: the answers (from 1) by the keys of their questions.

    `entry_key` is 16 bytes drawn by the sender; the same key again must be the same questionnaire.
    """

    unit_id: int
    service_id: int | None
    answered_on: date
    answers: Mapping[str, int]
    channel: SurveyChannel
    hours: HourBand | None = None
    respondent: Respondent = field(default_factory=Respondent)
    entry_key: bytes | None = None
    batch_id: int | None = None
    visit_hash: bytes | None = None


def answer(session: Session, period: Period, filled: Filled) -> bool:
    """Store a filled questionnaire; return False where the same one (by `entry_key`) is stored already.

    The period is locked against being closed meanwhile.

    Raises
    ------
    SurveyClosedError, NotSurveyedError, UnusableAnswersError, SurveyVisitUsedError
    SurveyKeyTakenError
        The key is that of a questionnaire that was answered otherwise.
    """
    hold_open(session, period, filled.answered_on)
    asked = questionnaire_for(session, period, filled.unit_id, filled.service_id)
    row = response_row(period, asked, filled)
    stored = session.execute(
        insert(Response).values(**row).on_conflict_do_nothing(index_elements=["agency_id", "entry_key"])
        .returning(Response.id)
    ).scalar()  # fmt: skip
    if stored is None:
        _check_sent_again(session, row)
        return False
    if filled.visit_hash is not None:
        _use_visit(session, period.agency_id, filled.visit_hash)
    queue.ask(session, FOLD_JOB)
    return True


def hold_open(session: Session, period: Period, day: date) -> None:
    """Keep a period from being closed until this transaction ends.

    Raises
    ------
    SurveyClosedError
        It takes no answers (any more), or none of this day.
    """
    state = session.scalar(
        sa.select(Period.state)
        .where(Period.agency_id == period.agency_id, Period.id == period.id)
        .with_for_update(read=True)
    )
    if state is not PeriodState.OPEN:
        raise SurveyClosedError("Periode survei ini sudah ditutup atau belum dibuka, sehingga jawaban tidak diterima.")
    if not period.starts_on <= day <= period.ends_on:
        raise SurveyClosedError("Tanggal survei harus berada dalam masa periode survei ini.")


def response_row(period: Period, asked: Questionnaire, filled: Filled) -> dict[str, object]:
    """Return the columns of a response.

    Raises
    ------
    UnusableAnswersError
    """
    who = filled.respondent
    return {
        "agency_id": period.agency_id, "id": secrets.randbits(_ID_BITS), "period_id": period.id,
        "unit_id": filled.unit_id, "service_id": filled.service_id, "instrument_id": asked.instrument_id,
        "batch_id": filled.batch_id, "channel": filled.channel, "is_visit": filled.visit_hash is not None,
        "answered_on": filled.answered_on, "hours": filled.hours, "sex": who.sex, "age": who.age,
        "education": who.education, "occupation": who.occupation,
        "answers": answers_in_order(asked, filled.answers), "entry_key": filled.entry_key,
    }  # fmt: skip


def answers_in_order(asked: Questionnaire, answers: Mapping[str, int]) -> list[int | None]:
    """Return answers by the positions of their questions; None where one was left blank.

    Raises
    ------
    UnusableAnswersError
        Unknown key, answer out of range, or no answer that the index could be made of.
    """
    unknown = answers.keys() - {question.key for question in asked.asked}
    if unknown:
        raise UnusableAnswersError("Ada jawaban untuk pertanyaan yang tidak ada dalam kuesioner ini. Muat ulang.")
    for question in asked.asked:
        given = answers.get(question.key)
        if given is not None and not 1 <= given <= len(question.options):
            raise UnusableAnswersError(f"Jawaban untuk “{question.stem}” tidak termasuk pilihannya.")
    if not any(question.key in answers for question in asked.inside):
        raise UnusableAnswersError("Belum ada pertanyaan yang dijawab. Pilih jawaban Anda, lalu kirim.")
    return [answers.get(question.key) for question in asked.asked]


def visit_of(session: Session, token: str, *, key: bytes, now: datetime) -> tuple[int, int, int | None, bytes] | None:
    """Return agency, unit, service and hash of a visit whose code still holds; None where it proves nothing.

    A code that a rating has used still proves the visit: rating and questionnaire are two things.
    """
    try:
        digest = visit_token_hash(token, key)
    except InvalidVisitTokenError:
        return None
    enter_by(session, Lookup.VISIT_TOKEN, digest)
    row = session.execute(
        sa.select(VisitToken.agency_id, VisitToken.unit_id, VisitToken.service_id).where(
            VisitToken.token_hash == digest, VisitToken.expires_at > now
        )
    ).first()
    return None if row is None else (row.agency_id, row.unit_id, row.service_id, digest)


def _check_sent_again(session: Session, row: Mapping[str, object]) -> None:
    """Refuse a row whose key is stored with other answers; day, hours and visit may be others when it is sent again."""
    found = session.execute(
        sa.select(*(getattr(Response, name) for name in _ANSWERED)).where(
            Response.agency_id == row["agency_id"], Response.entry_key == row["entry_key"]
        )
    ).one_or_none()
    # Closing the period forgets the keys; then there is nothing to compare with, and nothing is stored either.
    if found is not None and tuple(found) != tuple(row[name] for name in _ANSWERED):
        raise SurveyKeyTakenError(
            "Kuesioner dari halaman ini sudah kami terima dengan jawaban lain. Jawaban yang baru ini tidak dihitung."
        )


def _use_visit(session: Session, agency_id: int, digest: bytes) -> None:
    used = session.execute(
        insert(VisitUse).values(agency_id=agency_id, token_hash=digest).on_conflict_do_nothing()
        .returning(VisitUse.agency_id)
    ).scalar()  # fmt: skip
    if used is None:
        raise SurveyVisitUsedError("Kunjungan ini sudah mengisi survei. Satu kunjungan hanya untuk satu kuesioner.")
