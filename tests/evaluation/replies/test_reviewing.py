"""Who decides a contest, who may not, and what a decision does to the figures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from feedback_app.audit.operations import SYSTEM
from feedback_app.evaluation.attribution.models import RatingExclusion
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.cycles.progress import waiting_replies
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies import queries, reviewing
from feedback_app.evaluation.replies.conflicts import Conflict, candidates
from feedback_app.evaluation.replies.contestable import months_of
from feedback_app.evaluation.replies.contests import ContestEndedError, withdraw
from feedback_app.evaluation.replies.models import Contest
from feedback_app.evaluation.replies.reviewing import Decision
from feedback_app.evaluation.replies.rules import ContestKind, ContestOutcome, ContestReason, ContestState, Correction
from feedback_app.evaluation.result_models import Score, UnitScore
from feedback_app.evaluation.rules import CycleStatus
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.notifications.models import Message
from feedback_app.notifications.templates import Template
from feedback_app.organisation.people.records import unlink_account
from feedback_app.organisation.rules import AssignmentKind
from tests import factories as make
from tests.evaluation.closed import computed
from tests.evaluation.replies.people import BAD_WORDS, WORDS, Replies

WHY = "Surat cutinya sah, jadi orang lain yang melayani pada hari itu."


def assign(replies: Replies, contest: Contest, to: User | None = None, **values: int | None) -> None:
    given: dict[str, Any] = {"seen": contest.reviewer_id, "user_id": replies.evaluator.id, **values}
    reviewing.assign(
        replies.session, replies.cycle, contest, (to or replies.reviewer).id, **given,
        today=replies.today, now=replies.now,
    )  # fmt: skip


def decide(
    replies: Replies, contest: Contest, outcome: ContestOutcome = ContestOutcome.UPHELD,
    correction: Correction | None = None, explanation: str = WHY, by: User | None = None,
) -> int:  # fmt: skip
    return reviewing.decide(
        replies.session, replies.cycle, contest, Decision(outcome, explanation, correction),
        user_id=(by or replies.reviewer).id, today=replies.today, now=replies.now,
    )  # fmt: skip


def reviewer_with(replies: Replies, conflict: Conflict) -> User:
    """Somebody who reviews contests and stands too near to this one."""
    session, office = replies.session, replies.office
    if conflict is Conflict.SUBJECT:
        make.grant(session, replies.account, Role.REVIEWER, office.agency)
        return replies.account
    who = make.user(session, name=f"Penelaah {conflict.value}")
    if conflict is Conflict.OUT_OF_REACH:
        make.grant(session, who, Role.REVIEWER, office.agency, make.unit(session, office.agency))
        return who
    make.grant(session, who, Role.REVIEWER, office.agency)
    if conflict is Conflict.LEADS:
        head = make.employee(session, office.agency, user_id=who.id)
        make.assignment(session, head, replies.above, is_head=True)
    return who


@pytest.mark.parametrize("conflict", [Conflict.SUBJECT, Conflict.LEADS, Conflict.OUT_OF_REACH])
def test_whoever_stands_too_near_is_not_offered_and_refused_when_named_by_hand(
    replies: Replies, conflict: Conflict
) -> None:
    contest, near = replies.file(), reviewer_with(replies, conflict)
    offered = candidates(replies.session, replies.cycle, contest, today=replies.today)
    assert {one.user_id: one.conflict for one in offered} == {replies.reviewer.id: None, near.id: conflict}
    with pytest.raises(reviewing.ReviewerConflictError):
        assign(replies, contest, near)


def test_cutting_the_link_does_not_let_the_employee_review_the_own_contest(replies: Replies) -> None:
    contest = replies.file()
    make.grant(replies.session, replies.account, Role.REVIEWER, replies.office.agency)
    unlink_account(replies.session, replies.officer, actor=SYSTEM, now=replies.now, today=replies.today)
    offered = candidates(replies.session, replies.cycle, contest, today=replies.today)
    assert {one.user_id: one.conflict for one in offered}[replies.account.id] is Conflict.SUBJECT
    with pytest.raises(IntegrityError, match="own contest"), replies.session.begin_nested():
        replies.session.execute(
            sa.update(Contest).where(Contest.id == contest.id).values(reviewer_id=replies.account.id)
        )


def test_the_head_of_the_own_unit_by_role_is_not_offered(replies: Replies) -> None:
    make.grant(replies.session, replies.reviewer, Role.UNIT_HEAD, replies.office.agency, replies.office.unit)
    [only] = candidates(replies.session, replies.cycle, replies.file(), today=replies.today)
    assert only.conflict is Conflict.LEADS


def test_the_head_of_another_unit_may_decide(replies: Replies) -> None:
    elsewhere = make.unit(replies.session, replies.office.agency, parent=replies.above)
    make.grant(replies.session, replies.reviewer, Role.UNIT_HEAD, replies.office.agency, elsewhere)
    [only] = candidates(replies.session, replies.cycle, replies.file(), today=replies.today)
    assert only.conflict is None


def test_whoever_becomes_head_after_being_named_decides_no_more(replies: Replies) -> None:
    contest = replies.file()
    assign(replies, contest)
    make.grant(replies.session, replies.reviewer, Role.UNIT_HEAD, replies.office.agency, replies.above)
    with pytest.raises(reviewing.ReviewerConflictError):
        decide(replies, contest)


def test_an_account_without_the_role_is_refused(replies: Replies) -> None:
    with pytest.raises(reviewing.ReviewerConflictError):
        assign(replies, replies.file(), replies.evaluator)


def test_the_subject_names_nobody_even_as_an_evaluator(replies: Replies) -> None:
    with pytest.raises(reviewing.AssignerConflictError):
        assign(replies, replies.file(), user_id=replies.account.id)


@pytest.mark.parametrize("column", ["reviewer_id", "assigned_by", "corrected_by"])
def test_the_database_refuses_the_subject_in_every_part(replies: Replies, column: str) -> None:
    contest = replies.file()
    with pytest.raises(IntegrityError), replies.session.begin_nested():
        replies.session.execute(sa.update(Contest).where(Contest.id == contest.id).values({column: replies.account.id}))


def test_of_two_evaluators_the_slower_is_told(replies: Replies) -> None:
    contest = replies.file()
    second = make.user(replies.session)
    make.grant(replies.session, second, Role.REVIEWER, replies.office.agency)
    assign(replies, contest)
    with pytest.raises(reviewing.ReviewerChangedError):
        assign(replies, contest, second, seen=None)


def test_the_reviewer_is_told_by_a_link_and_no_words(replies: Replies) -> None:
    contest = replies.file()
    assign(replies, contest)
    decide(replies, contest)
    found = replies.session.scalars(sa.select(Message).where(Message.template.startswith("contest")))
    sent = {message.template: message for message in found}
    assert sent[Template.CONTEST_ASSIGNED].user_id == replies.reviewer.id
    assert sent[Template.CONTEST_DECIDED].user_id == replies.account.id
    assert all(message.params == {"contest": contest.id, "cycle": replies.cycle.id} for message in sent.values())


@pytest.mark.parametrize(
    ("reason", "for_one"),
    [
        pytest.param(ContestReason.WRONG_PERSON, True, id="another's work still counts for others"),
        pytest.param(ContestReason.OUTSIDE_AUTHORITY, True, id="beyond one's say still counts for others"),
        pytest.param(ContestReason.ABUSE, False, id="abuse counts for nobody"),
        pytest.param(ContestReason.DUPLICATE, False, id="a double counts for nobody"),
    ],
)
def test_an_upheld_rating_is_left_out(replies: Replies, reason: ContestReason, for_one: bool) -> None:
    contest = replies.file(reason=reason)
    assign(replies, contest)
    assert decide(replies, contest) == 1
    row = replies.session.scalars(sa.select(RatingExclusion)).one()
    assert (row.submission_id, row.contest_id) == (contest.submission_id, contest.id)
    assert (row.employee_id is not None) is for_one
    assert row.reason is Exclusion(reason.value)


def test_an_upheld_month_leaves_out_every_rating_of_that_person_in_it(replies: Replies) -> None:
    [april] = [m for m in months_of(replies.session, replies.cycle, replies.officer.id) if m.month.month == 4]
    contest = replies.file(replies.thing(ContestKind.MONTH, april.name))
    assign(replies, contest)
    left_out = decide(replies, contest)
    assert left_out == len(replies.session.scalars(sa.select(RatingExclusion)).all())
    # The colleague's ratings of the same unit and month stay.
    assert {row.employee_id for row in replies.session.scalars(sa.select(RatingExclusion))} == {replies.officer.id}
    before = score_of(replies).n
    computed(replies.session, replies.cycle, now=replies.now + timedelta(hours=1), note="sanggahan")
    after = score_of(replies)
    assert after.n == before - left_out
    assert after.n_excluded == left_out


@pytest.mark.parametrize("reason", list(ContestReason))
def test_a_month_is_left_out_for_its_employee_alone_whatever_the_reason(
    replies: Replies, reason: ContestReason
) -> None:
    month = months_of(replies.session, replies.cycle, replies.officer.id)[0]
    units = replies.session.scalars(sa.select(UnitScore.n).order_by(UnitScore.unit_id)).all()
    contest = replies.file(replies.thing(ContestKind.MONTH, month.name), reason=reason)
    assign(replies, contest)
    assert decide(replies, contest) > 0
    assert set(replies.session.scalars(sa.select(RatingExclusion.employee_id))) == {replies.officer.id}
    computed(replies.session, replies.cycle, now=replies.now + timedelta(hours=1), note="sanggahan")
    replies.session.expire_all()
    assert replies.session.scalars(sa.select(UnitScore.n).order_by(UnitScore.unit_id)).all() == units


def score_of(replies: Replies) -> Score:
    key = (replies.cycle.agency_id, replies.cycle.id, replies.officer.id)
    return replies.session.get_one(Score, key, populate_existing=True)


def test_a_rejected_contest_changes_nothing(replies: Replies) -> None:
    contest = replies.file()
    assign(replies, contest)
    assert decide(replies, contest, ContestOutcome.REJECTED) == 0
    assert replies.session.scalars(sa.select(RatingExclusion)).all() == []
    assert waiting_replies(replies.session, replies.cycle).newer_than_figures == 0


def test_an_upheld_post_waits_for_personnel_until_somebody_else_says_it_is_right(replies: Replies) -> None:
    contest = replies.file(replies.thing(ContestKind.FIGURE))
    assign(replies, contest)
    with pytest.raises(reviewing.OutcomeError):
        decide(replies, contest, ContestOutcome.PARTLY)
    decide(replies, contest, ContestOutcome.PARTLY, Correction.POSTS)
    assert waiting_replies(replies.session, replies.cycle).uncorrected == 1
    with pytest.raises(reviewing.AssignerConflictError):
        reviewing.mark_corrected(replies.session, replies.cycle, contest, user_id=replies.account.id, now=replies.now)
    with pytest.raises(reviewing.NothingChangedError):
        reviewing.mark_corrected(replies.session, replies.cycle, contest, user_id=replies.evaluator.id, now=replies.now)
    assert contest.decided_at is not None
    later = contest.decided_at + timedelta(minutes=1)
    make.assignment(
        replies.session, replies.officer, replies.office.unit, recorded_at=later, kind=AssignmentKind.ADDITIONAL
    )
    reviewing.mark_corrected(replies.session, replies.cycle, contest, user_id=replies.evaluator.id, now=later)
    assert waiting_replies(replies.session, replies.cycle).uncorrected == 0
    assert waiting_replies(replies.session, replies.cycle).newer_than_figures == 1


def test_a_rating_is_not_right_in_part(replies: Replies) -> None:
    contest = replies.file()
    assign(replies, contest)
    with pytest.raises(reviewing.OutcomeError):
        decide(replies, contest, ContestOutcome.PARTLY)


@pytest.mark.parametrize(
    "explanation", [pytest.param("Tidak.", id="too short"), pytest.param("x" * 4001, id="too long")]
)
def test_a_decision_is_explained(replies: Replies, explanation: str) -> None:
    contest = replies.file()
    assign(replies, contest)
    with pytest.raises(reviewing.ExplanationLengthError):
        decide(replies, contest, explanation=explanation)


def test_only_the_named_reviewer_decides_and_only_once(replies: Replies) -> None:
    contest = replies.file()
    assign(replies, contest)
    second = make.user(replies.session)
    make.grant(replies.session, second, Role.REVIEWER, replies.office.agency)
    with pytest.raises(ContestEndedError):
        decide(replies, contest, by=second)
    decide(replies, contest)
    with pytest.raises(ContestEndedError):
        decide(replies, contest)


def test_what_was_taken_back_meanwhile_is_not_decided(replies: Replies) -> None:
    contest = replies.file()
    assign(replies, contest)
    withdraw(replies.session, contest, user_id=replies.account.id, now=replies.now)
    with pytest.raises(ContestEndedError):
        decide(replies, contest)
    assert waiting_replies(replies.session, replies.cycle).undecided == 0


def test_a_reviewed_cycle_takes_no_decision(replies: Replies) -> None:
    contest = replies.file()
    replies.session.execute(sa.update(Cycle).values(status=CycleStatus.REVIEWED))
    with pytest.raises(reviewing.CycleClosedError):
        assign(replies, contest)


def test_the_reviewer_reads_the_words_the_month_and_the_posts_and_no_more(replies: Replies) -> None:
    item = next(one for one in replies.items() if one.words == BAD_WORDS)
    contest = replies.file(replies.thing(ContestKind.RATING, item.handle), words=WORDS)
    assign(replies, contest)
    row = queries.contest_of_reviewer(replies.session, replies.reviewer.id, contest.id)
    known = queries.known_about(replies.session, row)
    assert known.words == BAD_WORDS
    assert [post.position for post, _unit in known.posts] == ["Pelaksana"]
    assert contest.state is ContestState.ASSIGNED
    assert row.unit_name
