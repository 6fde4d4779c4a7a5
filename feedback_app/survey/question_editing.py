"""Change a questionnaire question by question, until a period opens with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.survey.elements import RULESETS
from feedback_app.survey.instrument_rules import QuestionWordsError, check_question, mark_of, next_key
from feedback_app.survey.instruments import check_open, draft_of, note, question_row, questions, stored
from feedback_app.survey.models import Instrument, Question
from feedback_app.survey.official import Draft
from feedback_app.survey.rules import MOST_QUESTIONS


class UnknownQuestionError(NotFoundError):
    """The questionnaire has no question of this number."""

    code = "unknown_question"


class QuestionChangedError(ConflictError):
    """Somebody else has changed the question meanwhile."""

    code = "question_changed"


class TooManyQuestionsError(InvalidInputError):
    """No respondent answers so many questions."""

    code = "too_many_questions"


def question_by_id(session: Session, of: Instrument, question_id: int) -> Question:
    """Return one question of a questionnaire.

    Raises
    ------
    UnknownQuestionError
    """
    found = session.get(Question, (of.agency_id, question_id))
    if found is None or found.instrument_id != of.id:
        raise UnknownQuestionError("Pertanyaan itu tidak ada (lagi) dalam kuesioner ini.")
    return found


def seen_mark(question: Question) -> str:
    """Return the mark of what a form shows of a question."""
    return mark_of(draft_of(question))


def add_question(session: Session, to: Instrument, draft: Draft, *, actor: Actor, now: datetime) -> Question:
    """Add a question at the end: a further one of an element, or one of the unit's own, outside the index.

    Raises
    ------
    SealedInstrumentError, TooManyQuestionsError, QuestionWordsError, NotReplaceableError
    """
    check_open(to)
    if draft.element is not None and draft.element not in RULESETS[to.ruleset].keys:
        raise QuestionWordsError("Pilih unsur dari daftar.")
    check_question(to.ruleset, draft)
    present = questions(session, to)
    if len(present) >= MOST_QUESTIONS:
        raise TooManyQuestionsError("Kuesioner ini sudah memuat 40 pertanyaan, yang terbanyak.")
    key = next_key(draft.element, {one.key for one in present})
    made = stored(session, question_row(to, max((one.position for one in present), default=0) + 1, key, draft))
    note(session, to, "survey.add_question", actor, now, question_id=made.id)
    return made


def change_question(
    session: Session, of: Instrument, question: Question, draft: Draft, *, seen: str, actor: Actor, now: datetime
) -> None:
    """Write a question anew; its element and key stay.

    Raises
    ------
    SealedInstrumentError, QuestionChangedError, QuestionWordsError, NotReplaceableError
    """
    check_open(of)
    if seen != seen_mark(question):
        raise QuestionChangedError("Pertanyaan ini baru saja diubah orang lain. Bandingkan, lalu simpan lagi.")
    check_question(of.ruleset, draft)
    question.stem, question.options, question.replacement = draft.stem, list(draft.options), draft.replacement
    session.flush()
    note(session, of, "survey.change_question", actor, now, question_id=question.id)


def remove_question(session: Session, of: Instrument, question: Question, *, actor: Actor, now: datetime) -> None:
    """Take a question out; the others close up.

    Raises
    ------
    SealedInstrumentError
    """
    check_open(of)
    note(session, of, "survey.remove_question", actor, now, question_id=question.id)
    session.delete(question)
    session.flush()
    _renumber(session, of, [one.id for one in questions(session, of)])


def move_question(
    session: Session, of: Instrument, question: Question, *, up: bool, actor: Actor, now: datetime
) -> None:
    """Let a question and its neighbour change places; at the end of the list nothing happens.

    Raises
    ------
    SealedInstrumentError
    """
    check_open(of)
    order = [one.id for one in questions(session, of)]
    here = order.index(question.id)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return
    order[here], order[there] = order[there], order[here]
    _renumber(session, of, order)
    note(session, of, "survey.move_question", actor, now, question_id=question.id)


def _renumber(session: Session, of: Instrument, order: Sequence[int]) -> None:
    # In two steps, because no two questions may hold one position for a moment: 99 is the highest, 40 the most.
    for start in (51, 1):
        for position, question_id in enumerate(order, start=start):
            session.execute(
                sa.update(Question)
                .where(Question.agency_id == of.agency_id, Question.id == question_id)
                .values(position=position)
            )
    session.expire_all()
