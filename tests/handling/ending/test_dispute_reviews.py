"""A disputed answer is looked at by somebody who did not write it, in code and in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.handling.ending.dispute_reviews import (
    NoReviewError,
    OwnAnswerError,
    ReviewLengthError,
    let_stand,
    open_review_of,
    reviews_of,
    send_back,
)
from feedback_app.handling.ending.models import DisputeReview, ReviewVerdict
from feedback_app.handling.ending.verdicts import ReviewedError
from feedback_app.handling.ending.withdrawal import withdraw
from feedback_app.handling.handing_on.disposition import dispose
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.handling.life import release
from feedback_app.handling.models import Reply
from feedback_app.handling.operations import judge, respond
from feedback_app.handling.queries import UnknownCaseError, case_for
from feedback_app.handling.rules import CaseStatus, MoveNotAllowedError, Outcome, ReplyKind
from feedback_app.identity.rules import Permission, Role
from feedback_app.notifications.models import Message
from feedback_app.notifications.wording import Template
from tests import factories as make
from tests.handling.lives import ALLEGES, ANSWER, LATER, STILL, WHY, Life, new_life

HOUR = timedelta(hours=1)
MORE = "Cek lagi di loket: KTP pelapor belum dicetak."


@pytest.fixture
def at(session: Session) -> Life:
    return new_life(session)


def asked(at: Life) -> list[int | None]:
    query = sa.select(Message.user_id).where(
        Message.agency_id == at.case.agency_id, Message.template == Template.REVIEW_WANTED
    )
    return list(at.session.scalars(query.order_by(Message.user_id)))


def test_dispute_opens_a_review_and_asks_the_head_of_the_unit(session: Session, at: Life) -> None:
    at.dispute()
    review = open_review_of(session, at.case)
    assert review is not None
    assert (review.answered_by, review.opened_at) == (at.officer.id, LATER)
    assert asked(at) == [at.head.id]


def test_answer_of_the_head_is_reviewed_above(session: Session) -> None:
    at = new_life(session)
    top = make.unit(session, at.office.agency)
    session.execute(
        sa.text("UPDATE unit_versions SET parent_id = :top WHERE unit_id = :unit"),
        {"top": top.id, "unit": at.office.unit.id},
    )
    above = make.user(session)
    make.grant(session, above, Role.UNIT_HEAD, at.office.agency, top)
    respond(session, at.case, ANSWER, user_id=at.head.id, now=LATER)
    at.dispute()
    assert asked(at) == [above.id]


def test_answer_of_the_only_head_is_reviewed_by_the_inspectorate_which_reads_it_from_then_on(
    session: Session, at: Life
) -> None:
    respond(session, at.case, ANSWER, user_id=at.head.id, now=LATER)
    with pytest.raises(UnknownCaseError):
        case_for(session, at.inspector.id, at.case.id, permission=Permission.REVIEW_DISPUTE, day=make.TODAY)
    at.dispute()
    assert asked(at) == [at.inspector.id]
    seen = case_for(session, at.inspector.id, at.case.id, permission=Permission.REVIEW_DISPUTE, day=make.TODAY)
    let_stand(session, seen, WHY, user_id=at.inspector.id, now=LATER + HOUR)
    assert at.case.status is CaseStatus.CLOSED
    with pytest.raises(UnknownCaseError):
        case_for(session, at.inspector.id, at.case.id, permission=Permission.ANSWER_CASE, day=make.TODAY)


def test_nobody_reviews_an_answer_of_their_own(session: Session, at: Life) -> None:
    respond(session, at.case, ANSWER, user_id=at.head.id, now=LATER)
    at.dispute()
    for decide in (send_back, let_stand):
        with pytest.raises(OwnAnswerError):
            decide(session, at.case, MORE, user_id=at.head.id, now=LATER + HOUR)


def test_who_wrote_an_earlier_answer_does_not_review_a_later_one(session: Session, at: Life) -> None:
    respond(session, at.case, ANSWER, user_id=at.head.id, now=LATER)
    at.dispute()
    respond(session, at.case, ANSWER, user_id=at.officer.id, now=LATER + HOUR)
    at.dispute(LATER + HOUR)
    with pytest.raises(OwnAnswerError):
        let_stand(session, at.case, WHY, user_id=at.head.id, now=LATER + 2 * HOUR)


def test_database_refuses_a_review_by_the_author_too(session: Session, at: Life) -> None:
    at.dispute()
    with pytest.raises(IntegrityError, match="not_by_who_answered"):
        session.execute(
            sa.update(DisputeReview)
            .where(DisputeReview.agency_id == at.case.agency_id)
            .values(reviewer_id=at.officer.id, verdict=ReviewVerdict.STANDS, words=WHY, decided_at=LATER)
        )


def test_sent_back_answer_leaves_the_case_with_its_officer_and_words_for_them_alone(session: Session, at: Life) -> None:
    at.dispute()
    seen, said = at.case.version, session.scalar(sa.select(sa.func.count()).select_from(Reply))
    send_back(session, at.case, f"{MORE} Telepon 081234567890.", user_id=at.head.id, now=LATER + HOUR)
    assert (at.case.status, at.case.assigned_to) == (CaseStatus.IN_PROGRESS, at.officer.id)
    assert at.case.version > seen
    assert session.scalar(sa.select(sa.func.count()).select_from(Reply)) == said
    assert [row.words for row in reviews_of(session, at.case)] == [f"{MORE} Telepon [TELEPON]."]
    assert open_review_of(session, at.case) is None
    assert len(at.office.acts("handling.review")) == 1


def test_answer_that_stands_ends_the_case_as_disputed_with_an_explanation(session: Session, at: Life) -> None:
    at.dispute()
    let_stand(session, at.case, WHY, user_id=at.head.id, now=LATER + HOUR)
    assert (at.case.status, at.case.outcome) == (CaseStatus.CLOSED, Outcome.DISPUTED)
    last = session.scalars(
        sa.select(Reply).where(Reply.agency_id == at.case.agency_id).order_by(Reply.id.desc()).limit(1)
    ).one()
    assert (last.kind, last.text, last.author_id) == (ReplyKind.EXPLANATION, WHY, at.head.id)


def test_after_a_review_the_agency_has_no_further_door(session: Session, at: Life) -> None:
    at.dispute()
    let_stand(session, at.case, WHY, user_id=at.head.id, now=LATER + HOUR)
    with pytest.raises(ReviewedError, match="Ombudsman"):
        judge(session, at.case, Outcome.DISPUTED, STILL, now=LATER + 2 * HOUR)


def test_new_answer_lets_an_open_review_lapse(session: Session, at: Life) -> None:
    at.dispute()
    respond(session, at.case, ANSWER, user_id=at.officer.id, now=LATER + HOUR)
    assert open_review_of(session, at.case) is None
    with pytest.raises((NoReviewError, MoveNotAllowedError)):
        let_stand(session, at.case, WHY, user_id=at.head.id, now=LATER + 2 * HOUR)
    at.dispute(LATER + 3 * HOUR)
    assert open_review_of(session, at.case) is not None


def test_review_lapses_when_the_reporter_takes_the_report_back(session: Session, at: Life) -> None:
    at.dispute()
    withdraw(session, at.case, None, now=LATER + HOUR)
    assert open_review_of(session, at.case) is None


def test_review_lapses_when_the_case_goes_past_the_unit(session: Session, at: Life) -> None:
    at.dispute()
    send_past_the_unit(session, at.case, now=LATER + HOUR)
    assert open_review_of(session, at.case) is None


def test_dispute_that_alleges_something_is_examined_and_not_reviewed(session: Session, at: Life) -> None:
    respond(session, at.case, ANSWER, user_id=at.officer.id, now=LATER)
    judge(session, at.case, Outcome.DISPUTED, ALLEGES, now=LATER)
    assert open_review_of(session, at.case) is None
    assert asked(at) == []


def test_answer_stands_only_while_somebody_works_on_the_case(session: Session, at: Life) -> None:
    at.dispute()
    release(session, at.case, user_id=at.officer.id, now=LATER + HOUR)
    with pytest.raises(MoveNotAllowedError):
        let_stand(session, at.case, WHY, user_id=at.head.id, now=LATER + 2 * HOUR)


def test_decision_says_why(session: Session, at: Life) -> None:
    at.dispute()
    with pytest.raises(ReviewLengthError):
        send_back(session, at.case, "Tidak.", user_id=at.head.id, now=LATER + HOUR)


def test_second_decision_finds_nothing_to_decide(session: Session, at: Life) -> None:
    at.dispute()
    send_back(session, at.case, MORE, user_id=at.head.id, now=LATER + HOUR)
    with pytest.raises(NoReviewError):
        send_back(session, at.case, MORE, user_id=at.head.id, now=LATER + HOUR)


def test_heads_of_the_unit_a_disputed_case_is_sent_on_to_are_asked(session: Session, at: Life) -> None:
    other = make.unit(session, at.office.agency)
    head_there = make.user(session)
    make.grant(session, head_there, Role.UNIT_HEAD, at.office.agency, other)
    at.dispute()
    dispose(session, at.case, other.id, "Urusan unit itu.", at.officer.id, LATER + HOUR)
    assert set(asked(at)) == {at.head.id, head_there.id}


def test_case_that_nobody_disputes_is_sent_on_without_a_review(session: Session, at: Life) -> None:
    other = make.unit(session, at.office.agency)
    head_there = make.user(session)
    make.grant(session, head_there, Role.UNIT_HEAD, at.office.agency, other)
    dispose(session, at.case, other.id, "Urusan unit itu.", at.officer.id, LATER)
    assert asked(at) == []
