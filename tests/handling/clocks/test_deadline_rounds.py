"""Open deadlines move with the calendar and the rules; what was promised before stays on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, person
from feedback_app.handling.clocks.deadline_rounds import (
    SECOND_LOOK_AFTER,
    any_round_waits,
    latest_round,
    next_batch,
    run_round,
    start_round,
)
from feedback_app.handling.clocks.models import ChangeCause, DeadlineChange
from feedback_app.handling.clocks.open_deadlines import Shift, differences, shift
from feedback_app.handling.clocks.running import climb, recompute
from feedback_app.handling.clocks.sla import CaseClock, SlaRule, Step
from feedback_app.handling.clocks.sla_editing import add_rule
from feedback_app.handling.models import Case
from feedback_app.handling.moves import move
from feedback_app.handling.operations import respond, take
from feedback_app.handling.rules import CaseStatus, Classification
from feedback_app.organisation.calendar import add_holiday
from tests import factories as make
from tests.blueprints.office import Office, new_office
from tests.handling.test_rules import WITA, at

TUESDAY = at("2026-02-03")


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def make_free(session: Session, office: Office, day: str) -> None:
    add_holiday(
        session, office.agency.id, date.fromisoformat(day), "Hari jadi kota", "SK Wali Kota 1/2026", actor=SYSTEM,
        now=TUESDAY,
    )  # fmt: skip


def whole_round(session: Session, office: Office, now: datetime = TUESDAY) -> int:
    return run_round(
        session, office.agency.id, ChangeCause.CALENDAR, actor=SYSTEM, now=now, commit=session.flush
    )  # fmt: skip


def changes(session: Session, case: Case) -> Sequence[DeadlineChange]:
    query = sa.select(DeadlineChange).where(DeadlineChange.case_id == case.id)
    return session.scalars(query.order_by(DeadlineChange.id)).all()


def on(moment: datetime | None) -> date | None:
    return moment.astimezone(WITA).date() if moment else None


def test_new_holiday_moves_open_deadlines_and_keeps_the_old_ones(session: Session, office: Office) -> None:
    case = office.report(at=TUESDAY)
    before = [case.verify_due_at, case.reply_due_at, case.resolve_due_at]
    make_free(session, office, "2026-02-05")
    assert whole_round(session, office) == 1
    case = office.fresh(case)
    assert (on(case.verify_due_at), on(case.reply_due_at)) == (date(2026, 2, 9), date(2026, 2, 11))
    assert case.due_at == case.verify_due_at
    kept = changes(session, case)
    assert [change.old_due_at for change in kept] == before
    assert {change.cause for change in kept} == {ChangeCause.CALENDAR}
    assert [change.clock for change in kept] == list(CaseClock)


def test_second_round_changes_nothing(session: Session, office: Office) -> None:
    case = office.report(at=TUESDAY)
    make_free(session, office, "2026-02-05")
    whole_round(session, office)
    version = office.fresh(case).version
    assert whole_round(session, office) == 0
    assert office.fresh(case).version == version
    assert len(changes(session, case)) == 3
    assert not recompute(session, case, ChangeCause.CALENDAR, actor=SYSTEM, now=TUESDAY)


def test_what_a_change_moves_is_foreseen_exactly(session: Session, office: Office) -> None:
    for text in ("KTP saya belum jadi.", "Loket tutup sejak pagi tadi.", "Antrean tidak jalan sama sekali."):
        office.report(text, at=TUESDAY)
    late = office.report("Kartu keluarga saya hilang di loket.", at=at("2026-03-02"))
    take(session, late, user_id=make.user(session).id, now=at("2026-03-02"))
    make_free(session, office, "2026-02-05")
    foreseen = shift(session, office.agency.id, now=TUESDAY)
    assert foreseen == Shift(cases=4, moved=3, later=3, earlier=0, newly_late=0)
    assert whole_round(session, office) == foreseen.moved


def test_shorter_rule_says_how_many_are_late_by_it(session: Session, office: Office) -> None:
    office.report(at=TUESDAY)
    rule = SlaRule(
        Classification.NO_OVERSIGHT, date(2026, 2, 1), office.unit.id, verify_working_days=1, reply_working_days=2,
        resolve_working_days=5, source="Maklumat pelayanan 2026",
    )  # fmt: skip
    add_rule(session, office.agency.id, rule, today=make.TODAY, actor=SYSTEM, now=TUESDAY)
    thursday = at("2026-02-05")
    foreseen = shift(session, office.agency.id, now=thursday)
    assert foreseen == Shift(cases=1, moved=1, later=0, earlier=1, newly_late=1)


def test_ended_and_answered_cases_keep_their_days(session: Session, office: Office) -> None:
    case = office.report(at=TUESDAY)
    respond(session, case, "KTP Anda sudah dapat diambil.", user_id=make.user(session).id, now=TUESDAY)
    promised, window = case.reply_due_at, case.silence_ends_at
    make_free(session, office, "2026-02-05")
    assert whole_round(session, office) == 0
    case = office.fresh(case)
    assert (case.reply_due_at, case.silence_ends_at) == (promised, window)


def test_case_on_hold_moves_with_its_clock_at_rest(session: Session, office: Office) -> None:
    case = office.report(at=TUESDAY)
    officer = person(make.user(session).id)
    move(
        session, case, CaseStatus.ON_HOLD, actor=officer, now=TUESDAY, action="handling.ask",
        held_until=TUESDAY + timedelta(days=30),
    )  # fmt: skip
    make_free(session, office, "2026-02-05")
    assert whole_round(session, office) == 1
    case = office.fresh(case)
    assert (case.clock, case.due_at) == (None, None)
    move(session, case, CaseStatus.IN_PROGRESS, actor=officer, now=at("2026-02-06"), action="handling.resume")
    # Five days, the two of the pause (4 and 6 February) and the free day between them.
    assert on(case.reply_due_at) == date(2026, 2, 13)
    assert list(differences(session, office.agency.id)) == []


def test_round_goes_batch_by_batch_and_looks_twice(session: Session, office: Office) -> None:
    for number in range(5):
        office.report(f"Laporan nomor {number} tentang KTP saya.", at=TUESDAY)
    make_free(session, office, "2026-02-05")
    row = start_round(session, office.agency.id, ChangeCause.CALENDAR, actor=SYSTEM, now=TUESDAY)
    seen = []
    while next_batch(session, now=TUESDAY, limit=2):
        seen.append((row.seen, row.moved))
    assert seen == [(2, 2), (4, 4), (5, 5)]
    assert row.cases == 5
    assert (row.done_at, row.checked_at) == (TUESDAY, None)
    assert not any_round_waits(session, now=TUESDAY)
    late_comer = office.report("Dibuka oleh yang membaca kalender lama.", at=TUESDAY)
    late_comer.verify_due_at = late_comer.due_at = TUESDAY
    session.flush()
    later = TUESDAY + SECOND_LOOK_AFTER
    assert any_round_waits(session, now=later)
    while next_batch(session, now=later, limit=2):
        pass
    assert (row.seen, row.moved, row.checked_at) == (5, 6, later)
    assert not any_round_waits(session, now=later)
    assert list(differences(session, office.agency.id)) == []
    assert office.acts("handling.recompute_deadlines")[0].detail == {"cause": "calendar", "cases": 5, "moved": 5}


def test_other_agency_is_left_alone(session: Session, office: Office) -> None:
    other = new_office(session)
    case = other.report(at=TUESDAY)
    before = case.verify_due_at
    make_free(session, office, "2026-02-05")
    whole_round(session, office)
    assert other.fresh(case).verify_due_at == before
    assert latest_round(session, other.agency.id) is None


def test_those_told_are_not_told_again_when_a_deadline_moves_behind_them(session: Session, office: Office) -> None:
    case = office.report(at=TUESDAY)
    climb(session, case)
    climb(session, case)
    session.flush()
    make_free(session, office, "2026-02-04")
    after = at("2026-02-20")
    whole_round(session, office, now=after)
    case = office.fresh(case)
    assert case.escalation_step == Step.SUPERVISOR
    assert case.escalate_at is not None
    assert case.escalate_at > case.verify_due_at


def test_clock_that_gets_time_climbs_down_the_ladder(session: Session, office: Office) -> None:
    case = office.report(at=TUESDAY)
    climb(session, case)
    session.flush()
    make_free(session, office, "2026-02-05")
    whole_round(session, office, now=TUESDAY)
    case = office.fresh(case)
    assert case.escalation_step == Step.NONE
    assert case.escalate_at is not None
    assert case.escalate_at > TUESDAY
    assert list(differences(session, office.agency.id)) == []


def test_check_names_what_is_not_as_its_rows_say(session: Session, office: Office) -> None:
    case = office.report(at=TUESDAY)
    assert list(differences(session, office.agency.id)) == []
    case.reply_due_at += timedelta(days=1)
    session.flush()
    found = list(differences(session, office.agency.id))
    assert [(one.case_id, one.what) for one in found] == [(case.id, "reply_due_at")]
    assert found[0].stored == case.reply_due_at


def test_round_names_who_asked_for_it(session: Session, office: Office) -> None:
    case, who = office.report(at=TUESDAY), make.user(session)
    make_free(session, office, "2026-02-05")
    start_round(session, office.agency.id, ChangeCause.RULE, actor=person(who.id), now=TUESDAY)
    next_batch(session, now=TUESDAY)
    assert {(change.actor_id, change.cause) for change in changes(session, case)} == {(who.id, ChangeCause.RULE)}
