"""What can be asked about cycles, scores and the evidence behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import ForbiddenError, NotFoundError
from feedback_app.evaluation.evidence.posts import held_in
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import CycleKind, CycleStatus
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency, Assignment, Employee
from feedback_app.organisation.queries import reach, within

WHOLE_AGENCY_NEEDED = (
    "Siklus berlaku untuk seluruh instansi. Mintalah pejabat yang mengelola penilaian di seluruh instansi "
    "untuk membuka atau menghitungnya."
)


class UnknownCycleError(NotFoundError):
    """No such cycle, or none of an agency in which this account evaluates."""

    code = "unknown_cycle"


class WholeAgencyNeededError(ForbiddenError):
    """A cycle speaks of everybody in an agency, and this account evaluates in some of its units only."""

    code = "whole_agency_needed"


class UnknownEmployeeError(NotFoundError):
    """Nobody of this id within reach took part in this cycle."""

    code = "unknown_employee"


@dataclass(frozen=True, slots=True)
class CycleRow:
    """One cycle in the list."""

    id: int
    agency_id: int
    agency_name: str
    time_zone: str
    name: str
    kind: CycleKind
    starts_on: date
    ends_on: date
    status: CycleStatus
    computed_at: datetime | None


def is_read_by(user_id: int, day: date) -> sa.ColumnElement[bool]:
    """Return the condition that somebody reads a cycle (a row of `Cycle`) at all, of any unit.

    Frozen ones with the permission for evidence; those still open with `READ_OPEN_CYCLE` too, which an auditor has not:
    what is not final is nothing to audit, and who audits shall not be asked to help it along.
    """
    frozen = reach(user_id, Permission.READ_EVIDENCE, day)
    still_open = reach(user_id, Permission.READ_OPEN_CYCLE, day)
    return sa.or_(
        sa.and_(Cycle.status == CycleStatus.FROZEN, Cycle.agency_id.in_(sa.select(frozen.c.agency_id))),
        Cycle.agency_id.in_(sa.select(still_open.c.agency_id)),
    )


def cycles_for(session: Session, user_id: int, day: date, *, most: int) -> list[CycleRow]:
    """Return the latest cycles of the agencies in which somebody evaluates, the latest first."""
    rows: Sequence[Any] = session.execute(
        sa.select(
            Cycle.id, Cycle.agency_id, Agency.name, Agency.time_zone, Cycle.name, Cycle.kind, Cycle.starts_on,
            Cycle.ends_on, Cycle.status, Cycle.computed_at,
        )
        .join(Agency, Agency.id == Cycle.agency_id)
        .where(is_read_by(user_id, day))
        .order_by(Cycle.starts_on.desc(), Agency.name, Cycle.name)
        .limit(most)
    ).all()  # fmt: skip
    return [CycleRow(*row) for row in rows]


def cycle_for(session: Session, user_id: int, cycle_id: int, day: date) -> Cycle:
    """Return a cycle of an agency in which somebody reads evidence, of any unit.

    Raises
    ------
    UnknownCycleError
    """
    cycle = session.scalar(sa.select(Cycle).where(Cycle.id == cycle_id, is_read_by(user_id, day)))
    if cycle is None:
        raise UnknownCycleError("Siklus penilaian itu tidak ada.")
    return cycle


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One person in a cycle. The number is for the evaluator's eyes; pages mask it."""

    employee_id: int
    name: str
    nip: str
    positions: str
    score: Score


def scores_of(session: Session, user_id: int, cycle: Cycle, day: date) -> list[ScoreRow]:
    """Return everybody within reach who held a post in a cycle, by name."""
    rows = session.execute(
        sa.select(Employee.id, Employee.name, Employee.nip, _positions(cycle), Score)
        .join(Score, sa.and_(Score.agency_id == Employee.agency_id, Score.employee_id == Employee.id))
        .where(Score.agency_id == cycle.agency_id, Score.cycle_id == cycle.id, reachable(user_id, cycle, day))
        .order_by(Employee.name, Employee.id)
    )
    return [ScoreRow(*row) for row in rows]


def _positions(cycle: Cycle) -> sa.ScalarSelect[Any]:
    names = sa.func.string_agg(sa.distinct(Assignment.position), "; ")
    return sa.select(names).where(held_in(cycle)).correlate(Employee).scalar_subquery()


def reachable(user_id: int, cycle: Cycle, day: date) -> sa.ColumnElement[bool]:
    """Return the condition that a post of an employee (a row of `Employee`), as known to a cycle, lies within reach."""
    area = reach(user_id, Permission.READ_EVIDENCE, day)
    posts = sa.select(sa.literal(1)).where(held_in(cycle), within(area, Assignment.agency_id, Assignment.unit_id))
    return sa.exists(posts.correlate(Employee))


def check_reachable(session: Session, user_id: int, cycle: Cycle, employee_id: int, day: date) -> None:
    """Refuse whoever may not read the evidence about somebody: no post of theirs in the cycle lies within reach.

    Raises
    ------
    UnknownEmployeeError
    """
    found = sa.select(Employee.id).where(
        Employee.agency_id == cycle.agency_id, Employee.id == employee_id, reachable(user_id, cycle, day)
    )
    if session.scalar(found) is None:
        raise UnknownEmployeeError("Pegawai itu tidak ada dalam siklus ini.")
