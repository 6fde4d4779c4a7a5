"""Which clock runs on the office now, until when, and when somebody further up is told.

What is stored on a case follows from raw rows alone: the moment its clocks started, its pauses, its classification and
unit, the dated rules and the calendar. `deadlines_of` computes it again.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import ActorKind
from feedback_app.audit.operations import Actor
from feedback_app.handling.clocks.in_force import Clocks, Deadlines, Run, clocks_of
from feedback_app.handling.clocks.models import CasePause, ChangeCause, DeadlineChange
from feedback_app.handling.clocks.sla import LADDER, CaseClock, Step, clock_in_force, next_step
from feedback_app.handling.models import Case


def run_of(session: Session, case: Case) -> Run:
    """Return how the clocks of a case run, as its rows say."""
    query = sa.select(CasePause.starts_at, CasePause.ends_at).where(
        CasePause.agency_id == case.agency_id,
        CasePause.case_id == case.id,
        CasePause.starts_at >= case.clocks_start_at,
    )
    with session.no_autoflush:
        pauses = [(begun, ended) for begun, ended in session.execute(query.order_by(CasePause.starts_at))]
    return Run(case.clocks_start_at, pauses, reopened=case.reopened_count > 0, extended=case.extended_at is not None)


def deadlines_of(session: Session, case: Case, clocks: Clocks) -> Deadlines:
    """Return the deadlines of a case from its raw rows."""
    return clocks.deadlines(case.classification, run_of(session, case), case.unit_id)


def wind(
    session: Session, case: Case, clocks: Clocks | None = None, *, run: Run | None = None, now: datetime | None = None
) -> None:
    """Set the clock that runs on the office now; a clock that goes on keeps what it has reached.

    Where its deadline has moved, `now` tells which of the rungs it had reached still lie behind it: those told once
    are not told again, and a clock that got time starts lower.
    """
    clock = clock_in_force(case.status, reply_is_met=case.reply_met_at is not None)
    due_at = _due(case, clock)
    if (clock, due_at) == (case.clock, case.due_at) and now is None:
        return
    reached = Step(case.escalation_step or Step.NONE) if clock is case.clock and now else Step.NONE
    case.clock, case.due_at, case.escalation_step, case.escalate_at = clock, due_at, Step.NONE, None
    if clock is not None and due_at is not None:
        _climb_back(session, case, reached, clocks, run, now)


def _climb_back(
    session: Session, case: Case, reached: Step, clocks: Clocks | None, run: Run | None, now: datetime | None
) -> None:
    with session.no_autoflush:
        known, ran = clocks or clocks_of(session, case.agency_id), run or run_of(session, case)
    rungs = {step: rung_at(session, case, step, known, run=ran) for step in LADDER if step <= reached + 1}
    behind = [
        step for step, at in rungs.items() if step <= reached and at is not None and now is not None and at <= now
    ]
    case.escalation_step = max(behind, default=Step.NONE)
    following = next_step(Step(case.escalation_step))
    case.escalate_at = rungs[following] if following else None


def rung_at(
    session: Session, case: Case, step: Step, clocks: Clocks | None = None, *, run: Run | None = None
) -> datetime | None:
    """Return when the clock that runs reaches a rung of the ladder; None where none runs towards a deadline."""
    if case.clock is None:
        return None
    with session.no_autoflush:
        known, ran = clocks or clocks_of(session, case.agency_id), run or run_of(session, case)
    return known.rung_at(case.classification, ran, case.unit_id, case.clock, step)


def climb(session: Session, case: Case, clocks: Clocks | None = None) -> Step | None:
    """Take a case one rung up the ladder; return the rung it has reached, None where there was none left."""
    reached = next_step(Step(case.escalation_step))
    if reached is None:
        case.escalate_at = None
        return None
    case.escalation_step = reached
    following = next_step(reached)
    case.escalate_at = rung_at(session, case, following, clocks) if following else None
    return reached


def restart(session: Session, case: Case, cause: ChangeCause, *, actor: Actor, now: datetime) -> None:
    """Let all clocks of a case start anew from a moment; the old deadlines are kept.

    Where the office itself takes up again what it put away, they run on: time is won by the reporter's word alone.
    """
    if cause is not ChangeCause.RESTORED or actor.kind is not ActorKind.USER:
        case.clocks_start_at, case.reply_met_at, case.extended_at = now, None, None
        # No clock goes on: what was reached counts no more.
        case.escalation_step = Step.NONE
    recompute(session, case, cause, actor=actor, now=now)


def recompute(
    session: Session,
    case: Case,
    cause: ChangeCause,
    *,
    actor: Actor,
    now: datetime,
    clocks: Clocks | None = None,
    run: Run | None = None,
) -> bool:
    """Compute the deadlines of a case again, keep each old one that moved, and tell whether any did.

    `clocks` and `run` are given where they have been read for many cases at once.
    """
    with session.no_autoflush:
        known, ran = clocks or clocks_of(session, case.agency_id), run or run_of(session, case)
    due = known.deadlines(case.classification, ran, case.unit_id)
    fresh = {
        CaseClock.VERIFY: due.verify_due_at, CaseClock.REPLY: due.reply_due_at, CaseClock.RESOLVE: due.resolve_due_at,
    }  # fmt: skip
    moved = {clock: (old, new) for clock, new in fresh.items() if (old := _due(case, clock)) != new}
    case.verify_due_at, case.reply_due_at, case.resolve_due_at = due.verify_due_at, due.reply_due_at, due.resolve_due_at
    for clock, (old, new) in moved.items():
        session.add(
            DeadlineChange(
                agency_id=case.agency_id, case_id=case.id, at=now, clock=clock, old_due_at=old, new_due_at=new,
                cause=cause, actor_kind=actor.kind, actor_id=actor.user_id,
            )
        )  # fmt: skip
    with session.no_autoflush:
        wind(session, case, known, run=ran, now=now)
    return bool(moved)


def _due(case: Case, clock: CaseClock | None) -> datetime | None:
    if clock is CaseClock.VERIFY:
        return case.verify_due_at
    if clock is CaseClock.REPLY:
        return case.reply_due_at
    return case.resolve_due_at if clock is CaseClock.RESOLVE else None
