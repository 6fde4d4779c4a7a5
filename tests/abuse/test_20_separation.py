"""Abuse case 20: nobody decides upon what is about them, what they asked for, or what they did before.

Each pair of parts is tried twice: through the operation, and past it as a plain statement.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.errors import DomainError
from feedback_app.evaluation.cycles.freezing import freeze
from feedback_app.evaluation.cycles.objections import decide, explain, file_objection
from feedback_app.evaluation.cycles.rules import DayKind
from feedback_app.evaluation.cycles.signing import sign
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.models import Contest, Objection
from feedback_app.evaluation.replies.rules import ContestKind, ContestReason, ContestState, ObjectionOutcome
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.organisation.people.models import PeopleChange
from feedback_app.organisation.people.rules import ChangeKind, ChangeState
from tests import factories as make
from tests.evaluation.cycles import steps

NEXT_DAY = steps.FROZEN_AT + timedelta(days=1)
# A superior who finds no explanation may decide after a week.
LATER = NEXT_DAY + timedelta(days=20)
WORDS = "Hasil ini tidak sesuai dengan jadwal saya."


class World:
    """A frozen cycle and everybody who had a hand in it, each with a role that decides: only their part stops them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.agency = make.agency(session)
        unit = make.unit(session, self.agency)
        self.people = {name: make.user(session) for name in PARTS}
        # What only a reviewer does is done by one; nobody holds the roles that do not go together.
        for part, account in self.people.items():
            roles = (Role.REVIEWER,) if part == "reviewed" else (Role.SUPERIOR, Role.PERSONNEL)
            for role in roles:
                make.grant(session, account, role, self.agency)
        self.who = make.employee(session, self.agency, user_id=self.people["subject"].id)
        head = make.employee(session, self.agency, user_id=self.people["direct superior"].id)
        make.assignment(session, self.who, unit, starts_on=steps.STARTS_ON)
        make.assignment(session, head, unit, is_head=True, starts_on=steps.STARTS_ON)
        cycle = steps.draft(session, self.agency)
        self.cycle = steps.computed(session, cycle, self.who, by=self.people["computed"])
        self._contest()
        steps.reviewed(session, cycle)

    def _contest(self) -> None:
        self.contest = Contest(
            agency_id=self.agency.id, cycle_id=self.cycle.id, employee_id=self.who.id, kind=ContestKind.FIGURE,
            reason=ContestReason.FACTUAL_ERROR, words=WORDS, filed_by=self.people["subject"].id,
            filed_at=steps.COMPUTED_AT, due_on=steps.REVIEWED_AT.date(), state=ContestState.DECIDED,
            outcome="rejected", explanation="Jadwal sudah benar.", decided_at=steps.COMPUTED_AT,
            reviewer_id=self.people["reviewed"].id, assigned_by=self.people["stranger"].id,
        )  # fmt: skip
        self.session.add(self.contest)
        self.session.flush()

    def frozen(self) -> Cycle:
        steps.signed(self.session, self.cycle, self.people["signed"], self.people["second signer"])
        freeze(self.session, self.cycle, actor=person(self.people["signed"].id), now=steps.FROZEN_AT)
        return self.cycle

    def objection(self) -> Objection:
        return file_objection(
            self.session, self.frozen(), self.who.id, words=WORDS, actor=person(self.people["subject"].id),
            now=NEXT_DAY, day_kind=DayKind.CALENDAR,
        )  # fmt: skip

    def is_refused(self, act: Callable[[], object]) -> bool:
        try:
            with self.session.begin_nested():
                act()
                self.session.flush()
        except (DomainError, IntegrityError):
            self.session.expire_all()
            return True
        return False


PARTS: Final = (
    "subject", "direct superior", "computed", "signed", "second signer", "reviewed", "explained", "stranger",
)  # fmt: skip
NOT_TO_DECIDE: Final = frozenset(PARTS) - {"stranger"}


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


@pytest.mark.parametrize("part", PARTS)
def test_an_objection_is_decided_by_a_stranger_to_the_result_alone(world: World, part: str) -> None:
    objection, who = world.objection(), world.people[part]
    explain(world.session, objection, words=WORDS, actor=person(world.people["explained"].id), now=NEXT_DAY)

    def operation() -> None:
        decide(
            world.session, objection, outcome=ObjectionOutcome.UPHELD, words=WORDS, actor=person(who.id), now=LATER
        )  # fmt: skip

    def statement() -> None:
        world.session.execute(
            sa.text("UPDATE objections SET outcome = 'upheld', decision = 'ya', decided_at = now(), decided_by = :who"),
            {"who": who.id},
        )

    # The statement first: what it is refused leaves the objection undecided for the operation.
    assert world.is_refused(statement) is (part in NOT_TO_DECIDE)
    if part in NOT_TO_DECIDE:
        assert world.is_refused(operation)


def test_a_stranger_decides_by_the_operation_too(world: World) -> None:
    objection = world.objection()
    explain(world.session, objection, words=WORDS, actor=person(world.people["explained"].id), now=NEXT_DAY)
    decide(
        world.session, objection, outcome=ObjectionOutcome.REJECTED, words=WORDS,
        actor=person(world.people["stranger"].id), now=LATER,
    )  # fmt: skip
    assert objection.decided_by == world.people["stranger"].id


def test_nobody_explains_an_objection_of_their_own(world: World) -> None:
    objection, subject = world.objection(), world.people["subject"]
    assert world.is_refused(
        lambda: explain(world.session, objection, words=WORDS, actor=person(subject.id), now=NEXT_DAY)
    )
    assert world.is_refused(
        lambda: world.session.execute(
            sa.text("UPDATE objections SET explanation = 'ya', explained_at = now(), explained_by = :who"),
            {"who": subject.id},
        )
    )


@pytest.mark.parametrize("part", PARTS)
def test_a_cycle_is_signed_by_whoever_it_does_not_rate(world: World, part: str) -> None:
    who = world.people[part]

    def operation() -> None:
        sign(
            world.session, world.cycle, seen_hash=str(world.cycle.output_hash), actor=person(who.id),
            now=steps.SIGNED_AT,
        )  # fmt: skip

    assert world.is_refused(operation) is (part == "subject")
    # Nobody signs twice either, whatever they tried first.
    assert world.is_refused(lambda: _signature(world, who))


def _signature(world: World, who: User) -> None:
    world.session.execute(
        sa.text("INSERT INTO cycle_signatures VALUES (:agency, :cycle, :who, now(), :one, :other)"),
        {
            "agency": world.agency.id, "cycle": world.cycle.id, "who": who.id, "one": world.cycle.input_hash,
            "other": world.cycle.output_hash,
        },
    )  # fmt: skip


def test_a_single_account_never_freezes_a_cycle(world: World) -> None:
    steps.signed(world.session, world.cycle, world.people["computed"])
    alone = person(world.people["computed"].id)
    assert world.is_refused(lambda: freeze(world.session, world.cycle, actor=alone, now=steps.FROZEN_AT))
    assert world.is_refused(
        lambda: world.session.execute(
            sa.text("UPDATE cycles SET status = 'frozen', signed_at = now(), frozen_at = now()")
        )
    )


@pytest.mark.parametrize("column", ["reviewer_id", "assigned_by"])
def test_a_contest_is_neither_reviewed_nor_assigned_by_its_subject(world: World, column: str) -> None:
    subject = world.people["subject"].id
    # Filed by somebody else in their name, so that it is the subject and not the filer who is refused.
    world.session.execute(sa.text("UPDATE contests SET assigned_by = :who"), {"who": world.people["signed"].id})
    world.session.execute(sa.text("UPDATE contests SET filed_by = :who"), {"who": world.people["stranger"].id})
    assert world.is_refused(
        lambda: world.session.execute(sa.text(f"UPDATE contests SET {column} = :who"), {"who": subject})
    )


@pytest.mark.parametrize("column", ["reviewer_id", "assigned_by"])
def test_a_contest_is_neither_reviewed_nor_assigned_by_who_filed_it(world: World, column: str) -> None:
    filer = world.people["second signer"].id
    world.session.execute(sa.text("UPDATE contests SET filed_by = :who"), {"who": filer})
    assert world.is_refused(
        lambda: world.session.execute(sa.text(f"UPDATE contests SET {column} = :who"), {"who": filer})
    )


def test_a_change_of_the_past_is_approved_by_nobody_who_asked_for_it_or_gains_by_it(world: World) -> None:
    asked = world.people["stranger"]
    row = PeopleChange(
        agency_id=world.agency.id, kind=ChangeKind.END, employee_id=world.who.id, payload={},
        touches_from=steps.STARTS_ON, touches_to=steps.STARTS_ON, reason="salah tanggal", requested_by=asked.id,
        requested_at=steps.FROZEN_AT, concerned_employees=[world.who.id],
        concerned_users=[world.people["subject"].id],
    )  # fmt: skip
    world.session.add(row)
    world.session.flush()

    def approve_as(who: User) -> Callable[[], object]:
        return lambda: world.session.execute(
            sa.update(PeopleChange).values(state=ChangeState.APPROVED, decided_by=who.id, decided_at=NEXT_DAY)
        )

    assert world.is_refused(approve_as(asked))
    assert world.is_refused(approve_as(world.people["subject"]))
    assert not world.is_refused(approve_as(world.people["signed"]))
