"""The way of a cycle: which steps it takes, when, and what stops it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, person
from feedback_app.evaluation.cycles.freezing import freeze
from feedback_app.evaluation.cycles.life import RepliesWaitError, finish_review, note_move, open_replies
from feedback_app.evaluation.cycles.opening import CycleExistsError, CycleMethodError, open_cycle
from feedback_app.evaluation.cycles.progress import Step, next_step, progress_of
from feedback_app.evaluation.cycles.rules import MOVES, CycleDatesError, CycleMoveError, may_compute
from feedback_app.evaluation.models import Cycle, CycleMove
from feedback_app.evaluation.replies.models import Contest
from feedback_app.evaluation.replies.rules import ContestKind, ContestOutcome, ContestReason, ContestState
from feedback_app.evaluation.rules import CycleKind, CycleStatus
from feedback_app.notifications.models import Message
from feedback_app.organisation.models import Agency, Employee
from tests import factories as make
from tests.evaluation.cycles import steps


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


def contest(session: Session, cycle: Cycle, who: Employee, **values: object) -> Contest:
    filer = make.user(session)
    wanted = {
        "kind": ContestKind.FIGURE, "reason": ContestReason.FACTUAL_ERROR, "words": "Angka ini tidak benar.",
        "state": ContestState.FILED, "filed_by": filer.id, "filed_at": steps.REPLIES_AT,
        "due_on": date(2026, 5, 30), **values,
    }  # fmt: skip
    row = Contest(agency_id=cycle.agency_id, cycle_id=cycle.id, employee_id=who.id, **wanted)
    session.add(row)
    session.flush()
    return row


def decided(session: Session, row: Contest, outcome: ContestOutcome, at: datetime) -> None:
    row.reviewer_id, row.state, row.outcome = make.user(session).id, ContestState.DECIDED, outcome
    row.explanation, row.decided_at = "Sudah diperiksa.", at
    session.flush()


def test_every_state_has_a_row_of_moves_and_only_the_frozen_one_is_an_end() -> None:
    assert set(MOVES) == set(CycleStatus)
    assert [status for status in CycleStatus if not MOVES[status]] == [CycleStatus.FROZEN]


def test_a_signed_cycle_is_not_computed_again() -> None:
    assert [status for status in CycleStatus if not may_compute(status)] == [CycleStatus.SIGNED, CycleStatus.FROZEN]


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        pytest.param(date(2026, 1, 2), date(2026, 3, 31), id="starts on the second"),
        pytest.param(date(2026, 1, 1), date(2026, 3, 30), id="ends a day early"),
        pytest.param(date(2026, 2, 1), date(2026, 4, 30), id="three months that are no quarter"),
        pytest.param(date(2026, 1, 1), date(2026, 6, 30), id="two quarters"),
    ],
)
def test_a_cycle_covers_a_whole_period_of_the_calendar(
    session: Session, agency: Agency, starts_on: date, ends_on: date
) -> None:
    with pytest.raises(CycleDatesError):
        steps.draft(session, agency, starts_on=starts_on, ends_on=ends_on)


def test_several_cycles_over_one_period_stand_side_by_side_under_their_own_names(
    session: Session, agency: Agency
) -> None:
    steps.draft(session, agency)
    assert steps.draft(session, agency, "TW I 2026, cara lama", method="fair-score/1").version == 1
    with pytest.raises(CycleExistsError):
        steps.draft(session, agency)


@pytest.mark.parametrize("values", [{"method": "magic/1"}, {"delta_in_tau": 0.0}, {"delta_in_tau": 2.5}])
def test_a_method_that_nobody_knows_is_refused(session: Session, agency: Agency, values: dict[str, Any]) -> None:
    with pytest.raises(CycleMethodError):
        steps.draft(session, agency, **values)


def test_the_whole_way_is_noted_step_by_step(session: Session, agency: Agency) -> None:
    cycle = steps.frozen(session, agency, make.employee(session, agency))
    moves = session.execute(
        sa.select(CycleMove.from_status, CycleMove.to_status)
        .where(CycleMove.cycle_id == cycle.id)
        .order_by(CycleMove.id)
    ).all()
    assert [to for _, to in moves] == list(CycleStatus)[1:]
    assert cycle.frozen_at == steps.FROZEN_AT


def test_no_step_is_skipped(session: Session, agency: Agency) -> None:
    cycle = steps.draft(session, agency)
    for step in (
        lambda: open_replies(session, cycle, days=10, actor=SYSTEM, now=steps.REPLIES_AT),
        lambda: finish_review(session, cycle, actor=SYSTEM, now=steps.REVIEWED_AT),
        lambda: freeze(session, cycle, actor=SYSTEM, now=steps.FROZEN_AT),
    ):
        with pytest.raises(CycleMoveError):
            step()


def test_employees_have_their_working_days_before_anybody_signs(session: Session, agency: Agency) -> None:
    cycle = steps.computed(session, steps.draft(session, agency), make.employee(session, agency))
    open_replies(session, cycle, days=10, actor=SYSTEM, now=steps.REPLIES_AT)
    assert cycle.reply_from == date(2026, 4, 28)
    assert cycle.reply_until is not None
    assert (cycle.reply_until - cycle.reply_from).days >= 14
    last_day = datetime.combine(cycle.reply_until, datetime.min.time(), UTC)
    with pytest.raises(RepliesWaitError):
        finish_review(session, cycle, actor=SYSTEM, now=last_day)
    finish_review(session, cycle, actor=SYSTEM, now=last_day + timedelta(days=1))


def test_figures_computed_anew_are_shown_again_before_they_are_signed(session: Session, agency: Agency) -> None:
    cycle = steps.reviewed(session, steps.computed(session, steps.draft(session, agency)))
    first = cycle.reply_until
    note_move(session, cycle, CycleStatus.COMPUTED, SYSTEM, steps.SIGNED_AT, "dua sanggahan diterima")
    with pytest.raises(CycleMoveError):
        finish_review(session, cycle, actor=SYSTEM, now=steps.SIGNED_AT)
    open_replies(session, cycle, days=10, actor=SYSTEM, now=steps.SIGNED_AT)
    assert first is not None
    assert cycle.reply_until is not None
    assert cycle.reply_until > first
    assert cycle.reply_from == date(2026, 4, 28)


def test_open_contests_hold_the_review_and_upheld_ones_ask_for_new_figures(session: Session, agency: Agency) -> None:
    who = make.employee(session, agency)
    cycle = steps.computed(session, steps.draft(session, agency), who)
    open_replies(session, cycle, days=10, actor=SYSTEM, now=steps.REPLIES_AT)
    row = contest(session, cycle, who)

    def step() -> Step:
        return next_step(cycle, progress_of(session, [cycle])[cycle.id], steps.REVIEWED_AT.date())

    assert step() is Step.DECIDE_CONTESTS
    with pytest.raises(RepliesWaitError, match="belum diputus"):
        finish_review(session, cycle, actor=SYSTEM, now=steps.REVIEWED_AT)
    decided(session, row, ContestOutcome.UPHELD, steps.REPLIES_AT)
    assert step() is Step.RECOMPUTE
    with pytest.raises(RepliesWaitError, match="Hitung ulang"):
        finish_review(session, cycle, actor=SYSTEM, now=steps.REVIEWED_AT)
    cycle.computed_at = steps.REVIEWED_AT
    session.flush()
    assert step() is Step.FINISH_REVIEW
    finish_review(session, cycle, actor=SYSTEM, now=steps.REVIEWED_AT)


def test_a_rejected_contest_asks_for_nothing_more(session: Session, agency: Agency) -> None:
    who = make.employee(session, agency)
    cycle = steps.computed(session, steps.draft(session, agency), who)
    open_replies(session, cycle, days=10, actor=SYSTEM, now=steps.REPLIES_AT)
    decided(session, contest(session, cycle, who), ContestOutcome.REJECTED, steps.REVIEWED_AT)
    finish_review(session, cycle, actor=SYSTEM, now=steps.REVIEWED_AT)


def test_employees_with_an_account_are_told_twice_and_the_others_are_counted(session: Session, agency: Agency) -> None:
    reached = make.employee(session, agency, user_id=make.user(session).id)
    cycle = steps.computed(session, steps.draft(session, agency), reached, make.employee(session, agency))
    told = open_replies(session, cycle, days=10, actor=SYSTEM, now=steps.REPLIES_AT)
    assert (told.told, told.without_account) == (1, 1)
    finish_review(session, cycle, actor=SYSTEM, now=steps.REVIEWED_AT)
    steps.signed(session, cycle)
    freeze(session, cycle, actor=SYSTEM, now=steps.FROZEN_AT)
    rows = session.execute(sa.select(Message.user_id, Message.template, Message.params)).all()
    assert sorted(rows, key=lambda row: row.template) == [
        (reached.user_id, "cycle_frozen", {"cycle": cycle.id}),
        (reached.user_id, "reply_open", {"cycle": cycle.id}),
    ]


def test_a_draft_waits_until_the_last_visit_can_no_longer_be_rated(session: Session, agency: Agency) -> None:
    cycle = steps.draft(session, agency)
    progress = progress_of(session, [cycle])[cycle.id]
    assert next_step(cycle, progress, date(2026, 4, 21)) is Step.WAIT_FOR_BOOK
    assert next_step(cycle, progress, date(2026, 4, 22)) is Step.COMPUTE


def test_the_page_of_an_agency_may_name_who_opened_it(session: Session, agency: Agency) -> None:
    who = make.user(session)
    cycle = open_cycle(
        session, agency_id=agency.id, name="Mei 2026", kind=CycleKind.MONTHLY, starts_on=date(2026, 5, 1),
        ends_on=date(2026, 5, 31), actor=person(who.id), now=steps.COMPUTED_AT,
    )  # fmt: skip
    assert cycle.opened_by == who.id
