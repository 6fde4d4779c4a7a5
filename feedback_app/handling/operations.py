"""What changes a case: opening, taking, answering, the citizen's word, silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import CITIZEN, SYSTEM, person
from feedback_app.clock import office_day
from feedback_app.errors import InvalidInputError
from feedback_app.handling.answers.saying import check_words, say
from feedback_app.handling.citizens.erased import check_not_erased
from feedback_app.handling.clocks.in_force import Clocks, clocks_of
from feedback_app.handling.clocks.sla import LADDER, CaseClock, Step, share_reached
from feedback_app.handling.ending.dispute_reviews import lapse, open_review
from feedback_app.handling.ending.verdicts import status_after, status_after_second_thought
from feedback_app.handling.handing_on.colleagues import holder_of
from feedback_app.handling.handing_on.past_the_unit import heed_allegation
from feedback_app.handling.inbox.search import refresh_words
from feedback_app.handling.models import Case, CaseEvent, Reply
from feedback_app.handling.moves import move
from feedback_app.handling.queries import locked_where, silence_ended
from feedback_app.handling.rules import (
    CaseStatus,
    Classification,
    MoveNotAllowedError,
    Mover,
    Outcome,
    ReplyKind,
    check_move,
)
from feedback_app.handling.telling.news import tell_ended, tell_verdict
from feedback_app.nlp.personal.redact import redact

WORDS_MIN, WORDS_MAX = 10, 2000


class WordsRequiredError(InvalidInputError):
    """Who says "not solved" says what is missing, or nobody can do better the second time."""

    code = "words_required"


@dataclass(frozen=True, slots=True)
class NewCase:
    """A submission that becomes a case; `clock_starts_at` is when the agency came to know it."""

    agency_id: int
    submission_id: int
    unit_id: int | None
    classification: Classification
    is_confidential: bool
    clock_starts_at: datetime


def open_cases(session: Session, new: Sequence[NewCase], *, now: datetime) -> None:
    """Open a case for each; a second case of a submission is refused by the database."""
    if not new:
        return
    clocks = {agency_id: clocks_of(session, agency_id) for agency_id in {case.agency_id for case in new}}
    rows = (
        session.connection()
        .execute(
            sa.insert(Case.__table__).returning(Case.agency_id, Case.id),  # type: ignore[arg-type]
            [_case_row(case, clocks[case.agency_id]) for case in new],
        )
        .all()
    )
    session.connection().execute(
        sa.insert(CaseEvent.__table__),  # type: ignore[arg-type]
        [
            {"agency_id": agency_id, "case_id": case_id, "at": now, "actor_kind": SYSTEM.kind, "actor_id": None,
             "from_status": None, "to_status": CaseStatus.NEW, "outcome": None, "reason": None}
            for agency_id, case_id in rows
        ],
    )  # fmt: skip
    for agency_id in clocks:
        refresh_words(session, agency_id, [row.id for row in rows if row.agency_id == agency_id])


def _case_row(case: NewCase, clocks: Clocks) -> dict[str, object]:
    start = case.clock_starts_at
    due = clocks.deadlines(case.classification, start, case.unit_id)
    days = clocks.rule(case.classification, start, case.unit_id).verify_working_days
    first_rung = share_reached(start, days, LADDER[Step.HEAD], clocks.calendar_of(case.unit_id, start))
    return {
        "agency_id": case.agency_id, "submission_id": case.submission_id, "unit_id": case.unit_id,
        "classification": case.classification, "is_confidential": case.is_confidential, "status": CaseStatus.NEW,
        "opened_at": start, "clocks_start_at": start, "verify_due_at": due.verify_due_at,
        "reply_due_at": due.reply_due_at, "resolve_due_at": due.resolve_due_at, "clock": CaseClock.VERIFY,
        "due_at": due.verify_due_at, "escalate_at": first_rung, "escalation_step": Step.NONE,
        "reopened_count": 0, "version": 1,
    }  # fmt: skip


def take(session: Session, case: Case, *, user_id: int, now: datetime) -> None:
    """Take a case into one's own hands: from now on somebody is working on it."""
    case.assigned_to = user_id
    move(session, case, CaseStatus.IN_PROGRESS, actor=person(user_id), now=now, action="handling.take")


def respond(
    session: Session, case: Case, text: str, *, user_id: int, now: datetime, bulk_id: int | None = None
) -> Reply:
    """Answer the citizen in public; from now on their window is open.

    A case that nobody works on, or somebody who has left, is from now on the case of whoever answers it.
    `bulk_id` names the act by which many were answered at once.

    Raises
    ------
    feedback_app.handling.answers.saying.ReplyLengthError
        The text is not of a reply's length.
    feedback_app.handling.answers.placeholders.UnfilledPlaceholderError
    feedback_app.handling.rules.MoveNotAllowedError
        The case has an answer that waits for the citizen, or has ended.
    """
    words = check_words(text)
    check_move(case.status, CaseStatus.ANSWERED, Mover.OFFICER)
    clocks = clocks_of(session, case.agency_id)
    window_ends_at = clocks.silence_ends_at(case.classification, now, case.unit_id)
    case.assigned_to = holder_of(session, case, office_day(now)) or user_id
    lapse(session, case, now=now)
    case.first_replied_at, case.answered_by = case.first_replied_at or now, user_id
    move(
        session, case, CaseStatus.ANSWERED, actor=person(user_id), now=now, action="handling.respond",
        silence_ends_at=window_ends_at,
    )  # fmt: skip
    return say(session, case, ReplyKind.ANSWER, words, user_id=user_id, now=now, bulk_id=bulk_id)


def judge(session: Session, case: Case, outcome: Outcome, words: str | None, *, now: datetime) -> None:
    """Take the citizen's word on an answer: solved, partly, or not, which opens the case again.

    What they write is stored with personal data masked, for an officer reads it. If it alleges levy or abuse, the case
    goes past the unit from here on and stays open whatever was said of the answer. Of a case that is examined already
    the word stands.

    Raises
    ------
    WordsRequiredError
        "Not solved" without a word of what is missing.
    feedback_app.handling.rules.NotAnsweredError
        There is no answer to judge.
    feedback_app.handling.ending.verdicts.ReviewedError
        A reviewer has let the answer stand.
    feedback_app.handling.ending.verdicts.TooLateError
        The case was closed too long ago to be reopened.
    feedback_app.handling.citizens.erased.ReportErasedError
        The words of a closed case were erased.
    """
    said = (words or "").strip()[:WORDS_MAX]
    if outcome is Outcome.SILENT:
        raise MoveNotAllowedError("Pilih salah satu: selesai, sebagian, atau belum selesai.")
    if outcome is Outcome.DISPUTED and len(said) < WORDS_MIN:
        raise WordsRequiredError(f"Tuliskan apa yang belum selesai, paling sedikit {WORDS_MIN} huruf.")
    if case.status is CaseStatus.CLOSED:
        wanted = status_after_second_thought(case.outcome, outcome, closed_at=case.closed_at or now, now=now)
        check_not_erased(session, case)
    else:
        wanted = status_after(case.status, outcome, now=now, silence_ends_at=case.silence_ends_at or now)
    # Read before an allegation takes the case out of their hands.
    answered_by = case.answered_by or case.assigned_to
    move(
        session, case, wanted, actor=CITIZEN, now=now, action="handling.judge", outcome=outcome,
        reason=redact(said).text or None,
    )  # fmt: skip
    heed_allegation(session, case, said, now=now)
    session.flush()
    reviewers = open_review(session, case, now=now) if outcome is Outcome.DISPUTED else []
    tell_verdict(session, case, outcome, answered_by=answered_by, told=reviewers, now=now)


def close_silent(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Close answered cases whose window ended without a word, as silence, which is not "solved". Return how many."""
    cases = locked_where(session, silence_ended(now), first=Case.silence_ends_at, limit=limit)
    for case in cases:
        status_after(case.status, Outcome.SILENT, now=now, silence_ends_at=case.silence_ends_at or now)
        move(
            session, case, CaseStatus.CLOSED, actor=SYSTEM, now=now, action="handling.close_silent",
            outcome=Outcome.SILENT,
        )  # fmt: skip
    session.flush()
    tell_ended(session, cases, by_silence=True, now=now)
    return len(cases)
