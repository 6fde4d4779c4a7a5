"""The ladder: a clock that runs out is told first to the head of the unit, then above, in the end to the Inspektorat.

A rung is nobody's work on the case, so it leaves the case's version alone: an officer who is writing an answer at that
moment can still send it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from feedback_app.audit.operations import SYSTEM
from feedback_app.clock import office_day
from feedback_app.handling.clocks.in_force import Clocks, clocks_of
from feedback_app.handling.clocks.models import Escalation
from feedback_app.handling.clocks.running import climb
from feedback_app.handling.clocks.sla import Step
from feedback_app.handling.handing_on.colleagues import heads_above, heads_of, inspectors_of, is_kept_apart
from feedback_app.handling.models import Case
from feedback_app.handling.moves import note_act
from feedback_app.handling.rules import CaseStatus, EventKind
from feedback_app.handling.telling.escalation_mails import Told, tell_of_rungs
from feedback_app.handling.telling.staff import seen_by

BATCH: Final = 100
# Whom each rung is told; only those of them who may see the case are.
TOLD: Final[dict[Step, Callable[[Session, Case, date], Sequence[int]]]] = {
    Step.HEAD: heads_of,
    Step.SUPERVISOR: heads_above,
    Step.INSPECTORATE: inspectors_of,
}


@dataclass(frozen=True, slots=True)
class Rung:
    """A rung that a case has reached, and who is told."""

    case: Case
    step: Step
    readers: Sequence[int]


def is_due(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that the next rung of a case is reached; a duplicate waits for the case it belongs to."""
    return sa.and_(
        Case.status.in_((CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS)),
        Case.escalate_at <= now,
        Case.duplicate_of.is_(None),
    )


def any_escalation_due(session: Session, *, now: datetime) -> bool:
    """Tell whether any case has reached the next rung."""
    return session.scalar(sa.select(sa.literal(1)).where(is_due(now)).limit(1)) is not None


def escalate(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Take cases up the ladder as far as their clocks have run; return how many cases moved."""
    reached = sa.select(Case).where(is_due(now)).order_by(Case.escalate_at, Case.id).limit(limit)
    cases = session.scalars(reached.with_for_update(skip_locked=True)).all()
    clocks = {agency_id: clocks_of(session, agency_id) for agency_id in {case.agency_id for case in cases}}
    climbed = [(case, step) for case in cases for step in _up(session, case, clocks[case.agency_id], now)]
    _tell(session, _with_readers(session, climbed, now), now)
    return len(cases)


def _up(session: Session, case: Case, clocks: Clocks, now: datetime) -> Iterator[Step]:
    while case.escalate_at is not None and case.escalate_at <= now:
        step = _next_rung(session, case, clocks, now)
        if step is not None:
            yield step


def _next_rung(session: Session, case: Case, clocks: Clocks, now: datetime) -> Step | None:
    with session.no_autoflush:
        step = climb(session, case, clocks)
        values: dict[str, object] = {"escalation_step": case.escalation_step, "escalate_at": case.escalate_at}
        if step is Step.INSPECTORATE and not case.is_confidential:
            values["inspected_since"] = case.inspected_since or now
        session.execute(
            sa.update(Case)
            .where(Case.agency_id == case.agency_id, Case.id == case.id)
            .values(values)
            .execution_options(synchronize_session=False)
        )
        for name, value in values.items():
            set_committed_value(case, name, value)
    return step


def _with_readers(session: Session, climbed: Sequence[tuple[Case, Step]], now: datetime) -> list[Rung]:
    """Return the rungs with those accounts that are asked for there and may see the case."""
    day = office_day(now)
    wanted: dict[tuple[object, ...], Sequence[int]] = {}
    asked_for: list[Sequence[int]] = []
    for case, step in climbed:
        # Cases of one unit are told to the same people.
        place = (step, case.agency_id, case.unit_id, is_kept_apart(session, case))
        if place not in wanted:
            wanted[place] = TOLD[step](session, case, day)
        asked_for.append(wanted[place])
    cases = {case.id for case, _ in climbed}
    seen = {user_id: seen_by(session, user_id, cases, day=day) for users in wanted.values() for user_id in users}
    return [
        Rung(case, step, [user_id for user_id in users if case.id in seen[user_id]])
        for (case, step), users in zip(climbed, asked_for, strict=True)
    ]


def _tell(session: Session, rungs: Sequence[Rung], now: datetime) -> None:
    """Note every rung; tell all who are asked for at any of them, of the highest that their case reached just now.

    After a time without sweeps a case climbs several rungs at once. Whoever stands at the lowest is told that the
    deadline is over, not that it is near.
    """
    reached: dict[int, list[Rung]] = defaultdict(list)
    for rung in rungs:
        if _note(session, rung, now):
            reached[rung.case.id].append(rung)
    told: Told = defaultdict(list)
    for climbed in reached.values():
        highest = max(rung.step for rung in climbed)
        for user_id in dict.fromkeys(user_id for rung in climbed for user_id in rung.readers):
            told[climbed[0].case.agency_id, user_id, highest].append(climbed[0].case)
    tell_of_rungs(session, told, now=now)


def _note(session: Session, rung: Rung, now: datetime) -> bool:
    """Note a rung; tell whether it was reached for the first time."""
    case, step, told = rung.case, int(rung.step), len(rung.readers)
    # A deadline that moved away and back reaches the same rung again; it is told and noted once.
    added = session.scalar(
        insert(Escalation)
        .values(
            agency_id=case.agency_id, case_id=case.id, clock=case.clock, due_at=case.due_at, step=step, at=now,
            told=told,
        )
        .on_conflict_do_nothing()
        .returning(Escalation.id)
    )  # fmt: skip
    if added is None:
        return False
    note_act(
        session, case, EventKind.ESCALATED, actor=SYSTEM, now=now, action="handling.escalate", step=step, told=told
    )
    return True
