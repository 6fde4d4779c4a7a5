"""One act on many cases: each by itself, and back again where nobody has gone on working."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.clock import office_day
from feedback_app.handling.bulk.acts import (
    CHOSEN_MOST,
    NothingChosenError,
    SeveralAgenciesError,
    Task,
    TooManyForOneActError,
    do_to_all,
)
from feedback_app.handling.bulk.collective import Chosen
from feedback_app.handling.bulk.duplicates import merge
from feedback_app.handling.bulk.models import BulkAct, BulkKind
from feedback_app.handling.bulk.undo import UNDO_FOR, TooLateToUndoError, UnknownActError, act_file, undo
from feedback_app.handling.life import verify
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.operations import take
from feedback_app.handling.rules import CaseStatus
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Office, new_office

NOW = clock.utcnow()
KEPT = (
    "status", "unit_id", "assigned_to", "duplicate_of", "verified_at", "verify_due_at", "reply_due_at",
    "resolve_due_at", "clock", "due_at", "escalation_step", "escalate_at", "reply_met_at", "clocks_start_at",
)  # fmt: skip


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def head(office: Office) -> User:
    return office.staff(Role.UNIT_HEAD)


def reports(office: Office, count: int = 3) -> list[Case]:
    return [office.report(f"Laporan nomor {number} dari warga.", at=NOW) for number in range(count)]


def act_on(session: Session, who: User, cases: list[Case], task: Task) -> BulkAct:
    chosen = [Chosen(case.id, case.version) for case in cases]
    return do_to_all(session, chosen, task, user_id=who.id, day=office_day(NOW), now=NOW)


def state(case: Case) -> dict[str, object]:
    return {name: getattr(case, name) for name in KEPT}


def outcome(session: Session, who: User, act: BulkAct) -> dict[int, str | None]:
    return {item.case_id: item.refused for item in act_file(session, who.id, act.id).items}


def tasks(session: Session, office: Office) -> dict[BulkKind, Task]:
    colleague = office.staff(Role.OFFICER)
    sibling = make.unit(session, office.agency)
    return {
        BulkKind.VERIFY: Task(BulkKind.VERIFY),
        BulkKind.ASSIGN: Task(BulkKind.ASSIGN, to_user_id=colleague.id),
        BulkKind.DISPOSE: Task(BulkKind.DISPOSE, to_unit_id=sibling.id, reason="Urusan unit sebelah."),
        BulkKind.MERGE: Task(BulkKind.MERGE),
    }


def test_each_case_is_done_and_noted(session: Session, office: Office, head: User) -> None:
    cases = reports(office)
    act = act_on(session, head, cases, Task(BulkKind.VERIFY))
    assert {case.status for case in cases} == {CaseStatus.VERIFIED}
    assert outcome(session, head, act) == dict.fromkeys([case.id for case in cases])
    assert [event.detail["cases"] for event in office.acts("handling.bulk_verify")] == [3]
    assert len(office.acts("handling.verify")) == 3


def test_what_cannot_be_done_to_one_is_told_and_stops_no_other(session: Session, office: Office, head: User) -> None:
    cases = reports(office)
    take(session, cases[1], user_id=head.id, now=NOW)
    act = act_on(session, head, cases, Task(BulkKind.VERIFY))
    told = outcome(session, head, act)
    assert told[cases[0].id] is None
    assert told[cases[2].id] is None
    assert "sudah diverifikasi" in str(told[cases[1].id])
    assert [case.status for case in cases] == [CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS, CaseStatus.VERIFIED]


def test_a_case_that_changed_since_it_was_ticked_is_left_as_it_is(session: Session, office: Office, head: User) -> None:
    case, other = reports(office, 2)
    chosen = [Chosen(case.id, case.version), Chosen(other.id, other.version)]
    verify(session, case, user_id=office.staff(Role.OFFICER).id, now=NOW)
    task = tasks(session, office)[BulkKind.DISPOSE]
    act = do_to_all(session, chosen, task, user_id=head.id, day=office_day(NOW), now=NOW)
    assert "berubah sejak Anda memilihnya" in str(outcome(session, head, act)[case.id])
    assert case.unit_id == office.unit.id
    assert other.unit_id == task.to_unit_id


def test_a_case_of_another_unit_does_not_exist_for_the_act(session: Session, office: Office, head: User) -> None:
    own, foreign = office.report(), new_office(session).report()
    act = act_on(session, head, [own, foreign], Task(BulkKind.VERIFY))
    assert list(outcome(session, head, act)) == [own.id]
    assert foreign.status is CaseStatus.NEW
    with pytest.raises(NothingChosenError):
        act_on(session, head, [foreign], Task(BulkKind.VERIFY))


def test_an_act_is_of_one_agency_and_of_so_many_cases(session: Session, office: Office, head: User) -> None:
    elsewhere = new_office(session)
    make.grant(session, head, Role.UNIT_HEAD, elsewhere.agency, elsewhere.unit)
    with pytest.raises(SeveralAgenciesError):
        act_on(session, head, [office.report(), elsewhere.report()], Task(BulkKind.VERIFY))
    with pytest.raises(TooManyForOneActError):
        do_to_all(
            session, [Chosen(number) for number in range(CHOSEN_MOST + 1)], Task(BulkKind.VERIFY), user_id=head.id,
            day=office_day(NOW), now=NOW,
        )  # fmt: skip


@pytest.mark.parametrize("kind", [BulkKind.VERIFY, BulkKind.ASSIGN, BulkKind.DISPOSE, BulkKind.MERGE])
def test_an_act_that_is_undone_leaves_every_case_as_it_was(
    session: Session, office: Office, head: User, kind: BulkKind
) -> None:
    cases = reports(office)
    if kind is not BulkKind.VERIFY:
        # One that a colleague works on already.
        take(session, cases[1], user_id=head.id, now=NOW)
    session.flush()
    before = [state(case) for case in cases]
    act = act_on(session, head, cases, tasks(session, office)[kind])
    assert set(outcome(session, head, act).values()) == {None}
    assert [state(case) for case in cases] != before
    counts = undo(session, head.id, act.id, now=NOW + timedelta(minutes=1))
    assert [state(office.fresh(case)) for case in cases] == before
    assert counts == (3, 0)
    assert len(office.acts("handling.undo_bulk")) == 1
    events = session.scalars(sa.select(CaseEvent).where(CaseEvent.case_id == cases[2].id)).all()
    assert all(event.actor_id in {None, head.id} for event in events)


def test_what_was_merged_before_goes_back_to_where_it_was(session: Session, office: Office, head: User) -> None:
    first, second, third = reports(office)
    second.due_at, first.due_at = NOW + timedelta(days=1), NOW + timedelta(days=2)
    session.flush()
    merge(session, [second, third], user_id=head.id, now=NOW)
    assert third.duplicate_of == second.id
    first.due_at = NOW
    session.flush()
    act = act_on(session, head, [first, second], Task(BulkKind.MERGE))
    assert (second.duplicate_of, third.duplicate_of) == (first.id, first.id)
    undo(session, head.id, act.id, now=NOW)
    assert (office.fresh(second).duplicate_of, office.fresh(third).duplicate_of) == (None, second.id)


def test_a_case_touched_since_is_not_taken_back(session: Session, office: Office, head: User) -> None:
    cases = reports(office)
    act = act_on(session, head, cases, Task(BulkKind.VERIFY))
    take(session, cases[1], user_id=head.id, now=NOW)
    session.flush()
    assert undo(session, head.id, act.id, now=NOW) == (2, 1)
    assert [case.status for case in cases] == [CaseStatus.NEW, CaseStatus.IN_PROGRESS, CaseStatus.NEW]
    assert [item.undone for item in act_file(session, head.id, act.id).items] == [True, False, True]


def test_an_act_is_undone_once_in_time_and_by_whom_it_was_done(session: Session, office: Office, head: User) -> None:
    act = act_on(session, head, reports(office), Task(BulkKind.VERIFY))
    with pytest.raises(UnknownActError):
        undo(session, office.staff(Role.UNIT_HEAD).id, act.id, now=NOW)
    with pytest.raises(TooLateToUndoError):
        undo(session, head.id, act.id, now=NOW + UNDO_FOR)
    undo(session, head.id, act.id, now=NOW + UNDO_FOR - timedelta(seconds=1))
    with pytest.raises(TooLateToUndoError):
        undo(session, head.id, act.id, now=NOW)


def test_an_answer_to_many_is_not_undone(session: Session, office: Office, head: User) -> None:
    act = BulkAct(agency_id=office.agency.id, kind=BulkKind.REPLY, user_id=head.id, at=NOW)
    session.add(act)
    session.flush()
    assert not act_file(session, head.id, act.id).can_undo(NOW)
    with pytest.raises(TooLateToUndoError):
        undo(session, head.id, act.id, now=NOW)


def test_a_merge_that_is_refused_changes_none(session: Session, office: Office, head: User) -> None:
    plain, kept = office.report(at=NOW), office.report("Laporan yang rahasia.", is_confidential=True, at=NOW)
    act = act_on(session, head, [plain, kept], Task(BulkKind.MERGE))
    assert all("rahasia" in str(reason) for reason in outcome(session, head, act).values())
    assert plain.duplicate_of is None
