"""An act that is taken back ties no report to a case whose answer is not meant for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.clock import office_day
from feedback_app.handling.answers.answering import answer
from feedback_app.handling.bulk.acts import Task, do_to_all
from feedback_app.handling.bulk.collective import Chosen
from feedback_app.handling.bulk.duplicates import merge
from feedback_app.handling.bulk.models import BulkAct, BulkKind
from feedback_app.handling.bulk.undo import act_file, undo
from feedback_app.handling.citizens.words import add_message
from feedback_app.handling.desk.reclassification import reclassify
from feedback_app.handling.ending.withdrawal import withdraw
from feedback_app.handling.life import ask
from feedback_app.handling.models import Case, Reply
from feedback_app.handling.operations import respond
from feedback_app.handling.rules import CaseStatus, Classification
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Unit, UnitVersion
from tests import factories as make
from tests.handling.lives import ALLEGES, ANSWER, LATER, QUESTION, WHY, Life, new_life

SOON = LATER + timedelta(minutes=2)


@pytest.fixture
def at(session: Session) -> Life:
    return new_life(session)


def younger(at: Life, days: int) -> Case:
    return at.office.report(f"KTP saya juga belum jadi, sudah {days} hari.", at=make.NOW + timedelta(days=days))


def act_on(at: Life, cases: list[Case], task: Task) -> BulkAct:
    chosen, day = [Chosen(case.id, case.version) for case in cases], office_day(LATER)
    return do_to_all(at.session, chosen, task, user_id=at.officer.id, day=day, now=LATER)


def merged_twice(at: Life) -> tuple[Case, Case, BulkAct]:
    """The third report was merged into the second, and both then into the first; the second, the third, the act."""
    second, third = younger(at, 3), younger(at, 4)
    merge(at.session, [second, third], user_id=at.officer.id, now=LATER)
    return second, third, act_on(at, [at.case, second], Task(BulkKind.MERGE))


def disposed(at: Life, cases: list[Case]) -> tuple[Unit, BulkAct]:
    elsewhere = make.unit(at.session, at.office.agency)
    reader = make.user(at.session)
    make.grant(at.session, reader, Role.OFFICER, at.office.agency, elsewhere)
    return elsewhere, act_on(at, cases, Task(BulkKind.DISPOSE, to_unit_id=elsewhere.id, reason=WHY))


def answers_of(session: Session, case: Case) -> list[str]:
    return list(session.scalars(sa.select(Reply.text).where(Reply.case_id == case.id)))


def test_a_report_does_not_go_back_behind_one_that_alleges_something_since(session: Session, at: Life) -> None:
    second, third, act = merged_twice(at)
    add_message(session, second, ALLEGES, now=LATER)
    assert undo(session, at.officer.id, act.id, now=SOON) == (2, 1)
    assert at.office.fresh(third).duplicate_of is None
    answer(session, second, ANSWER, user_id=at.inspector.id, now=SOON)
    assert answers_of(session, third) == []
    assert third.status is CaseStatus.NEW


def _withdrawn(at: Life, case: Case) -> None:
    withdraw(at.session, case, None, now=LATER)


def _answered(at: Life, case: Case) -> None:
    respond(at.session, case, ANSWER, user_id=at.officer.id, now=LATER)


def _asked(at: Life, case: Case) -> None:
    ask(at.session, case, QUESTION, user_id=at.officer.id, now=LATER)


def _of_another_kind(at: Life, case: Case) -> None:
    reclassify(at.session, case, Classification.INFORMATION_REQUEST, WHY, user_id=at.officer.id, now=LATER)


@pytest.mark.parametrize("changed", [_withdrawn, _answered, _asked, _of_another_kind])
def test_a_report_stands_alone_where_the_earlier_main_case_answers_no_more(
    session: Session, at: Life, changed: Any
) -> None:
    second, third, act = merged_twice(at)
    changed(at, second)
    session.flush()
    undo(session, at.officer.id, act.id, now=SOON)
    assert at.office.fresh(third).duplicate_of is None


def test_what_was_taken_along_to_another_unit_comes_back_with_its_main_case(session: Session, at: Life) -> None:
    copy = younger(at, 3)
    merge(session, [at.case, copy], user_id=at.officer.id, now=LATER)
    _elsewhere, act = disposed(at, [at.case])
    assert copy.unit_id != at.office.unit.id
    assert undo(session, at.officer.id, act.id, now=SOON) == (2, 0)
    assert copy.unit_id == at.office.unit.id
    assert copy.duplicate_of == at.case.id


def test_of_a_main_case_and_its_copy_both_ticked_the_copy_goes_along_once(session: Session, at: Life) -> None:
    # The copy has the lower number.
    main = at.office.report("KTP saya belum jadi sejak Januari.", at=make.NOW - timedelta(days=9))
    merge(session, [at.case, main], user_id=at.officer.id, now=LATER)
    elsewhere, act = disposed(at, [at.case, main])
    assert [item.refused for item in act_file(session, at.officer.id, act.id).items] == [None, None]
    assert (at.case.unit_id, at.case.duplicate_of) == (elsewhere.id, main.id)


def test_what_was_merged_in_the_other_unit_stays_there_and_stands_alone(session: Session, at: Life) -> None:
    elsewhere, act = disposed(at, [at.case])
    there = younger(at, 3)
    there.unit_id = elsewhere.id
    session.flush()
    merge(session, [at.case, there], user_id=at.officer.id, now=LATER)
    undo(session, at.officer.id, act.id, now=SOON)
    assert (at.case.unit_id, there.unit_id, there.duplicate_of) == (at.office.unit.id, elsewhere.id, None)


def test_a_copy_sent_on_by_itself_that_others_wait_for_since_is_not_tied_again(session: Session, at: Life) -> None:
    copy = younger(at, 3)
    merge(session, [at.case, copy], user_id=at.officer.id, now=LATER)
    elsewhere, act = disposed(at, [copy])
    there = younger(at, 40)
    there.unit_id = elsewhere.id
    session.flush()
    merge(session, [copy, there], user_id=at.officer.id, now=LATER)
    undo(session, at.officer.id, act.id, now=SOON)
    assert (copy.unit_id, copy.duplicate_of, there.duplicate_of) == (at.office.unit.id, None, None)


def test_a_copy_sent_on_by_itself_is_merged_again_when_that_is_undone(session: Session, at: Life) -> None:
    copy = younger(at, 3)
    merge(session, [at.case, copy], user_id=at.officer.id, now=LATER)
    _elsewhere, act = disposed(at, [copy])
    assert at.office.fresh(copy).duplicate_of is None
    undo(session, at.officer.id, act.id, now=SOON)
    assert (copy.unit_id, copy.duplicate_of) == (at.office.unit.id, at.case.id)


def test_where_the_unit_has_ended_the_case_stays_and_the_others_come_back(session: Session, at: Life) -> None:
    ended = make.unit(session, at.office.agency)
    stays, back = younger(at, 1), younger(at, 2)
    make.grant(session, at.officer, Role.OFFICER, at.office.agency, ended)
    stays.unit_id = ended.id
    session.flush()
    elsewhere, act = disposed(at, [stays, back])
    session.execute(
        sa.update(UnitVersion)
        .where(UnitVersion.unit_id == ended.id)
        .values(starts_on=office_day(LATER) - timedelta(days=9), ends_on=office_day(LATER) - timedelta(days=1))
    )
    session.expire_all()
    assert undo(session, at.officer.id, act.id, now=SOON) == (1, 1)
    assert (stays.unit_id, back.unit_id) == (elsewhere.id, at.office.unit.id)
    told = {item.case_id: item.kept for item in act_file(session, at.officer.id, act.id).items}
    assert "sudah ditutup" in str(told[stays.id])
    assert told[back.id] is None
