"""What an officer does between the first reading of a case and its answer: verify, hand back, ask, tell the news."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.audit.operations import person, record
from feedback_app.handling.answers.saying import check_words, say
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.models import Case, Reply
from feedback_app.handling.moves import answered_with, move
from feedback_app.handling.operations import take
from feedback_app.handling.rules import CaseStatus, Mover, ReplyKind, check_move, check_stands

# Where there is news to tell: somebody works on it, or begins to with this news.
TELLABLE: Final = frozenset({CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS})
# Until the end of the day, as people read a date.
_LAST_MINUTE: Final = time(23, 59)


def verify(session: Session, case: Case, *, user_id: int, now: datetime) -> None:
    """Say that a case was read and is with the right unit.

    Raises
    ------
    feedback_app.handling.rules.MoveNotAllowedError
        It is not new any more.
    """
    check_stands(case.status, CaseStatus.NEW)
    move(session, case, CaseStatus.VERIFIED, actor=person(user_id), now=now, action="handling.verify")
    session.flush()


def release(session: Session, case: Case, *, user_id: int, now: datetime) -> None:
    """Lay a case that somebody works on back with its unit, for any colleague to take.

    Raises
    ------
    feedback_app.handling.rules.MoveNotAllowedError
        Nobody works on it.
    """
    check_stands(case.status, CaseStatus.IN_PROGRESS)
    case.assigned_to = None
    move(session, case, CaseStatus.VERIFIED, actor=person(user_id), now=now, action="handling.release")
    session.flush()


def ask(session: Session, case: Case, question: str, *, user_id: int, now: datetime) -> Reply:
    """Ask the citizen for facts that are missing; the clocks wait until they come, or until the days to give them end.

    Raises
    ------
    feedback_app.handling.answers.saying.ReplyLengthError
    feedback_app.handling.rules.MoveNotAllowedError
        The case waits for the citizen already, or has ended.
    """
    words = check_words(question)
    check_move(case.status, CaseStatus.ON_HOLD, Mover.OFFICER)
    held_until = hold_ends_at(session, case, now=now)
    case.assigned_to = case.assigned_to or user_id
    move(
        session, case, CaseStatus.ON_HOLD, actor=person(user_id), now=now, action="handling.ask", held_until=held_until
    )
    return say(session, case, ReplyKind.QUESTION, words, user_id=user_id, now=now)


def hold_ends_at(session: Session, case: Case, *, now: datetime) -> datetime:
    """Return until when a citizen who is asked now has time to complete a report: calendar days, the last one whole."""
    clocks = clocks_of(session, case.agency_id)
    zone = clocks.calendar.time_zone
    days = clocks.rule(case.classification, now, case.unit_id).complete_days
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=days), _LAST_MINUTE, tzinfo=zone)


def report_progress(session: Session, case: Case, news: str, *, user_id: int, now: datetime) -> Reply:
    """Tell the citizen what is being done; the settlement is still to come, and its clock runs on.

    Who tells the news of a case that nobody took has taken it. The reporters of what was merged into it are told the
    same, for nobody works on their reports by themselves; who was asked for facts hears of it when they come.

    Raises
    ------
    feedback_app.handling.answers.saying.ReplyLengthError
    feedback_app.handling.answers.placeholders.UnfilledPlaceholderError
    feedback_app.handling.rules.MoveNotAllowedError
        The case waits for the citizen, or has ended.
    """
    words = check_words(news)
    check_stands(case.status, *TELLABLE)
    copies = [copy for copy in answered_with(session, case, now=now) if copy.status in TELLABLE]
    reply = _tell_progress(session, case, words, user_id, now)
    for copy in copies:
        _tell_progress(session, copy, words, user_id, now)
    return reply


def _tell_progress(session: Session, case: Case, words: str, user_id: int, now: datetime) -> Reply:
    if case.status is not CaseStatus.IN_PROGRESS:
        take(session, case, user_id=user_id, now=now)
    reply = say(session, case, ReplyKind.PROGRESS, words, user_id=user_id, now=now)
    record(
        session, agency_id=case.agency_id, actor=person(user_id), action="handling.report_progress",
        subject_type="case", subject_id=case.id, now=now, reply_id=reply.id,
    )  # fmt: skip
    return reply
