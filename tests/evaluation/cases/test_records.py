"""What a cycle says of the cases somebody answered for, as they stood when its book was closed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.evaluation.cases.rules import CaseDuty, head_of
from feedback_app.evaluation.cycles.verification import verify
from feedback_app.evaluation.cycles.versions import open_version
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import AssignmentSpan
from feedback_app.handling.handing_on.disposition import dispose
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.handling.models import Case
from feedback_app.handling.operations import judge, respond
from feedback_app.handling.rules import Classification, Outcome
from feedback_app.identity.models import User
from feedback_app.intake.rules import SubmissionKind
from feedback_app.organisation.models import Unit
from feedback_app.organisation.people.records import unlink_account
from feedback_app.organisation.rules import AssignmentKind
from tests import factories as make
from tests.evaluation.closed import END, after, computed, frozen
from tests.evaluation.world import World

ASKED = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
LATER = after(END) + timedelta(days=5)


@pytest.fixture
def world(session: Session) -> World:
    return World.new(session)


def asked(world: World, unit: Unit | None = None, *, at: datetime = ASKED, **values: object) -> Case:
    """A complaint that came in, with three days to answer."""
    row = make.submission(
        world.session, unit or world.unit, kind=SubmissionKind.COMPLAINT, rating=None, received_at=at,
        text="Antrean lama sekali.", occurred_on=at.date(), analysis="done",
    )  # fmt: skip
    make.labels(world.session, row, labelled_at=at)
    return make.case(
        world.session, row, opened_at=at, clocks_start_at=at, verify_due_at=at + timedelta(days=3),
        reply_due_at=at + timedelta(days=3), **values,
    )  # fmt: skip


def answered(world: World, case: Case, officer: User, hours: float) -> None:
    at = case.opened_at + timedelta(hours=hours)
    respond(world.session, case, "Kami sudah menambah petugas.", user_id=officer.id, now=at)


def records(world: World, cycle: Cycle) -> dict[CaseDuty, dict[str, object]]:
    return {
        row.duty: {"who": row.employee_id, **{column.name: getattr(row, column.name) for column in row.__table__.c}}
        for row in world.cases(cycle)
    }


def test_head_and_handler_answer_for_replies_and_what_citizens_say_of_them(world: World) -> None:
    officer = make.user(world.session)
    head, handler = world.person(is_head=True), world.person(service_id=world.service.id)
    make.linked(world.session, handler, officer.id)
    cases = [asked(world, at=ASKED + timedelta(days=number)) for number in range(4)]
    for case, hours in zip(cases, (10, 20, 100), strict=False):
        answered(world, case, officer, hours)
    judge(world.session, cases[0], Outcome.CONFIRMED, None, now=ASKED + timedelta(days=6))
    judge(world.session, cases[1], Outcome.PARTLY, "Masih agak lama menunggu.", now=ASKED + timedelta(days=6))
    cycle = world.computed()
    found = records(world, cycle)
    led = found[CaseDuty.HEAD]
    assert led["who"] == head.id
    assert [led[name] for name in ("n_cases", "n_replied", "n_on_time", "n_open", "n_declared")] == [4, 3, 2, 1, 3]
    assert [led[name] for name in ("n_confirmed", "n_partly", "n_disputed", "n_silent")] == [1, 1, 0, 0]
    assert led["median_wait_hours"] == pytest.approx(20)
    handled = found[CaseDuty.HANDLER]
    assert (handled["who"], handled["n_cases"], handled["n_open"]) == (handler.id, 3, 0)
    assert verify(world.session, cycle) == []


def test_what_happens_to_a_case_later_changes_no_record(world: World) -> None:
    officer = make.user(world.session)
    world.person(is_head=True)
    elsewhere = make.unit(world.session, world.agency)
    waiting, moved, answered_case = (asked(world, at=ASKED + timedelta(hours=number)) for number in range(3))
    answered(world, answered_case, officer, 5)
    cycle = world.computed()
    before = records(world, cycle)
    respond(world.session, waiting, "Kami sudah menambah petugas.", user_id=officer.id, now=LATER)
    dispose(world.session, moved, elsewhere.id, "Urusan dinas lain.", officer.id, LATER)
    judge(world.session, answered_case, Outcome.DISPUTED, "Belum ada perubahan apa pun.", now=LATER)
    assert verify(world.session, cycle) == []
    assert records(world, cycle) == before


def test_an_allegation_heard_later_shows_in_no_record_and_no_later_version(world: World) -> None:
    officer = make.user(world.session)
    world.person(is_head=True)
    cases = [asked(world, at=ASKED + timedelta(hours=number)) for number in range(3)]
    answered(world, cases[0], officer, 5)
    world.rate(*[4, 3, 2, 1] * 10)
    cycle = world.computed()
    before = [row.n_cases for row in world.cases(cycle)]
    assert before == [3]
    frozen(world.session, cycle, now=after(END) + timedelta(days=1))
    send_past_the_unit(world.session, cases[1], now=LATER + timedelta(days=20))
    assert verify(world.session, cycle) == []
    version = open_version(
        world.session, cycle, reason="penugasan dibetulkan", actor=SYSTEM, now=LATER + timedelta(days=21)
    )
    computed(world.session, version, now=LATER + timedelta(days=22))
    assert [row.n_cases for row in world.cases(version)] == before
    assert verify(world.session, version) == []


def test_an_allegation_heard_before_is_nobodys_record(world: World) -> None:
    world.person(is_head=True)
    send_past_the_unit(world.session, asked(world), now=ASKED + timedelta(days=1))
    cycle = world.computed()
    assert world.cases(cycle) == []
    assert verify(world.session, cycle) == []


def test_allegations_and_confidential_cases_are_nobodys_record(world: World) -> None:
    world.person(is_head=True)
    asked(world, is_confidential=True)
    asked(world, is_confidential=True, classification=Classification.OVERSIGHT)
    cycle = world.computed()
    assert world.cases(cycle) == []
    assert verify(world.session, cycle) == []


def test_a_case_sent_on_counts_where_it_came_to_from_that_day_on(world: World) -> None:
    officer = make.user(world.session)
    world.person(is_head=True)
    other = make.unit(world.session, world.agency)
    world.person(other, is_head=True, ends_on=date(2026, 5, 10))
    second = world.person(other, is_head=True, starts_on=date(2026, 5, 11))
    case = asked(world)
    dispose(world.session, case, other.id, "Urusan dinas lain.", officer.id, ASKED + timedelta(days=8))
    cycle = world.computed()
    assert [(row.employee_id, row.unit_id) for row in world.cases(cycle)] == [(second.id, other.id)]
    assert verify(world.session, cycle) == []


def test_praise_goes_to_whoever_led_the_unit_that_day(world: World) -> None:
    world.person(is_head=True, ends_on=date(2026, 5, 10))
    second = world.person(is_head=True, starts_on=date(2026, 5, 11))
    asked(world, at=ASKED + timedelta(days=10))
    for _ in range(2):
        row = make.submission(
            world.session, world.unit, kind=SubmissionKind.PRAISE, rating=None,
            text="Petugas ramah sekali, terima kasih.", occurred_on=date(2026, 5, 12), analysis="done",
        )  # fmt: skip
        make.labels(world.session, row)
    cycle = world.computed()
    assert [(row.employee_id, row.n_praise) for row in world.cases(cycle)] == [(second.id, 2)]
    assert verify(world.session, cycle) == []


def _span(number: int, kind: AssignmentKind, first: date, last: date | None = None) -> AssignmentSpan:
    from decimal import Decimal

    return AssignmentSpan(number, number, 1, None, kind, True, Decimal(0), first, last)


def test_the_plh_leads_while_the_head_is_away_and_a_share_of_nothing_leads_too() -> None:
    head = _span(1, AssignmentKind.DEFINITIVE, date(2026, 1, 1))
    plh = _span(2, AssignmentKind.ACTING_ABSENT, date(2026, 5, 4), date(2026, 5, 8))
    days = (date(2026, 5, 3), date(2026, 5, 4), date(2026, 5, 8), date(2026, 5, 9))
    assert [head_of([head, plh], day) for day in days] == [1, 2, 2, 1]
    assert head_of([plh], date(2026, 6, 1)) is None


def test_an_answer_stays_with_whoever_the_account_was_linked_with_when_it_was_sent(world: World) -> None:
    officer = make.user(world.session)
    world.person(is_head=True)
    handler, other = world.person(service_id=world.service.id), world.person()
    make.linked(world.session, handler, officer.id)
    answered(world, asked(world), officer, 10)
    world.rate(4, 3, 2, 1)
    cycle = world.computed()
    frozen(world.session, cycle, now=after(END) + timedelta(days=1))
    unlink_account(world.session, handler, actor=SYSTEM, now=LATER, today=LATER.date())
    assert verify(world.session, cycle) == []
    make.linked(world.session, other, officer.id, since=LATER)
    assert verify(world.session, cycle) == []
    version = open_version(world.session, cycle, reason="Diperiksa sekali lagi", actor=SYSTEM, now=LATER)
    computed(world.session, version, now=LATER + timedelta(hours=1))
    for one in (cycle, version):
        assert records(world, one)[CaseDuty.HANDLER]["who"] == handler.id


def test_what_an_account_answered_before_it_was_anybodys_is_nobodys(world: World) -> None:
    officer = make.user(world.session)
    world.person(is_head=True)
    answered(world, asked(world), officer, 10)
    make.linked(world.session, world.person(), officer.id, since=ASKED + timedelta(days=2))
    cycle = world.computed()
    assert set(records(world, cycle)) == {CaseDuty.HEAD}
    assert verify(world.session, cycle) == []
