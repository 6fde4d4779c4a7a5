"""Makers of cycles in each state, written row by row: what a computation would leave, without one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, person
from feedback_app.evaluation.cycles.freezing import freeze
from feedback_app.evaluation.cycles.life import finish_review, note_move, open_replies
from feedback_app.evaluation.cycles.opening import open_cycle
from feedback_app.evaluation.cycles.signing import sign
from feedback_app.evaluation.cycles.stored import output_hash
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import Band, CycleKind, CycleStatus
from feedback_app.identity.models import User
from feedback_app.organisation.models import Agency, Employee
from tests import factories as make

STARTS_ON, ENDS_ON = date(2026, 1, 1), date(2026, 3, 31)
COMPUTED_AT = datetime(2026, 4, 27, 2, 0, tzinfo=UTC)
REPLIES_AT = COMPUTED_AT + timedelta(days=1)
REVIEWED_AT = COMPUTED_AT + timedelta(days=30)
SIGNED_AT = COMPUTED_AT + timedelta(days=31)
FROZEN_AT = COMPUTED_AT + timedelta(days=32)
REPLY_DAYS = 10


def draft(session: Session, of: Agency, name: str = "TW I 2026", **values: Any) -> Cycle:
    """A cycle that was just opened."""
    wanted = {"kind": CycleKind.QUARTERLY, "starts_on": STARTS_ON, "ends_on": ENDS_ON, **values}
    return open_cycle(session, agency_id=of.id, name=name, actor=SYSTEM, now=COMPUTED_AT, **wanted)


def score(session: Session, cycle: Cycle, who: Employee, **values: Any) -> Score:
    """What a computation says of one person."""
    figures: dict[str, Any] = {
        "n": 40, "n_effective": 40.0, "own_share": 1.0, "n_beside": 0, "mean_residual": 2.0, "score": 1.0,
        "standard_error": 0.5, "low": 0.2, "high": 1.8, "reliability": 0.8, "band": Band.AS_EXPECTED,
        "shadow_score": 1.0, "shadow_low": 0.2, "shadow_high": 1.8, "shadow_band": Band.AS_EXPECTED, **values,
    }  # fmt: skip
    row = Score(agency_id=cycle.agency_id, cycle_id=cycle.id, employee_id=who.id, **figures)
    session.add(row)
    session.flush()
    return row


def computed(session: Session, cycle: Cycle, *people: Employee, by: User | None = None) -> Cycle:
    """A cycle as its computation leaves it, with a figure for each of these people."""
    for who in people:
        score(session, cycle, who)
    with session.no_autoflush:
        cycle.inputs_until = cycle.inputs_until or COMPUTED_AT
        cycle.computed_at, cycle.computed_by = COMPUTED_AT, by.id if by else None
        cycle.input_hash = "e" * 64
        cycle.tau2, cycle.sigma2, cycle.delta, cycle.overall_baseline = 4.0, 100.0, 1.0, 80.0
        cycle.output_hash = output_hash(session, cycle)
    note_move(session, cycle, CycleStatus.COMPUTED, SYSTEM, COMPUTED_AT)
    return cycle


def reviewed(session: Session, cycle: Cycle) -> Cycle:
    """A computed cycle whose employees had their say."""
    open_replies(session, cycle, days=REPLY_DAYS, actor=SYSTEM, now=REPLIES_AT)
    finish_review(session, cycle, actor=SYSTEM, now=REVIEWED_AT)
    return cycle


def signed(session: Session, cycle: Cycle, *signers: User) -> Cycle:
    """A reviewed cycle that two people signed."""
    for signer in signers or (make.user(session), make.user(session)):
        sign(session, cycle, seen_hash=str(cycle.output_hash), actor=person(signer.id), now=SIGNED_AT)
    return cycle


def frozen(session: Session, of: Agency, *people: Employee, signers: tuple[User, ...] = (), **values: Any) -> Cycle:
    """A cycle that went the whole way."""
    cycle = computed(session, draft(session, of, **values), *people)
    signed(session, reviewed(session, cycle), *signers)
    freeze(session, cycle, actor=SYSTEM, now=FROZEN_AT)
    return cycle
