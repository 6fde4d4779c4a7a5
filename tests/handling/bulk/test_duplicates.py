"""Reports of the same: merged they stay alive, wait for one answer, and come back wherever it will not do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.clock import office_day
from feedback_app.handling.answers.answering import answer
from feedback_app.handling.bulk.duplicates import (
    NotMergeableError,
    NotMergedError,
    copies_of,
    merge,
    open_copies_of,
    unmerge,
)
from feedback_app.handling.citizens.words import add_message
from feedback_app.handling.desk.reclassification import reclassify
from feedback_app.handling.ending.dispute_reviews import let_stand
from feedback_app.handling.ending.withdrawal import undo_withdrawal, withdraw
from feedback_app.handling.handing_on.disposition import dispose
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.handling.life import ask, report_progress
from feedback_app.handling.models import Case, CaseEvent, Reply
from feedback_app.handling.moves import move
from feedback_app.handling.operations import judge, respond
from feedback_app.handling.rules import CaseStatus, Classification, EventKind, Outcome, ReplyKind
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Office
from tests.handling.bulk.same_event import LAMP, SAME
from tests.handling.lives import ANSWER, LATER, NEWS, QUESTION, new_life


@pytest.fixture
def officer(office: Office) -> User:
    return office.staff(Role.OFFICER)


def pair(office: Office, now: datetime) -> tuple[Case, Case]:
    """An older case, which is due first, and a younger one."""
    return office.report(LAMP, at=now - timedelta(days=2)), office.report(SAME, at=now)


def kinds(session: Session, case: Case) -> list[EventKind]:
    return list(session.scalars(sa.select(CaseEvent.kind).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)))


def test_the_one_due_first_is_answered_for_all_and_no_deadline_moves(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    older, younger = pair(office, now)
    before = (younger.due_at, younger.status, younger.clock)
    main = merge(session, [younger, older], user_id=officer.id, now=now)
    assert main.id == older.id
    assert (younger.duplicate_of, older.duplicate_of) == (older.id, None)
    assert (younger.due_at, younger.status, younger.clock) == before
    assert kinds(session, younger)[-1] is EventKind.MERGED
    [act] = office.acts("handling.merge")
    assert (act.subject_id, act.detail["main_id"]) == (younger.id, older.id)
    day = office_day(now)
    assert [row.id for row in copies_of(session, officer.id, main, day=day)] == [younger.id]
    assert open_copies_of(session, [main.id]) == {younger.id}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"is_confidential": True}, id="confidential"),
        pytest.param({"classification": Classification.OVERSIGHT}, id="an allegation"),
        pytest.param({"classification": Classification.ASPIRATION}, id="of another classification"),
    ],
)
def test_what_cannot_share_an_answer_is_not_merged(
    session: Session, office: Office, officer: User, now: datetime, change: dict[str, Any]
) -> None:
    older, younger = pair(office, now)
    for name, value in change.items():
        setattr(younger, name, value)
    with pytest.raises(NotMergeableError):
        merge(session, [older, younger], user_id=officer.id, now=now)


def test_one_case_alone_an_answered_one_and_one_merged_already_are_not_merged(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    older, younger = pair(office, now)
    with pytest.raises(NotMergeableError):
        merge(session, [older, older], user_id=officer.id, now=now)
    merge(session, [older, younger], user_id=officer.id, now=now)
    third = office.report(SAME, at=now)
    with pytest.raises(NotMergeableError, match=str(younger.id)):
        merge(session, [younger, third], user_id=officer.id, now=now)
    respond(session, third, "Lampu sudah diganti kemarin.", user_id=officer.id, now=now)
    with pytest.raises(NotMergeableError, match=str(third.id)):
        merge(session, [older, third], user_id=officer.id, now=now)


def test_what_was_merged_before_comes_along(session: Session, office: Office, officer: User, now: datetime) -> None:
    oldest = office.report(LAMP, at=now - timedelta(days=3))
    older, younger = pair(office, now)
    merge(session, [older, younger], user_id=officer.id, now=now)
    merge(session, [oldest, older], user_id=officer.id, now=now)
    assert (older.duplicate_of, younger.duplicate_of, oldest.duplicate_of) == (oldest.id, oldest.id, None)


def test_a_report_of_another_unit_is_sent_to_the_unit_that_answers(
    session: Session, office: Office, now: datetime
) -> None:
    below = Office(session, office.agency, make.unit(session, office.agency, parent=office.unit))
    head = office.staff(Role.UNIT_HEAD)
    older, younger = office.report(LAMP, at=now - timedelta(days=2)), below.report(SAME, at=now)
    merge(session, [older, younger], user_id=head.id, now=now)
    assert (younger.unit_id, younger.duplicate_of) == (office.unit.id, older.id)
    assert EventKind.DISPOSED in kinds(session, younger)


def test_who_says_not_solved_stands_alone_again_and_the_others_do_not(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    older, younger = pair(office, now)
    merge(session, [older, younger], user_id=officer.id, now=now)
    for case in (older, younger):
        respond(session, case, "Lampu sudah diganti kemarin.", user_id=officer.id, now=now)
    judge(session, younger, Outcome.DISPUTED, "Lampunya masih padam sampai tadi malam.", now=now)
    assert (younger.status, younger.duplicate_of) == (CaseStatus.IN_PROGRESS, None)
    assert older.status is CaseStatus.ANSWERED
    assert kinds(session, younger)[-1] is EventKind.UNMERGED


def test_a_confirmed_copy_stays_counted_on_its_main(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    older, younger = pair(office, now)
    merge(session, [older, younger], user_id=officer.id, now=now)
    respond(session, younger, "Lampu sudah diganti kemarin.", user_id=officer.id, now=now)
    judge(session, younger, Outcome.CONFIRMED, None, now=now)
    assert (younger.status, younger.duplicate_of) == (CaseStatus.CLOSED, older.id)


def test_when_the_main_report_is_taken_back_the_others_stand_alone(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    older, younger = pair(office, now)
    merge(session, [older, younger], user_id=officer.id, now=now)
    withdraw(session, older, None, now=now)
    assert office.fresh(younger).duplicate_of is None


def test_of_several_the_one_due_first_takes_the_place_of_a_main_report_taken_back(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    oldest = office.report(LAMP, at=now - timedelta(days=4))
    older, younger = pair(office, now)
    closed = office.report(SAME, at=now)
    merge(session, [oldest, older, younger, closed], user_id=officer.id, now=now)
    respond(session, closed, "Lampu sudah diganti kemarin.", user_id=officer.id, now=now)
    withdraw(session, oldest, None, now=now)
    assert [office.fresh(case).duplicate_of for case in (older, younger, closed)] == [None, older.id, older.id]


def test_while_the_reporter_of_the_main_case_is_asked_the_next_one_is_due_for_all(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    oldest = office.report(LAMP, at=now - timedelta(days=4))
    older, younger = pair(office, now)
    merge(session, [oldest, older, younger], user_id=officer.id, now=now)
    move(session, oldest, CaseStatus.ON_HOLD, actor=person(officer.id), now=now, action="handling.ask", held_until=now)
    assert [office.fresh(case).duplicate_of for case in (oldest, older, younger)] == [older.id, None, older.id]


def test_where_every_reporter_is_asked_the_main_case_stays(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    older, younger = pair(office, now)
    merge(session, [older, younger], user_id=officer.id, now=now)
    for case in (younger, older):
        who = person(officer.id)
        move(session, case, CaseStatus.ON_HOLD, actor=who, now=now, action="handling.ask", held_until=now)
    assert [office.fresh(case).duplicate_of for case in (older, younger)] == [None, older.id]


@pytest.mark.parametrize("which", [0, 1], ids=["the main case", "a copy"])
def test_a_case_of_another_classification_leaves_the_others(
    session: Session, office: Office, officer: User, now: datetime, which: int
) -> None:
    cases = pair(office, now)
    merge(session, cases, user_id=officer.id, now=now)
    reclassify(
        session, cases[which], Classification.INFORMATION_REQUEST, "Hanya bertanya.", user_id=officer.id, now=now
    )
    assert [office.fresh(case).duplicate_of for case in cases] == [None, None]


def test_a_withdrawn_copy_that_comes_back_stands_alone(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    older, younger = pair(office, now)
    merge(session, [older, younger], user_id=officer.id, now=now)
    withdraw(session, younger, None, now=now)
    undo_withdrawal(session, younger, now=now)
    assert (younger.status, younger.duplicate_of) == (CaseStatus.NEW, None)


def test_an_allegation_in_the_main_report_leaves_nobody_behind_it(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    older, younger = pair(office, now)
    merge(session, [older, younger], user_id=officer.id, now=now)
    send_past_the_unit(session, older, now=now)
    assert older.is_confidential
    assert (office.fresh(younger).duplicate_of, younger.unit_id) == (None, office.unit.id)


def test_an_allegation_after_the_answer_parts_the_main_report_from_those_that_have_theirs(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    older, younger = pair(office, now)
    third = office.report("Depan pasar inpres gelap, lampu jalannya padam terus.", at=now)
    main = merge(session, [older, younger, third], user_id=officer.id, now=now)
    answer(session, main, ANSWER, user_id=officer.id, now=now)
    judge(session, main, Outcome.DISPUTED, "Lampunya masih padam, dan petugas meminta uang pelicin.", now=now)
    assert office.fresh(older).is_confidential
    # They still are reports of one thing, and are counted as such.
    assert (office.fresh(younger).duplicate_of, office.fresh(third).duplicate_of) == (None, younger.id)
    assert kinds(session, younger)[-1] is EventKind.UNMERGED


def test_an_allegation_in_a_copy_takes_it_alone_past_the_unit(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    older, younger = pair(office, now)
    merge(session, [older, younger], user_id=officer.id, now=now)
    send_past_the_unit(session, younger, now=now)
    assert (younger.duplicate_of, younger.is_confidential, older.is_confidential) == (None, True, False)


def test_copies_go_with_their_main_to_another_unit_and_one_sent_by_itself_stands_alone(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    elsewhere = make.unit(session, office.agency, name="Dinas Perhubungan")
    older, younger = pair(office, now)
    third = office.report(SAME, at=now)
    merge(session, [older, younger, third], user_id=officer.id, now=now)
    dispose(session, third, elsewhere.id, "Urusan perhubungan.", officer.id, now)
    assert (third.duplicate_of, third.unit_id, older.unit_id) == (None, elsewhere.id, office.unit.id)
    dispose(session, older, elsewhere.id, "Urusan perhubungan.", officer.id, now)
    assert (younger.unit_id, younger.duplicate_of) == (elsewhere.id, older.id)


def test_taken_apart_a_case_has_the_deadline_it_always_had(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    older, younger = pair(office, now)
    due_at = younger.due_at
    merge(session, [older, younger], user_id=officer.id, now=now)
    unmerge(session, younger, user_id=officer.id, now=now)
    assert (younger.duplicate_of, younger.due_at) == (None, due_at)
    with pytest.raises(NotMergedError):
        unmerge(session, younger, user_id=officer.id, now=now)


def test_when_a_reviewer_lets_the_answer_to_the_main_case_stand_the_others_go_on(session: Session) -> None:
    at = new_life(session)
    disputed = at.dispute()
    younger = at.office.report(SAME, at=make.NOW + timedelta(days=3))
    assert merge(session, [disputed, younger], user_id=at.officer.id, now=LATER) is disputed
    let_stand(session, disputed, "Tanggapan sudah benar dan lengkap.", user_id=at.head.id, now=LATER)
    assert disputed.status is CaseStatus.CLOSED
    assert at.office.fresh(younger).duplicate_of is None
    assert answer(session, younger, ANSWER, user_id=at.officer.id, now=LATER)


def test_a_copy_whose_reporter_has_told_does_not_wait_for_the_reporter_of_the_main_case(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    older, younger = pair(office, now)
    third = office.report(SAME, at=now)
    merge(session, [older, younger, third], user_id=officer.id, now=now)
    for case in (younger, third, older):
        ask(session, case, QUESTION, user_id=officer.id, now=now)
    add_message(session, younger, "Di Kelurahan Oebobo, RT 3.", now=now)
    assert (younger.status, younger.duplicate_of) == (CaseStatus.IN_PROGRESS, None)
    assert office.fresh(third).duplicate_of == older.id


@pytest.mark.parametrize("goes", ["to another unit", "to another classification"])
def test_the_answer_never_goes_to_a_report_that_came_apart_from_its_main_case(
    session: Session, office: Office, officer: User, now: datetime, goes: str
) -> None:
    older, younger = pair(office, now)
    merge(session, [older, younger], user_id=officer.id, now=now)
    if goes == "to another unit":
        younger.unit_id = make.unit(session, office.agency).id
    else:
        younger.classification = Classification.ASPIRATION
    session.flush()
    sent = answer(session, older, ANSWER, user_id=officer.id, now=now)
    assert [reply.case_id for reply in sent] == [older.id]
    assert (younger.status, younger.duplicate_of) == (CaseStatus.NEW, None)


def test_the_answer_to_an_allegation_goes_to_nobody_else(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    older, younger = pair(office, now)
    merge(session, [older, younger], user_id=officer.id, now=now)
    older.is_confidential = True
    session.flush()
    assert len(answer(session, older, ANSWER, user_id=officer.id, now=now)) == 1
    assert younger.duplicate_of is None


def test_news_of_the_main_case_reach_every_reporter_who_was_not_asked_for_facts(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    older, younger = pair(office, now)
    asked = office.report(SAME, at=now)
    merge(session, [older, younger, asked], user_id=officer.id, now=now)
    ask(session, asked, QUESTION, user_id=officer.id, now=now)
    reply = report_progress(session, older, NEWS, user_id=officer.id, now=now)
    assert reply.case_id == older.id
    told = session.scalars(sa.select(Reply.case_id).where(Reply.kind == ReplyKind.PROGRESS)).all()
    assert sorted(told) == [older.id, younger.id]
    assert (younger.reply_met_at, younger.status, younger.duplicate_of) == (now, CaseStatus.IN_PROGRESS, older.id)
    assert asked.reply_met_at is None
