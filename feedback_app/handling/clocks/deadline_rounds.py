"""Rounds through the open cases of an agency, batch after batch, after its calendar or its rules changed.

A round looks twice. While the first look runs, a case may be opened by somebody who read the calendar before it
changed and commits after the look has passed; the second look, a while later, finds such a case.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import ActorKind
from feedback_app.audit.operations import SYSTEM, Actor, record
from feedback_app.handling.clocks.in_force import Clocks, clocks_of
from feedback_app.handling.clocks.models import ChangeCause, DeadlineRound
from feedback_app.handling.clocks.open_deadlines import WORKED_ON, differences_of, lines, pauses_of, run_from
from feedback_app.handling.clocks.running import recompute
from feedback_app.handling.models import Case
from feedback_app.queue import ask

JOB: Final = "recompute_deadlines"
BATCH: Final = 1_000
# Longer than any transaction that opens a case or moves it takes.
SECOND_LOOK_AFTER: Final = timedelta(minutes=1)


def start_round(session: Session, agency_id: int, cause: ChangeCause, *, actor: Actor, now: datetime) -> DeadlineRound:
    """Ask for all open deadlines of an agency to be computed again; a job does it after the commit."""
    cases = session.scalar(
        sa.select(sa.func.count()).where(Case.agency_id == agency_id, Case.status.in_(WORKED_ON))
    )  # fmt: skip
    row = DeadlineRound(
        agency_id=agency_id, cause=cause, asked_at=now, asked_by=actor.user_id, cases=cases or 0, seen=0, moved=0,
        after_case_id=0,
    )  # fmt: skip
    session.add(row)
    session.flush()
    ask(session, JOB)
    return row


def _waits(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        DeadlineRound.checked_at.is_(None),
        sa.or_(DeadlineRound.done_at.is_(None), DeadlineRound.asked_at <= now - SECOND_LOOK_AFTER),
    )


def any_round_waits(session: Session, *, now: datetime) -> bool:
    """Tell whether a round has cases to look at."""
    return session.scalar(sa.select(sa.literal(1)).select_from(DeadlineRound).where(_waits(now)).limit(1)) is not None


def next_batch(session: Session, *, now: datetime, limit: int = BATCH, agency_id: int | None = None) -> bool:
    """Compute the deadlines of the next cases of the oldest round that waits; tell whether there was one."""
    query = sa.select(DeadlineRound).where(_waits(now)).order_by(DeadlineRound.asked_at, DeadlineRound.id).limit(1)
    if agency_id is not None:
        query = query.where(DeadlineRound.agency_id == agency_id)
    row = session.scalar(query.with_for_update(skip_locked=True))
    if row is None:
        return False
    clocks = clocks_of(session, row.agency_id)
    looked_at = list(lines(session, row.agency_id, clocks, after_case_id=row.after_case_id, limit=limit))
    # Most cases stay where they are: only those that do not are locked.
    stale = [line.row.id for line in looked_at if next(differences_of(line, clocks), None)]
    row.moved += _recompute(session, row, stale, clocks, now)
    if row.done_at is None:
        row.seen += len(looked_at)
    if looked_at:
        row.after_case_id = looked_at[-1].row.id
    if len(looked_at) < limit:
        _end_look(session, row, now)
    session.flush()
    return True


def _recompute(session: Session, row: DeadlineRound, case_ids: list[int], clocks: Clocks, now: datetime) -> int:
    if not case_ids:
        return 0
    cases = session.scalars(
        sa.select(Case)
        .where(Case.agency_id == row.agency_id, Case.id.in_(case_ids), Case.status.in_(WORKED_ON))
        .order_by(Case.id)
        .with_for_update()
        # What a session read before it waited for the lock may have changed since.
        .execution_options(populate_existing=True)
    ).all()
    pauses = pauses_of(session, row.agency_id, case_ids)
    actor = SYSTEM if row.asked_by is None else Actor(ActorKind.USER, row.asked_by)
    return sum(
        recompute(
            session, case, row.cause, actor=actor, now=now, clocks=clocks, run=run_from(case, pauses.get(case.id, []))
        )
        for case in cases
    )


def _end_look(session: Session, row: DeadlineRound, now: datetime) -> None:
    if row.done_at is not None:
        row.checked_at = now
        return
    row.done_at, row.after_case_id = now, 0
    record(
        session, agency_id=row.agency_id, actor=SYSTEM, action="handling.recompute_deadlines",
        subject_type="deadline_round", subject_id=row.id, now=now, cause=row.cause.value, cases=row.seen,
        moved=row.moved,
    )  # fmt: skip


def latest_round(session: Session, agency_id: int) -> DeadlineRound | None:
    """Return the round of an agency that is to be shown: the oldest that still runs, else the latest."""
    mine = sa.select(DeadlineRound).where(DeadlineRound.agency_id == agency_id).limit(1)
    running = session.scalar(mine.where(DeadlineRound.done_at.is_(None)).order_by(DeadlineRound.id))
    return running or session.scalar(mine.order_by(DeadlineRound.id.desc()))


def run_round(
    session: Session,
    agency_id: int,
    cause: ChangeCause,
    *,
    actor: Actor,
    now: datetime,
    commit: Callable[[], None],
) -> int:
    """Make a whole round at once, with the edge's `commit` after each batch; return how many cases moved.

    Its second look is left to the job.
    """
    row = start_round(session, agency_id, cause, actor=actor, now=now)
    commit()
    while row.done_at is None and next_batch(session, now=now, agency_id=agency_id):
        commit()
        session.refresh(row)
    return row.moved
