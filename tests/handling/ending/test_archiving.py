"""Putting away in public, and the reporter's objection."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling import life
from feedback_app.handling.answers.saying import ReplyLengthError
from feedback_app.handling.citizens.erased import ReportErasedError
from feedback_app.handling.citizens.tracked import tracked
from feedback_app.handling.clocks.escalation import escalate
from feedback_app.handling.clocks.open_deadlines import differences
from feedback_app.handling.clocks.sla import Step
from feedback_app.handling.ending import archiving
from feedback_app.handling.ending.archived_before import AnsweredBeforeError, objections
from feedback_app.handling.ending.archiving import (
    ArchivedBeforeError,
    ArchiveReasonError,
    NotObjectionableError,
    ObjectionLengthError,
    archive,
    archive_incomplete,
    object_to_archiving,
    restore,
)
from feedback_app.handling.ending.dispute_reviews import open_review_of, send_back
from feedback_app.handling.ending.verdicts import TooLateError
from feedback_app.handling.ending.withdrawal import undo_withdrawal, withdraw
from feedback_app.handling.handing_on.disposition import ReasonLengthError, dispose
from feedback_app.handling.handing_on.referrals import refer_outside
from feedback_app.handling.models import CaseEvent, Reply
from feedback_app.handling.publication.publishing import current_publication, publish
from feedback_app.handling.queries import events_of
from feedback_app.handling.rules import ArchiveReason, CaseStatus, Classification, ReplyKind
from feedback_app.intake.models import Submission
from feedback_app.notifications.models import Message
from feedback_app.notifications.wording import Template
from tests import factories as make
from tests.handling.lives import ALLEGES, LATER, QUESTION, STILL, WHY, Life, new_life

HOUR = timedelta(hours=1)


@pytest.fixture
def at(session: Session) -> Life:
    return new_life(session)


def put_away(at: Life, *, by: int | None = None) -> None:
    archive(at.session, at.case, ArchiveReason.OUT_OF_SCOPE, WHY, user_id=by or at.officer.id, now=LATER)


def deadlines(at: Life) -> tuple[datetime, datetime, datetime | None]:
    return at.case.verify_due_at, at.case.reply_due_at, at.case.resolve_due_at


def last_event(at: Life) -> CaseEvent:
    newest = sa.select(CaseEvent).where(CaseEvent.agency_id == at.case.agency_id).order_by(CaseEvent.id.desc()).limit(1)
    return at.session.scalars(newest).one()


def told(at: Life, template: Template) -> list[int | None]:
    query = sa.select(Message.user_id).where(Message.agency_id == at.case.agency_id, Message.template == template)
    return list(at.session.scalars(query.order_by(Message.user_id)))


def test_archiving_explains_in_public_and_keeps_the_coded_reason(session: Session, at: Life) -> None:
    put_away(at)
    assert (at.case.status, at.case.archive_reason) == (CaseStatus.ARCHIVED, ArchiveReason.OUT_OF_SCOPE)
    said = session.scalars(sa.select(Reply).where(Reply.agency_id == at.case.agency_id)).one()
    assert (said.kind, said.text) == (ReplyKind.EXPLANATION, WHY)
    assert last_event(at).detail == {"archive_reason": "out_of_scope"}


def test_archiving_without_an_explanation_is_refused(session: Session, at: Life) -> None:
    with pytest.raises(ReplyLengthError):
        archive(session, at.case, ArchiveReason.SPAM, " ", user_id=at.officer.id, now=LATER)
    assert at.case.status is CaseStatus.NEW


@pytest.mark.parametrize("reason", [ArchiveReason.WITHDRAWN, ArchiveReason.INCOMPLETE])
def test_officer_gives_no_reason_that_is_the_reporters(session: Session, at: Life, reason: ArchiveReason) -> None:
    with pytest.raises(ArchiveReasonError):
        archive(session, at.case, reason, WHY, user_id=at.officer.id, now=LATER)


def test_objection_brings_the_case_back_as_new_and_tells_the_head(session: Session, at: Life) -> None:
    put_away(at)
    object_to_archiving(session, at.case, f"{STILL} Telepon 081234567890.", now=LATER + HOUR)
    assert (at.case.status, at.case.archive_reason, at.case.clocks_start_at) == (CaseStatus.NEW, None, LATER + HOUR)
    assert last_event(at).reason == f"{STILL} Telepon [TELEPON]."
    assert told(at, Template.ARCHIVE_OBJECTED) == [at.head.id]


def test_objection_to_the_head_goes_to_the_inspectorate_when_there_is_no_other(session: Session, at: Life) -> None:
    put_away(at, by=at.head.id)
    object_to_archiving(session, at.case, STILL, now=LATER + HOUR)
    assert told(at, Template.ARCHIVE_OBJECTED) == [at.inspector.id]
    assert at.case.inspected_since == LATER + HOUR


def test_objection_counts_for_ten_working_days(session: Session, at: Life) -> None:
    put_away(at)
    until = archiving.objectionable_until(session, at.case, events_of(session, at.case.agency_id, at.case.id))
    assert until is not None
    assert until.isoformat() == "2026-05-26T08:00:00+00:00"
    with pytest.raises(TooLateError):
        object_to_archiving(session, at.case, STILL, now=until + timedelta(seconds=1))
    object_to_archiving(session, at.case, STILL, now=until)


def test_objection_says_why(session: Session, at: Life) -> None:
    put_away(at)
    with pytest.raises(ObjectionLengthError):
        object_to_archiving(session, at.case, "Tidak.", now=LATER + HOUR)


def test_whom_the_reporter_objects_to_does_not_archive_again(session: Session, at: Life) -> None:
    put_away(at)
    object_to_archiving(session, at.case, STILL, now=LATER + HOUR)
    with pytest.raises(ArchivedBeforeError):
        put_away(at)
    put_away(at, by=at.colleague.id)
    object_to_archiving(session, at.case, STILL, now=LATER + 2 * HOUR)
    put_away(at, by=at.head.id)
    assert objections(events_of(session, at.case.agency_id, at.case.id)) == 2
    with pytest.raises(NotObjectionableError):
        object_to_archiving(session, at.case, STILL, now=LATER + 3 * HOUR)


def test_case_that_was_not_completed_can_be_completed_later(session: Session, at: Life) -> None:
    life.ask(session, at.case, QUESTION, user_id=at.officer.id, now=LATER)
    ended_at = LATER + timedelta(days=60)
    assert archive_incomplete(session, now=ended_at) == 1
    object_to_archiving(session, at.case, "Di kelurahan Oebobo.", now=ended_at + HOUR)
    assert at.case.status is CaseStatus.NEW


def test_objection_that_alleges_something_goes_past_the_unit(session: Session, at: Life) -> None:
    put_away(at)
    object_to_archiving(session, at.case, ALLEGES, now=LATER + HOUR)
    assert (at.case.status, at.case.classification) == (CaseStatus.NEW, Classification.OVERSIGHT)
    assert at.officer.id not in told(at, Template.ARCHIVE_OBJECTED)
    assert at.head.id not in told(at, Template.ARCHIVE_OBJECTED)


def test_what_the_reporter_took_back_is_theirs_to_bring_back(session: Session, at: Life) -> None:
    withdraw(session, at.case, None, now=LATER)
    with pytest.raises(NotObjectionableError):
        restore(session, at.case, "Menurut kami masih perlu.", user_id=at.officer.id, now=LATER + HOUR)
    with pytest.raises(NotObjectionableError):
        object_to_archiving(session, at.case, STILL, now=LATER + HOUR)
    undo_withdrawal(session, at.case, now=LATER + HOUR)
    assert objections(events_of(session, at.case.agency_id, at.case.id)) == 0


def test_restoring_needs_a_reason_and_gives_the_office_no_new_time(session: Session, at: Life) -> None:
    started, due = at.case.clocks_start_at, deadlines(at)
    put_away(at)
    with pytest.raises(ReasonLengthError):
        restore(session, at.case, " ", user_id=at.officer.id, now=LATER + HOUR)
    restore(session, at.case, "Ternyata jalan kota.", user_id=at.officer.id, now=LATER + HOUR)
    assert (at.case.status, at.case.clocks_start_at, deadlines(at)) == (CaseStatus.NEW, started, due)
    assert list(differences(session, at.case.agency_id)) == []


def test_late_case_that_was_put_away_and_restored_is_as_late_and_goes_up_the_ladder(session: Session, at: Life) -> None:
    long_after = LATER + timedelta(days=60)
    archive(session, at.case, ArchiveReason.UNCLEAR, WHY, user_id=at.officer.id, now=long_after)
    restore(session, at.case, "Salah tekan tadi.", user_id=at.officer.id, now=long_after + HOUR)
    session.flush()
    assert at.case.due_at is not None
    assert at.case.due_at < long_after
    assert escalate(session, now=long_after + 2 * HOUR) == 1
    assert at.case.escalation_step == Step.INSPECTORATE


def test_report_without_its_words_is_not_restored(session: Session, at: Life) -> None:
    put_away(at)
    session.get_one(Submission, (at.case.agency_id, at.case.submission_id)).erased_at = LATER
    with pytest.raises(ReportErasedError):
        restore(session, at.case, "Salah tekan tadi.", user_id=at.officer.id, now=LATER + HOUR)


def test_what_was_published_is_taken_back_when_the_case_is_put_away(session: Session, at: Life) -> None:
    at.lead_to(CaseStatus.IN_PROGRESS)
    publish(session, at.case, "Warga menunggu KTP sejak Maret.", None, user_id=at.officer.id, now=LATER)
    life.release(session, at.case, user_id=at.officer.id, now=LATER)
    put_away(at)
    assert current_publication(session, at.case) is None


def disputed_and_released(at: Life) -> None:
    at.dispute()
    life.release(at.session, at.case, user_id=at.officer.id, now=LATER)


def disputed_and_sent_on(at: Life) -> None:
    at.dispute()
    dispose(at.session, at.case, make.unit(at.session, at.office.agency).id, "Urusan unit lain.", at.officer.id, LATER)


def disputed_sent_back_and_released(at: Life) -> None:
    at.dispute()
    send_back(at.session, at.case, STILL, user_id=at.head.id, now=LATER)
    life.release(at.session, at.case, user_id=at.officer.id, now=LATER)


def disputed_and_taken_back_for_an_hour(at: Life) -> None:
    at.dispute()
    withdraw(at.session, at.case, None, now=LATER)
    undo_withdrawal(at.session, at.case, now=LATER + HOUR)


@pytest.mark.parametrize(
    "way",
    [disputed_and_released, disputed_and_sent_on, disputed_sent_back_and_released, disputed_and_taken_back_for_an_hour],
)
def test_no_officer_ends_a_dispute_by_putting_the_case_away(
    session: Session, at: Life, way: Callable[[Life], None]
) -> None:
    way(at)
    for who in (at.officer, at.colleague, at.head):
        with pytest.raises(AnsweredBeforeError, match="Kirim tanggapan baru"):
            put_away(at, by=who.id)
    with pytest.raises(AnsweredBeforeError):
        refer_outside(session, at.case, "Balai Jalan", "Telepon 0380", WHY, user_id=at.officer.id, now=LATER)


def test_question_after_a_dispute_ends_nothing_when_nobody_answers_it(session: Session, at: Life) -> None:
    at.dispute()
    life.ask(session, at.case, QUESTION, user_id=at.officer.id, now=LATER)
    assert archive_incomplete(session, now=LATER + timedelta(days=60)) == 1
    assert at.case.status is CaseStatus.IN_PROGRESS
    assert open_review_of(session, at.case) is not None
    assert told(at, Template.CASE_RESUMED) == [at.officer.id]
    assert told(at, Template.NOT_COMPLETED) == []


def test_erased_report_is_not_brought_back(session: Session, at: Life) -> None:
    put_away(at)
    sent = session.get_one(Submission, (at.case.agency_id, at.case.submission_id))
    sent.erased_at = LATER
    with pytest.raises(NotObjectionableError):
        object_to_archiving(session, at.case, STILL, now=LATER + HOUR)


def test_reporter_sees_until_when_they_may_object(session: Session, at: Life) -> None:
    put_away(at)
    sent = session.get_one(Submission, (at.case.agency_id, at.case.submission_id))
    assert sent.tracking_hash is not None
    seen = tracked(session, sent.tracking_hash, day=make.TODAY)
    assert seen is not None
    assert seen.case is not None
    assert seen.case.objectionable_until is not None
    assert not seen.case.is_withdrawn
    assert [reply.kind for reply in seen.case.replies] == [ReplyKind.EXPLANATION]
    assert seen.case.answers == []
