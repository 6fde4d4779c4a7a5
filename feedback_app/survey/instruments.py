"""Make and change questionnaires: from the official wording, as a copy, question by question until a period opens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError, NotFoundError
from feedback_app.survey.elements import RuleSetCode
from feedback_app.survey.instrument_rules import check_name, check_question, next_key
from feedback_app.survey.models import Instrument, Period, Question, Target
from feedback_app.survey.official import HISTORY_NAMES, NAMES, Draft, Variant, official_questions, questions_of

Stored = TypeVar("Stored", Instrument, Question)


class UnknownInstrumentError(NotFoundError):
    """The agency has no questionnaire of this number."""

    code = "unknown_questionnaire"


class SealedInstrumentError(ConflictError):
    """A period was opened with this questionnaire, so that answers refer to its words."""

    code = "questionnaire_sealed"


class InstrumentInUseError(ConflictError):
    """A period or a copy refers to the questionnaire."""

    code = "questionnaire_in_use"


def make(
    session: Session, agency_id: int, name: str, questions: Sequence[Draft], *,
    ruleset: RuleSetCode = RuleSetCode.PERMENPANRB_14_2017, actor: Actor, now: datetime,
) -> Instrument:  # fmt: skip
    """Store a questionnaire with its questions in the order given.

    Raises
    ------
    QuestionnaireNameError, QuestionWordsError, NotReplaceableError
    """
    check_name(name)
    row = stored(session, Instrument(
        agency_id=agency_id, name=name, ruleset=ruleset, created_at=now, created_by=actor.user_id
    ))  # fmt: skip
    keys: set[str] = set()
    for position, draft in enumerate(questions, start=1):
        check_question(ruleset, draft)
        key = draft.key or next_key(draft.element, keys)
        keys.add(key)
        session.add(question_row(row, position, key, draft))
    session.flush()
    note(session, row, "survey.make_instrument", actor, now, questions=len(questions))
    return row


def make_official(
    session: Session, agency_id: int, variant: Variant = Variant.STANDARD, *, name: str | None = None, actor: Actor,
    now: datetime,
) -> Instrument:  # fmt: skip
    """Store the questionnaire of the regulation, for one kind of service."""
    return make(session, agency_id, name or NAMES[variant], official_questions(variant), actor=actor, now=now)


def for_history(session: Session, agency_id: int, ruleset: RuleSetCode, *, actor: Actor, now: datetime) -> Instrument:
    """Return the questionnaire under which results from before the platform stand; made where it is missing."""
    found = session.scalar(
        sa.select(Instrument)
        .where(Instrument.agency_id == agency_id, Instrument.ruleset == ruleset)
        .where(Instrument.name == HISTORY_NAMES[ruleset], Instrument.sealed_at.is_not(None))
        .order_by(Instrument.id)
        .limit(1)
    )
    if found is not None:
        return found
    made = make(
        session, agency_id, HISTORY_NAMES[ruleset], questions_of(ruleset), ruleset=ruleset, actor=actor, now=now
    )
    seal(made, now=now)
    session.flush()
    return made


def copy(session: Session, of: Instrument, *, name: str, actor: Actor, now: datetime) -> Instrument:
    """Store a new version with the same questions and keys, open to change.

    Raises
    ------
    QuestionnaireNameError
    """
    drafts = [draft_of(question) for question in questions(session, of)]
    made = make(session, of.agency_id, name, drafts, ruleset=of.ruleset, actor=actor, now=now)
    made.copied_from = of.id
    session.flush()
    return made


def rename(session: Session, row: Instrument, name: str, *, actor: Actor, now: datetime) -> None:
    """Give a questionnaire another name, as long as it is not sealed: reports print it.

    Raises
    ------
    SealedInstrumentError, QuestionnaireNameError
    """
    check_open(row)
    check_name(name)
    row.name = name
    session.flush()
    note(session, row, "survey.rename_instrument", actor, now)


def remove(session: Session, row: Instrument, *, actor: Actor, now: datetime) -> None:
    """Delete a questionnaire that nothing refers to.

    Raises
    ------
    SealedInstrumentError, InstrumentInUseError
    """
    check_open(row)
    for column, agency in (
        (Period.instrument_id, Period.agency_id), (Target.instrument_id, Target.agency_id),
        (Instrument.copied_from, Instrument.agency_id),
    ):  # fmt: skip
        if session.scalar(sa.select(sa.literal(1)).where(agency == row.agency_id, column == row.id).limit(1)):
            raise InstrumentInUseError("Kuesioner ini dipakai sebuah periode atau disalin, sehingga tidak dihapus.")
    session.execute(sa.delete(Question).where(Question.agency_id == row.agency_id, Question.instrument_id == row.id))
    note(session, row, "survey.remove_instrument", actor, now)
    session.delete(row)
    session.flush()


def seal(row: Instrument, *, now: datetime) -> None:
    """Fix a questionnaire for good: from here on answers refer to its words."""
    row.sealed_at = row.sealed_at or now


def instrument_of(session: Session, period: Period) -> Instrument:
    """Return the questionnaire of a period; single services may have another."""
    return session.get_one(Instrument, (period.agency_id, period.instrument_id))


def instruments_of(session: Session, agency_id: int) -> Sequence[Instrument]:
    """Return all questionnaires of an agency, the newest first."""
    newest = sa.select(Instrument).where(Instrument.agency_id == agency_id).order_by(Instrument.id.desc())
    return session.scalars(newest).all()


def used_in(session: Session, agency_id: int) -> dict[int, list[Period]]:
    """Return by questionnaire the periods that ask with it, the newest first."""
    by_target = sa.select(Target.period_id, Target.instrument_id).where(
        Target.agency_id == agency_id, Target.instrument_id.is_not(None)
    )
    by_period = sa.select(Period.id, Period.instrument_id).where(Period.agency_id == agency_id)
    pairs = sa.union(by_period, by_target).subquery()
    rows = session.execute(
        sa.select(pairs.c.instrument_id, Period)
        .join(Period, sa.and_(Period.agency_id == agency_id, Period.id == pairs.c.id))
        .order_by(Period.starts_on.desc(), Period.id.desc())
    )
    found: dict[int, list[Period]] = {}
    for instrument_id, period in rows:
        found.setdefault(instrument_id, []).append(period)
    return found


def questions(session: Session, of: Instrument) -> Sequence[Question]:
    """Return the questions by position."""
    return session.scalars(
        sa.select(Question)
        .where(Question.agency_id == of.agency_id, Question.instrument_id == of.id)
        .order_by(Question.position)
    ).all()


def draft_of(question: Question) -> Draft:
    """Return a stored question as it would be written again."""
    return Draft(question.element, question.stem, tuple(question.options), question.replacement, question.key)


def check_open(row: Instrument) -> None:
    """Refuse to change what answers refer to.

    Raises
    ------
    SealedInstrumentError
    """
    if row.sealed_at is not None:
        raise SealedInstrumentError("Kuesioner ini sudah dipakai sebuah periode. Salin menjadi versi baru.")


def question_row(of: Instrument, position: int, key: str, draft: Draft) -> Question:
    """Return the row of a question that is not stored yet."""
    return Question(
        agency_id=of.agency_id, instrument_id=of.id, position=position, key=key, element=draft.element,
        replacement=draft.replacement, stem=draft.stem, options=list(draft.options),
    )  # fmt: skip


def stored(session: Session, row: Stored) -> Stored:
    """Store a row and return it with its number."""
    session.add(row)
    session.flush()
    return row


def note(session: Session, row: Instrument, action: str, actor: Actor, now: datetime, **detail: int) -> None:
    """Record what was done to a questionnaire in the audit trail."""
    record(
        session, agency_id=row.agency_id, actor=actor, action=action, subject_type="skm_instrument",
        subject_id=row.id, now=now, **detail,
    )  # fmt: skip
