"""An objection to a final result: once, in time, explained, and decided by somebody who took no part in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, person
from feedback_app.evaluation.cycles.conflicts import OwnPartError
from feedback_app.evaluation.cycles.freezing import freeze
from feedback_app.evaluation.cycles.objections import (
    ObjectionExistsError,
    ObjectionStateError,
    ObjectionWindowError,
    ObjectionWordsError,
    decide,
    explain,
    file_objection,
)
from feedback_app.evaluation.cycles.queries import UnknownObjectionError, decides, objection_for, objections_for
from feedback_app.evaluation.cycles.rules import DayKind, last_objection_day
from feedback_app.evaluation.cycles.versions import VersionExistsError, VersionReasonError, lineage, open_version
from feedback_app.evaluation.evidence.queries import UnknownEmployeeError
from feedback_app.evaluation.models import Cycle, CycleMove
from feedback_app.evaluation.replies.models import Objection
from feedback_app.evaluation.replies.rules import ObjectionOutcome
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Agency, Employee, Unit, UnitVersion
from feedback_app.organisation.people.records import unlink_account
from feedback_app.organisation.rules import AssignmentKind
from tests import factories as make
from tests.evaluation.cycles import steps

WORDS = "Tiga minggu itu saya cuti; suratnya terlampir di kepegawaian."
NEXT_DAY = steps.FROZEN_AT + timedelta(days=1)
TODAY = NEXT_DAY.date()


@dataclass
class Desk:
    """A frozen cycle, the employee it speaks of, the evaluator and the evaluator's superior."""

    session: Session
    agency: Agency
    unit: Unit
    account: User
    who: Employee
    evaluator: User
    superior: User
    cycle: Cycle

    def file(self, now: datetime = NEXT_DAY, day_kind: DayKind = DayKind.CALENDAR) -> Objection:
        return file_objection(
            self.session, self.cycle, self.who.id, words=WORDS, actor=person(self.account.id), now=now,
            day_kind=day_kind,
        )  # fmt: skip

    def decide(self, objection: Objection, by: User, now: datetime = NEXT_DAY) -> None:
        decide(
            self.session, objection, outcome=ObjectionOutcome.UPHELD, words="Cuti terbukti.", actor=person(by.id),
            now=now,
        )  # fmt: skip


@pytest.fixture
def desk(session: Session) -> Desk:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    account, evaluator, superior = (make.user(session) for _ in range(3))
    who = make.employee(session, agency, user_id=account.id)
    make.assignment(session, who, unit, starts_on=steps.STARTS_ON)
    make.grant(session, evaluator, Role.EVALUATOR, agency)
    make.grant(session, superior, Role.SUPERIOR, agency)
    cycle = steps.frozen(session, agency, who, signers=(evaluator, make.user(session)))
    return Desk(session, agency, unit, account, who, evaluator, superior, cycle)


def test_an_objection_is_explained_and_then_decided_for_good(desk: Desk) -> None:
    objection = desk.file()
    explain(
        desk.session, objection, words="Jadwal loket menyebut namanya.", actor=person(desk.evaluator.id), now=NEXT_DAY
    )
    desk.decide(objection, desk.superior)
    assert (objection.outcome, objection.decided_by) == (ObjectionOutcome.UPHELD, desk.superior.id)
    with pytest.raises(ObjectionStateError):
        desk.decide(objection, desk.superior)
    with pytest.raises(ObjectionStateError):
        explain(desk.session, objection, words="Terlambat menjelaskan.", actor=person(desk.evaluator.id), now=NEXT_DAY)


@pytest.mark.parametrize(
    ("after", "is_late"), [pytest.param(14, False, id="fourteenth day"), pytest.param(15, True, id="day fifteen")]
)
def test_an_objection_comes_within_fourteen_days(desk: Desk, after: int, is_late: bool) -> None:
    # Frozen on 29 May at 10.00 in the agency; the fourteenth day after, 12 June, is a Friday.
    late = datetime(2026, 5, 29, 15, 59, tzinfo=UTC) + timedelta(days=after)
    if not is_late:
        assert desk.file(late).last_day_on == date(2026, 6, 12)
        return
    with pytest.raises(ObjectionWindowError, match="12-06-2026"):
        desk.file(late)


def test_the_days_are_counted_as_the_agency_reads_the_rule() -> None:
    def next_weekday(day: date, count: int) -> date:
        for _ in range(count):
            day += timedelta(days=1)
            while day.weekday() > 4:
                day += timedelta(days=1)
        return day

    friday = date(2026, 5, 29)
    assert last_objection_day(friday, DayKind.CALENDAR, next_weekday) == date(2026, 6, 12)
    assert last_objection_day(friday, DayKind.WORKING, next_weekday) == date(2026, 6, 18)
    saturday = date(2026, 5, 30)
    assert last_objection_day(saturday, DayKind.CALENDAR, next_weekday) == date(2026, 6, 15)


def test_a_result_that_is_not_final_is_contested_and_not_objected_to(desk: Desk) -> None:
    other = steps.computed(desk.session, steps.draft(desk.session, desk.agency, "lain"), desk.who)
    with pytest.raises(ObjectionWindowError):
        file_objection(
            desk.session, other, desk.who.id, words=WORDS, actor=person(desk.account.id), now=NEXT_DAY,
            day_kind=DayKind.CALENDAR,
        )  # fmt: skip


def test_nobody_objects_for_somebody_else(desk: Desk) -> None:
    desk.account = make.user(desk.session)
    with pytest.raises(UnknownEmployeeError):
        desk.file()


def test_one_objection_for_each_person_whatever_the_version(desk: Desk) -> None:
    objection = desk.file()
    with pytest.raises(ObjectionExistsError):
        desk.file()
    desk.decide(objection, desk.superior, NEXT_DAY + timedelta(days=20))
    first = desk.cycle
    version = open_version(
        desk.session, first, reason="keberatan diterima", actor=person(desk.evaluator.id), now=NEXT_DAY,
        objection=objection,
    )  # fmt: skip
    assert objection.new_cycle_id == version.id
    assert [cycle.version for cycle in lineage(desk.session, first)] == [1, 2]
    steps.signed(desk.session, steps.reviewed(desk.session, steps.computed(desk.session, version, desk.who)))
    freeze(desk.session, version, actor=SYSTEM, now=steps.FROZEN_AT)
    desk.cycle = version
    with pytest.raises(ObjectionExistsError):
        desk.file()


@pytest.mark.parametrize("words", ["pendek", "x" * 4001])
def test_words_have_a_length(desk: Desk, words: str) -> None:
    with pytest.raises(ObjectionWordsError):
        file_objection(
            desk.session, desk.cycle, desk.who.id, words=words, actor=person(desk.account.id), now=NEXT_DAY,
            day_kind=DayKind.CALENDAR,
        )  # fmt: skip


def test_an_evaluator_who_stays_silent_holds_nobody_up_for_more_than_a_week(desk: Desk) -> None:
    objection = desk.file()
    with pytest.raises(ObjectionStateError, match="penjelasan"):
        desk.decide(objection, desk.superior)
    desk.decide(objection, desk.superior, NEXT_DAY + timedelta(days=20))
    assert objection.explained_at is None


def test_a_direct_superior_and_a_signer_do_not_decide(desk: Desk) -> None:
    head_account = make.user(desk.session)
    head = make.employee(desk.session, desk.agency, user_id=head_account.id)
    make.assignment(desk.session, head, desk.unit, is_head=True, starts_on=steps.STARTS_ON)
    objection = desk.file()
    for account in (head_account, desk.evaluator, desk.account):
        with pytest.raises(OwnPartError):
            desk.decide(objection, account)


NEAR = (
    "computed it first", "computed an earlier version", "leads above a unit they led", "leads by role",
    "led when it began", "was the employee's account",
)  # fmt: skip


def stands_near(desk: Desk, near: str) -> User:
    """Somebody with a part in the result that the newest rows do not tell."""
    session, who, later = desk.session, make.user(desk.session), steps.SIGNED_AT
    if near.startswith("computed"):
        cycle = desk.cycle
        if near == "computed an earlier version":
            desk.cycle = open_version(session, cycle, reason="Jadwal dibetulkan", actor=SYSTEM, now=NEXT_DAY)
            steps.signed(session, steps.reviewed(session, steps.computed(session, desk.cycle, desk.who)))
            freeze(session, desk.cycle, actor=SYSTEM, now=NEXT_DAY)
        session.add(
            CycleMove(
                agency_id=cycle.agency_id, cycle_id=cycle.id, from_status="computed", to_status="computed",
                at=steps.COMPUTED_AT, by_user=who.id,
            )
        )  # fmt: skip
        session.flush()
    elif near == "leads by role":
        make.grant(session, who, Role.UNIT_HEAD, desk.agency, over=desk.unit)
    elif near == "was the employee's account":
        unlink_account(session, desk.who, actor=SYSTEM, now=later, today=later.date())
        make.linked(session, desk.who, who.id, since=later)
        unlink_account(session, desk.who, actor=SYSTEM, now=later + timedelta(hours=1), today=later.date())
        make.linked(session, desk.who, desk.account.id, since=later + timedelta(hours=2))
    else:
        head = make.employee(session, desk.agency, user_id=who.id)
        unit = make.unit(session, desk.agency)
        if near == "leads above a unit they led":
            led = make.unit(session, desk.agency)
            session.execute(sa.update(UnitVersion).where(UnitVersion.unit_id == led.id).values(parent_id=unit.id))
            make.assignment(
                session, desk.who, led, is_head=True, kind=AssignmentKind.ADDITIONAL, starts_on=steps.STARTS_ON
            )
            make.assignment(session, head, unit, is_head=True, starts_on=later.date())
        else:
            make.assignment(session, head, desk.unit, is_head=True, ends_on=steps.STARTS_ON)
            unlink_account(session, head, actor=SYSTEM, now=later, today=later.date())
    return who


def test_whoever_leads_a_unit_above_the_evaluator_decides(desk: Desk) -> None:
    above = make.unit(desk.session, desk.agency)
    desk.session.execute(sa.update(UnitVersion).where(UnitVersion.unit_id == desk.unit.id).values(parent_id=above.id))
    head = make.employee(desk.session, desk.agency, user_id=desk.superior.id)
    make.assignment(desk.session, head, above, is_head=True, starts_on=steps.STARTS_ON)
    objection = desk.file()
    desk.decide(objection, desk.superior, NEXT_DAY + timedelta(days=20))
    assert objection.decided_by == desk.superior.id


@pytest.mark.parametrize("near", NEAR)
def test_no_part_in_the_result_is_outlived(desk: Desk, near: str) -> None:
    who = stands_near(desk, near)
    objection, late = desk.file(), NEXT_DAY + timedelta(days=20)
    with pytest.raises(OwnPartError):
        desk.decide(objection, who, late)
    with pytest.raises(IntegrityError, match="nobody decides"), desk.session.begin_nested():
        desk.session.execute(
            sa.update(Objection)
            .where(Objection.id == objection.id)
            .values(outcome="rejected", decision=WORDS, decided_by=who.id, decided_at=late)
        )
    desk.session.refresh(objection)
    desk.decide(objection, desk.superior, late)


def test_an_objection_is_seen_by_who_explains_or_decides_it(desk: Desk) -> None:
    objection = desk.file()
    for account in (desk.evaluator, desk.superior):
        assert [row.objection.id for row in objections_for(desk.session, account.id, TODAY)] == [objection.id]
    row = objection_for(desk.session, desk.evaluator.id, objection.id, TODAY)
    assert not decides(desk.session, desk.evaluator.id, row, TODAY)
    assert decides(desk.session, desk.superior.id, row, TODAY)
    stranger = make.user(desk.session)
    make.grant(desk.session, stranger, Role.SUPERIOR, desk.agency, make.unit(desk.session, desk.agency))
    with pytest.raises(UnknownObjectionError):
        objection_for(desk.session, stranger.id, objection.id, TODAY)


def test_a_version_needs_a_reason_and_a_frozen_cycle_has_one_successor(desk: Desk) -> None:
    with pytest.raises(VersionReasonError):
        open_version(desk.session, desk.cycle, reason="  ya ", actor=SYSTEM, now=NEXT_DAY)
    version = open_version(desk.session, desk.cycle, reason="jadwal dibetulkan", actor=SYSTEM, now=NEXT_DAY)
    with pytest.raises(VersionExistsError):
        open_version(desk.session, desk.cycle, reason="jadwal dibetulkan", actor=SYSTEM, now=NEXT_DAY)
    with pytest.raises(VersionExistsError):
        open_version(desk.session, version, reason="jadwal dibetulkan", actor=SYSTEM, now=NEXT_DAY)
    count = sa.select(sa.func.count()).select_from(Cycle)
    assert desk.session.scalar(count) == 2
