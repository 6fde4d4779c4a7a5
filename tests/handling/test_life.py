"""Verifying, handing back, asking the citizen, telling the news: what each leaves on the case and with its clocks."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling import life
from feedback_app.handling.answers.saying import ReplyLengthError, say
from feedback_app.handling.citizens.words import MESSAGES_A_DAY, add_message, resume_submission
from feedback_app.handling.clocks.models import CasePause, ChangeCause, DeadlineChange
from feedback_app.handling.clocks.sla import CaseClock
from feedback_app.handling.ending.archiving import any_hold_over, archive_incomplete
from feedback_app.handling.models import Case, Reply
from feedback_app.handling.operations import respond
from feedback_app.handling.rules import ArchiveReason, CaseStatus, Classification, MoveNotAllowedError, ReplyKind
from feedback_app.notifications.models import Message
from feedback_app.notifications.wording import Template
from tests import factories as make
from tests.handling.lives import ALLEGES, ANSWER, LATER, NEWS, QUESTION, Life, new_life

# Monday the eleventh of May 2026, 10.00 in Kupang: no holiday until the fourteenth.
HOUR = timedelta(hours=1)


@pytest.fixture
def at(session: Session) -> Life:
    return new_life(session)


def replies(at: Life) -> list[tuple[ReplyKind, str]]:
    rows = at.session.execute(sa.select(Reply.kind, Reply.text).where(Reply.agency_id == at.case.agency_id))
    return [(kind, text) for kind, text in rows]


def told_staff(at: Life, template: Template) -> list[int | None]:
    query = sa.select(Message.user_id).where(Message.agency_id == at.case.agency_id, Message.template == template)
    return list(at.session.scalars(query.order_by(Message.user_id)))


def test_verifying_stops_the_clock_of_verification_and_starts_that_of_the_reply(session: Session, at: Life) -> None:
    assert at.case.clock is CaseClock.VERIFY
    life.verify(session, at.case, user_id=at.officer.id, now=LATER)
    assert (at.case.clock, at.case.due_at) == (CaseClock.REPLY, at.case.reply_due_at)
    assert at.case.verified_at == LATER


def test_what_was_verified_is_not_verified_again(session: Session, at: Life) -> None:
    at.lead_to(CaseStatus.IN_PROGRESS)
    with pytest.raises(MoveNotAllowedError):
        life.verify(session, at.case, user_id=at.officer.id, now=LATER)


def test_released_case_has_nobody_and_the_same_deadlines(session: Session, at: Life) -> None:
    at.lead_to(CaseStatus.IN_PROGRESS)
    due = (at.case.verify_due_at, at.case.reply_due_at, at.case.resolve_due_at)
    life.release(session, at.case, user_id=at.colleague.id, now=LATER + HOUR)
    assert (at.case.status, at.case.assigned_to) == (CaseStatus.VERIFIED, None)
    assert (at.case.verify_due_at, at.case.reply_due_at, at.case.resolve_due_at) == due


def test_question_stops_the_clocks_for_thirty_calendar_days(session: Session, at: Life) -> None:
    life.ask(session, at.case, QUESTION, user_id=at.officer.id, now=LATER)
    assert (at.case.status, at.case.clock, at.case.due_at) == (CaseStatus.ON_HOLD, None, None)
    assert at.case.held_until is not None
    # The twelfth of May and thirty days: the whole eleventh of June in Kupang.
    assert at.case.held_until.isoformat() == "2026-06-11T23:59:00+08:00"
    assert replies(at) == [(ReplyKind.QUESTION, QUESTION)]
    assert (at.case.assigned_to, at.case.first_replied_at, at.case.reply_met_at) == (at.officer.id, None, None)


def test_answer_to_a_question_lets_the_case_go_on_and_adds_the_wait(session: Session, at: Life) -> None:
    due = at.case.reply_due_at
    life.ask(session, at.case, QUESTION, user_id=at.officer.id, now=LATER)
    # From Tuesday to the next Tuesday: four working days, for Ascension Day and the day after it are free.
    add_message(session, at.case, "Di kelurahan Oebobo.", now=LATER + timedelta(days=7))
    assert (at.case.status, at.case.clock, at.case.assigned_to) == (
        CaseStatus.IN_PROGRESS, CaseClock.REPLY, at.officer.id,
    )  # fmt: skip
    assert at.case.reply_due_at > due
    pause = session.scalars(sa.select(CasePause).where(CasePause.agency_id == at.case.agency_id)).one()
    assert (pause.starts_at, pause.ends_at) == (LATER, LATER + timedelta(days=7))
    causes = session.scalars(sa.select(DeadlineChange.cause).where(DeadlineChange.agency_id == at.case.agency_id)).all()
    assert set(causes) == {ChangeCause.RESUMED}
    assert told_staff(at, Template.CASE_RESUMED) == [at.officer.id]


def test_file_answers_a_question_as_well_as_words_do(session: Session, at: Life) -> None:
    life.ask(session, at.case, QUESTION, user_id=at.officer.id, now=LATER)
    submission_id = at.case.submission_id
    assert resume_submission(session, at.case.agency_id, submission_id, now=LATER + HOUR)
    assert at.case.status is CaseStatus.IN_PROGRESS
    assert not resume_submission(session, at.case.agency_id, submission_id, now=LATER + 2 * HOUR)


def test_answer_that_alleges_something_goes_past_the_unit_and_not_back_to_the_officer(
    session: Session, at: Life
) -> None:
    life.ask(session, at.case, QUESTION, user_id=at.officer.id, now=LATER)
    add_message(session, at.case, ALLEGES, now=LATER + HOUR)
    assert (at.case.status, at.case.classification) == (CaseStatus.NEW, Classification.OVERSIGHT)
    assert told_staff(at, Template.CASE_RESUMED) == []


def test_message_to_a_case_that_waits_for_nobody_moves_nothing(session: Session, at: Life) -> None:
    at.lead_to(CaseStatus.IN_PROGRESS)
    add_message(session, at.case, "Masih menunggu.", now=LATER + HOUR)
    assert at.case.status is CaseStatus.IN_PROGRESS
    assert MESSAGES_A_DAY > 1


def test_unanswered_question_archives_as_incomplete_when_the_day_is_over_and_not_before(
    session: Session, at: Life
) -> None:
    life.ask(session, at.case, QUESTION, user_id=at.officer.id, now=LATER)
    ends_at = at.case.held_until
    assert ends_at is not None
    just_before = ends_at - timedelta(seconds=1)
    assert not any_hold_over(session, now=just_before)
    assert archive_incomplete(session, now=just_before) == 0
    assert any_hold_over(session, now=ends_at)
    assert archive_incomplete(session, now=ends_at) == 1
    assert (at.case.status, at.case.archive_reason) == (CaseStatus.ARCHIVED, ArchiveReason.INCOMPLETE)
    assert archive_incomplete(session, now=ends_at) == 0


def test_news_of_progress_meets_the_reply_clock_and_is_no_first_answer(session: Session, at: Life) -> None:
    life.report_progress(session, at.case, NEWS, user_id=at.officer.id, now=LATER)
    assert (at.case.status, at.case.assigned_to) == (CaseStatus.IN_PROGRESS, at.officer.id)
    assert (at.case.reply_met_at, at.case.first_replied_at) == (LATER, None)
    assert (at.case.clock, at.case.due_at) == (CaseClock.RESOLVE, at.case.resolve_due_at)
    assert replies(at) == [(ReplyKind.PROGRESS, NEWS)]
    assert len(at.office.acts("handling.report_progress")) == 1


@pytest.mark.parametrize(
    "status", [CaseStatus.ON_HOLD, CaseStatus.ANSWERED, CaseStatus.CLOSED, CaseStatus.ARCHIVED]
)  # fmt: skip
def test_there_is_no_news_to_tell_while_nobody_works_on_it(session: Session, at: Life, status: CaseStatus) -> None:
    at.lead_to(status)
    with pytest.raises(MoveNotAllowedError):
        life.report_progress(session, at.case, NEWS, user_id=at.officer.id, now=LATER + HOUR)


@pytest.mark.parametrize(
    ("kind", "meets"),
    [
        pytest.param(ReplyKind.ANSWER, True, id="an answer"),
        pytest.param(ReplyKind.PROGRESS, True, id="news"),
        pytest.param(ReplyKind.QUESTION, False, id="a question"),
        pytest.param(ReplyKind.EXPLANATION, False, id="an explanation"),
    ],
)
def test_reply_clock_is_met_by(session: Session, at: Life, kind: ReplyKind, meets: bool) -> None:
    say(session, at.case, kind, ANSWER, user_id=at.officer.id, now=LATER)
    assert (at.case.reply_met_at == LATER) is meets


def test_every_message_is_a_new_state_of_the_case(session: Session, at: Life) -> None:
    at.lead_to(CaseStatus.IN_PROGRESS)
    seen = at.case.version
    life.report_progress(session, at.case, NEWS, user_id=at.officer.id, now=LATER)
    first = at.case.version
    life.report_progress(session, at.case, NEWS, user_id=at.officer.id, now=LATER + HOUR)
    assert seen < first < at.case.version


@pytest.mark.parametrize("act", [life.ask, life.report_progress, respond])
def test_words_that_are_too_short_change_nothing(session: Session, at: Life, act: object) -> None:
    with pytest.raises(ReplyLengthError):
        act(session, at.case, "Siap.", user_id=at.officer.id, now=LATER)  # type: ignore[operator]
    assert (at.case.status, replies(at)) == (CaseStatus.NEW, [])


def test_hold_ends_by_the_day_at_the_agency(session: Session, at: Life) -> None:
    # 16.30 UTC is half past midnight of the next day in Kupang.
    late = datetime.fromisoformat("2026-05-12T16:30:00+00:00")
    assert life.hold_ends_at(session, at.case, now=late).date().isoformat() == "2026-06-12"


def test_reply_that_was_made_with_many_carries_their_act(session: Session, at: Life) -> None:
    reply = say(session, at.case, ReplyKind.PROGRESS, NEWS, user_id=at.officer.id, now=make.NOW)
    assert reply.bulk_id is None
    assert isinstance(at.case, Case)
