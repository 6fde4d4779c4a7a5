"""Any acts in any order by anybody: what the database holds of a case is always whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session, aliased

from feedback_app.audit.models import AuditEvent
from feedback_app.clock import office_day
from feedback_app.errors import ConflictError
from feedback_app.handling import life
from feedback_app.handling.answers.answering import answer
from feedback_app.handling.bulk.acts import NothingChosenError, Task, do_to_all
from feedback_app.handling.bulk.collective import Chosen
from feedback_app.handling.bulk.models import BulkKind
from feedback_app.handling.bulk.undo import undo
from feedback_app.handling.citizens.words import add_message
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.clocks.models import CasePause
from feedback_app.handling.clocks.running import deadlines_of
from feedback_app.handling.clocks.sla import CaseClock
from feedback_app.handling.desk.reclassification import reclassify
from feedback_app.handling.ending.archiving import archive, archive_incomplete, object_to_archiving, restore
from feedback_app.handling.ending.dispute_reviews import let_stand, send_back
from feedback_app.handling.ending.models import DisputeReview
from feedback_app.handling.ending.withdrawal import undo_withdrawal, withdraw
from feedback_app.handling.handing_on.disposition import dispose
from feedback_app.handling.models import Case, CaseEvent, Reply
from feedback_app.handling.moves import MOVERS
from feedback_app.handling.operations import close_silent, judge, respond, take
from feedback_app.handling.queries import OPEN_STATUSES
from feedback_app.handling.rules import (
    ENDED,
    MOVES,
    ArchiveReason,
    CaseStatus,
    Classification,
    EventKind,
    Outcome,
    ReplyKind,
)
from tests import factories as make
from tests.handling.lives import ALLEGES, ANSWER, NEWS, QUESTION, STILL, WHY, new_life

PEOPLE = st.sampled_from(["officer", "colleague", "head", "inspector"])
WORDS = st.sampled_from([STILL, STILL, STILL, ALLEGES])
RUNNING = {CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS}


class CaseLife(RuleBasedStateMachine):
    """A case and two like it, four members of staff, their reporters, and time."""

    session: Session

    @initialize(merged=st.booleans())
    def opens(self, merged: bool) -> None:
        self.at = new_life(self.session)
        self.other_unit = make.unit(self.session, self.at.office.agency)
        self.now: datetime = make.NOW
        self.refused = 0
        self.others = [self.at.office.report(f"KTP saya belum jadi, antrean ke-{n}.", at=make.NOW) for n in (2, 3)]
        self.acts: list[int] = []
        if merged:
            self.head_merges(every=True)

    @rule(hours=st.integers(1, 400))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def turn_to_the_next(self) -> None:
        self.others.append(self.at.case)
        self.at.case = self.others.pop(0)

    @rule(every=st.booleans())
    def head_merges(self, every: bool) -> None:
        self.does_to_many(Task(BulkKind.MERGE), [self.at.case, *self.others[: 2 if every else 1]])

    @rule(back=st.booleans())
    def head_disposes_many(self, back: bool) -> None:
        unit_id = self.at.office.unit.id if back else self.other_unit.id
        self.does_to_many(Task(BulkKind.DISPOSE, to_unit_id=unit_id, reason=WHY), [self.at.case, self.others[0]])

    @precondition(lambda self: self.acts)
    @rule()
    def head_undoes(self) -> None:
        act_id = self.acts.pop()
        self.tries(lambda _case: undo(self.session, self.at.head.id, act_id, now=self.now))

    @rule(who=PEOPLE)
    def officer_answers_all(self, who: str) -> None:
        self.tries(lambda case: answer(self.session, case, ANSWER, user_id=self.account(who), now=self.now))

    @rule(who=PEOPLE, status=st.sampled_from(["verify", "take", "release"]))
    def officer_moves(self, who: str, status: str) -> None:
        acts = {"verify": life.verify, "take": take, "release": life.release}
        self.tries(lambda case: acts[status](self.session, case, user_id=self.account(who), now=self.now))

    @rule(who=PEOPLE, act=st.sampled_from([(life.ask, QUESTION), (life.report_progress, NEWS), (respond, ANSWER)]))
    def officer_tells(self, who: str, act: tuple[Callable[..., object], str]) -> None:
        do, words = act
        self.tries(lambda case: do(self.session, case, words, user_id=self.account(who), now=self.now))

    @rule(who=PEOPLE, reason=st.sampled_from([ArchiveReason.SPAM, ArchiveReason.REFERRED]))
    def officer_archives(self, who: str, reason: ArchiveReason) -> None:
        self.tries(lambda case: archive(self.session, case, reason, WHY, user_id=self.account(who), now=self.now))

    @rule(who=PEOPLE)
    def officer_restores(self, who: str) -> None:
        self.tries(lambda case: restore(self.session, case, WHY, user_id=self.account(who), now=self.now))

    @rule(who=PEOPLE, wanted=st.sampled_from(list(Classification)))
    def officer_reclassifies(self, who: str, wanted: Classification) -> None:
        self.tries(lambda case: reclassify(self.session, case, wanted, WHY, user_id=self.account(who), now=self.now))

    @rule(who=PEOPLE, back=st.booleans())
    def officer_disposes(self, who: str, back: bool) -> None:
        unit_id = self.at.office.unit.id if back else self.other_unit.id
        self.tries(lambda case: dispose(self.session, case, unit_id, WHY, self.account(who), self.now))

    @rule(who=PEOPLE, decide=st.sampled_from([send_back, let_stand]))
    def reviewer_decides(self, who: str, decide: Callable[..., object]) -> None:
        self.tries(lambda case: decide(self.session, case, WHY, user_id=self.account(who), now=self.now))

    @rule(outcome=st.sampled_from([Outcome.CONFIRMED, Outcome.PARTLY, Outcome.DISPUTED, Outcome.DISPUTED]), words=WORDS)
    def citizen_judges(self, outcome: Outcome, words: str) -> None:
        self.tries(lambda case: judge(self.session, case, outcome, words, now=self.now))

    @rule(words=WORDS)
    def citizen_writes(self, words: str) -> None:
        self.tries(lambda case: add_message(self.session, case, words, now=self.now))

    @rule(words=WORDS)
    def citizen_objects(self, words: str) -> None:
        self.tries(lambda case: object_to_archiving(self.session, case, words, now=self.now))

    @rule(undone=st.booleans())
    def citizen_withdraws(self, undone: bool) -> None:
        self.tries(lambda case: withdraw(self.session, case, None, now=self.now))
        if undone:
            self.tries(lambda case: undo_withdrawal(self.session, case, now=self.now))

    @rule()
    def sweep_passes(self) -> None:
        self.tries(lambda _case: close_silent(self.session, now=self.now))
        self.tries(lambda _case: archive_incomplete(self.session, now=self.now))

    def account(self, who: str) -> int:
        found: int = getattr(self.at, who).id
        return found

    def does_to_many(self, task: Task, cases: list[Case]) -> None:
        chosen, day = [Chosen(case.id) for case in cases], office_day(self.now)

        def do(_case: Case) -> None:
            act = do_to_all(self.session, chosen, task, user_id=self.at.head.id, day=day, now=self.now)
            self.acts.append(act.id)

        with suppress(NothingChosenError):
            self.tries(do)

    def tries(self, act: Callable[[Case], object]) -> None:
        try:
            with self.session.begin_nested():
                act(self.at.case)
                self.session.flush()
        except ConflictError:
            self.refused += 1
        self.at.case = self.session.get_one(Case, (self.at.case.agency_id, self.at.case.id), populate_existing=True)

    @invariant()
    def ends_have_a_moment_and_an_answer(self) -> None:
        case = self.at.case
        assert (case.closed_at is not None) is (case.status in ENDED)
        if case.status in {CaseStatus.CLOSED, CaseStatus.ANSWERED}:
            kinds = self.of(sa.select(Reply.kind).where(Reply.case_id == case.id))
            assert ReplyKind.ANSWER in kinds
            assert case.first_replied_at is not None

    @invariant()
    def no_clock_runs_while_the_citizen_has_the_word(self) -> None:
        case = self.at.case
        assert (case.clock is not None) is (case.status in RUNNING)
        due = {
            CaseClock.VERIFY: case.verify_due_at, CaseClock.REPLY: case.reply_due_at,
            CaseClock.RESOLVE: case.resolve_due_at, None: None,
        }  # fmt: skip
        assert case.due_at == due[case.clock]

    @invariant()
    def deadlines_follow_from_raw_rows(self) -> None:
        case = self.at.case
        if case.status not in RUNNING:
            return
        again = deadlines_of(self.session, case, clocks_of(self.session, case.agency_id))
        assert (again.verify_due_at, again.reply_due_at, again.resolve_due_at) == (
            case.verify_due_at, case.reply_due_at, case.resolve_due_at,
        )  # fmt: skip

    @invariant()
    def pauses_are_paired(self) -> None:
        pauses = self.of(sa.select(CasePause).where(CasePause.case_id == self.at.case.id))
        still_open = [pause for pause in pauses if pause.ends_at is None]
        assert len(still_open) == (self.at.case.status is CaseStatus.ON_HOLD)
        assert all(pause.ends_at is None or pause.ends_at >= pause.starts_at for pause in pauses)

    @invariant()
    def every_event_has_its_line_in_the_trail(self) -> None:
        case = self.at.case
        events = self.of(sa.select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id))
        opening, later = events[0], events[1:]
        assert (opening.from_status, opening.to_status) == (None, CaseStatus.NEW)
        trail = self.of(
            sa.select(AuditEvent).where(
                AuditEvent.agency_id == case.agency_id, AuditEvent.subject_type == "case",
                AuditEvent.subject_id == case.id,
            )
        )  # fmt: skip
        moved = [row for row in trail if "to_status" in row.detail]
        assert len(moved) == sum(event.kind is EventKind.MOVED for event in later)
        assert sum("status" in row.detail for row in trail) == sum(event.kind is not EventKind.MOVED for event in later)

    @invariant()
    def every_move_stands_in_the_table(self) -> None:
        events = self.of(sa.select(CaseEvent).where(CaseEvent.case_id == self.at.case.id).order_by(CaseEvent.id))
        status = None
        for event in events:
            assert event.from_status == status
            status = event.to_status
            if event.kind is EventKind.MOVED and event.from_status is not None:
                assert MOVERS[event.actor_kind] in MOVES[event.from_status, event.to_status]
        assert status is self.at.case.status

    @invariant()
    def no_open_case_waits_behind_one_that_will_not_answer_it(self) -> None:
        main = aliased(Case)
        behind = sa.select(Case, main).join(
            main, sa.and_(main.agency_id == Case.agency_id, main.id == Case.duplicate_of)
        )
        self.session.flush()
        for copy, head in self.session.execute(behind.where(Case.agency_id == self.at.case.agency_id)):
            assert not copy.is_confidential
            assert not head.is_confidential
            assert head.duplicate_of is None
            if copy.status in OPEN_STATUSES:
                assert head.status not in ENDED
                assert (head.unit_id, head.classification) == (copy.unit_id, copy.classification)
            if copy.status in RUNNING:
                assert head.status is not CaseStatus.ON_HOLD

    @invariant()
    def review_waits_only_for_somebody_else_and_while_there_is_something_to_decide(self) -> None:
        reviews = self.of(sa.select(DisputeReview).where(DisputeReview.case_id == self.at.case.id))
        waiting = [row for row in reviews if row.verdict is None and row.lapsed_at is None]
        assert len(waiting) <= (self.at.case.status not in ENDED | {CaseStatus.ANSWERED})
        assert all(row.reviewer_id != row.answered_by for row in reviews)

    def of(self, query: sa.Select[Any]) -> list[Any]:
        self.session.flush()
        return list(self.session.scalars(query))


def test_whatever_happens_a_case_stays_whole(session: Session) -> None:
    class OnThisDatabase(CaseLife):
        pass

    OnThisDatabase.session = session
    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )  # fmt: skip
