"""The deadlines of open cases by their raw rows: to foresee what a change moves, and to check what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.clocks.in_force import Clocks, Deadlines, Run, clocks_of
from feedback_app.handling.clocks.models import CasePause
from feedback_app.handling.clocks.sla import CaseClock, Pause, Step, clock_in_force, next_step
from feedback_app.handling.models import Case
from feedback_app.handling.rules import CaseStatus

# What the office still works on. An answer that stands was in time or not by the calendar of its day, and the citizen's
# window stays as they were told it.
WORKED_ON: Final = (CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS, CaseStatus.ON_HOLD)
FETCHED_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Shift:
    """What a change does to the open cases of an agency: how many move, which way, and how many are late by it."""

    cases: int = 0
    moved: int = 0
    later: int = 0
    earlier: int = 0
    newly_late: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored moment of a case that its raw rows do not give."""

    agency_id: int
    case_id: int
    what: str
    stored: object
    computed: object


@dataclass(frozen=True, slots=True)
class Line:
    """An open case as stored, and how its clocks run and end by its raw rows."""

    row: Any
    run: Run
    due: Deadlines


def shift(session: Session, agency_id: int, *, now: datetime) -> Shift:
    """Return what the calendar and rules, as this transaction has them, move against what is stored."""
    counts = {"cases": 0, "moved": 0, "later": 0, "earlier": 0, "newly_late": 0}
    for line in lines(session, agency_id, clocks_of(session, agency_id)):
        row = line.row
        counts["cases"] += 1
        pair = _first_moved(row, line.due)
        if pair is None:
            continue
        counts["moved"] += 1
        old, new = pair
        # Without a limit is later than any day.
        is_later = new is None or (old is not None and new > old)
        counts["later" if is_later else "earlier"] += 1
        if row.due_at is not None and row.due_at >= now and not is_later and (new is None or new < now):
            counts["newly_late"] += 1
    return Shift(**counts)


def _first_moved(row: Any, due: Deadlines) -> tuple[datetime | None, datetime | None] | None:
    """Return old and new of the deadline that moved: of the clock that runs, else of the settlement, else any."""
    pairs = {
        CaseClock.RESOLVE: (row.resolve_due_at, due.resolve_due_at),
        CaseClock.REPLY: (row.reply_due_at, due.reply_due_at),
        CaseClock.VERIFY: (row.verify_due_at, due.verify_due_at),
    }
    ordered = [row.clock, *pairs] if row.clock else [*pairs]
    return next((pairs[clock] for clock in ordered if pairs[clock][0] != pairs[clock][1]), None)


def differences(session: Session, agency_id: int) -> Iterator[Difference]:
    """Yield every stored deadline, clock and rung of an agency's open cases that its raw rows do not give."""
    clocks = clocks_of(session, agency_id)
    for line in lines(session, agency_id, clocks):
        yield from differences_of(line, clocks)


def differences_of(line: Line, clocks: Clocks) -> Iterator[Difference]:
    """Yield what is stored of one case and does not follow from its raw rows."""
    row, due = line.row, line.due
    clock = clock_in_force(row.status, reply_is_met=row.reply_met_at is not None)
    at = due.of(clock) if clock else None
    following = next_step(Step(row.escalation_step)) if at else None
    rung = clocks.rung_at(row.classification, line.run, row.unit_id, clock, following) if clock and following else None
    computed = {
        "verify_due_at": due.verify_due_at, "reply_due_at": due.reply_due_at, "resolve_due_at": due.resolve_due_at,
        "clock": clock, "due_at": at, "escalate_at": rung,
    }  # fmt: skip
    for name, value in computed.items():
        if getattr(row, name) != value:
            yield Difference(row.agency_id, row.id, name, getattr(row, name), value)


def lines(
    session: Session, agency_id: int, clocks: Clocks, *, after_case_id: int = 0, limit: int | None = None
) -> Iterator[Line]:
    """Yield the open cases of an agency by number, with their deadlines by raw rows; those after one, as many."""
    columns = (
        Case.agency_id, Case.id, Case.classification, Case.unit_id, Case.status, Case.clock, Case.due_at,
        Case.verify_due_at, Case.reply_due_at, Case.resolve_due_at, Case.clocks_start_at, Case.reopened_count,
        Case.extended_at, Case.reply_met_at, Case.escalation_step, Case.escalate_at,
    )  # fmt: skip
    query = sa.select(*columns).where(
        Case.agency_id == agency_id, Case.id > after_case_id, Case.status.in_(WORKED_ON)
    )  # fmt: skip
    found = session.execute(query.order_by(Case.id).limit(limit).execution_options(yield_per=FETCHED_AT_ONCE))
    for rows in found.partitions():
        pauses = pauses_of(session, agency_id, [row.id for row in rows])
        for row in rows:
            run = run_from(row, pauses.get(row.id, ()))
            yield Line(row, run, clocks.deadlines(row.classification, run, row.unit_id))


def run_from(case: Any, pauses: list[Pause] | tuple[Pause, ...]) -> Run:
    """Return how the clocks of a case run, from its row and all its pauses."""
    counted = [pause for pause in pauses if pause[0] >= case.clocks_start_at]
    return Run(case.clocks_start_at, counted, reopened=case.reopened_count > 0, extended=case.extended_at is not None)


def pauses_of(session: Session, agency_id: int, case_ids: list[int]) -> dict[int, list[Pause]]:
    """Return the pauses of some cases of an agency, by case, the first one first."""
    query = sa.select(CasePause.case_id, CasePause.starts_at, CasePause.ends_at).where(
        CasePause.agency_id == agency_id, CasePause.case_id.in_(case_ids)
    )
    found: dict[int, list[Pause]] = {}
    for case_id, begun, ended in session.execute(query.order_by(CasePause.starts_at)):
        found.setdefault(case_id, []).append((begun, ended))
    return found
