"""Everything that the platform holds about an employee, for their own eyes: found by their account, never by an id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import NotFoundError
from feedback_app.evaluation.cycles.rules import is_shown_to_employees
from feedback_app.evaluation.evidence.pack import Pack, pack_of
from feedback_app.evaluation.evidence.posts import stands_in
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.contestable import ContestableMonth, months_of
from feedback_app.evaluation.replies.contests import own_contests
from feedback_app.evaluation.replies.items import Item, items_of
from feedback_app.evaluation.replies.models import Contest, Statement
from feedback_app.evaluation.replies.queries import duty_between, posts_between
from feedback_app.evaluation.replies.statements import statement_of
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import CycleStatus
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.rules import Permission, roles_with
from feedback_app.organisation.models import Agency, Assignment, Employee
from feedback_app.organisation.queries import valid_on

# How far ahead posts and duty days are shown: a roster is made for weeks, a post for years.
DAYS_BACK: Final = 92
DAYS_AHEAD: Final = 31


class NoOwnCycleError(NotFoundError):
    """No such cycle, or none in which this account's employee is shown anything."""

    code = "no_own_cycle"


@dataclass(frozen=True, slots=True)
class OwnCycle:
    """A cycle in which somebody has figures; without a score where they are not shown yet."""

    cycle: Cycle
    score: Score | None


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """An account's employee in one agency, with the posts and duty days of these months, and the cycles."""

    employee: Employee
    agency: Agency
    posts: Sequence[tuple[Assignment, str]]
    duty: Sequence[tuple[str, date]]
    cycles: Sequence[OwnCycle]
    running: Sequence[Cycle]


@dataclass(frozen=True, slots=True)
class OwnResult:
    """What a cycle says about an employee: what every reader of it sees, and what they may say against it."""

    pack: Pack
    duty: Sequence[tuple[str, date]]
    items: Sequence[Item]
    months: Sequence[ContestableMonth]
    contests: Sequence[Contest]


@dataclass(frozen=True, slots=True)
class OwnAnswers:
    """What an employee contested and said in a cycle, for as long as its figures are not shown."""

    cycle: Cycle
    contests: Sequence[Contest]
    statement: Statement | None


def own_records(session: Session, user_id: int, today: date) -> list[OwnRecord]:
    """Return an account's own record in each agency that keeps one of them; usually one, or none."""
    rows = session.execute(
        sa.select(Employee, Agency)
        .join(Agency, Agency.id == Employee.agency_id)
        .where(Employee.user_id == user_id, Employee.agency_id.in_(_agencies(user_id, today)))
        .order_by(Agency.name)
    )
    return [_record(session, employee, agency, today) for employee, agency in rows]


def own_cycle(session: Session, user_id: int, cycle_id: int, today: date) -> tuple[Cycle, Employee]:
    """Return a cycle with the account's own employee in it, once it is shown to employees.

    Raises
    ------
    NoOwnCycleError
    """
    row = session.execute(
        sa.select(Cycle, Employee)
        .join(Employee, Employee.agency_id == Cycle.agency_id)
        .join(Score, sa.and_(_score_in(), Score.employee_id == Employee.id))
        .where(Cycle.id == cycle_id, Employee.user_id == user_id, Cycle.agency_id.in_(_agencies(user_id, today)))
    ).first()
    if row is None or not is_shown_to_employees(row.Cycle.status, row.Cycle.reply_from):
        raise NoOwnCycleError("Siklus itu belum memuat hasil Anda. Lihat siklus lain di halaman Anda.")
    return row.Cycle, row.Employee


def own_cycles_open(session: Session, user_id: int, today: date) -> Sequence[Cycle]:
    """Return the cycles in which the account's own employee has figures and may answer, by the last day for it."""
    query = (
        sa.select(Cycle)
        .join(Employee, Employee.agency_id == Cycle.agency_id)
        .join(Score, sa.and_(_score_in(), Score.employee_id == Employee.id))
        .where(Employee.user_id == user_id, Cycle.agency_id.in_(_agencies(user_id, today)))
        .where(Cycle.status == CycleStatus.RIGHT_OF_REPLY, Cycle.reply_from <= today, Cycle.reply_until >= today)
    )
    return session.scalars(query.order_by(Cycle.reply_until, Cycle.id)).all()


def own_answers(session: Session, user_id: int, cycle_id: int, today: date) -> OwnAnswers:
    """Return what the account's own employee said in a cycle whose figures are being computed anew.

    Raises
    ------
    NoOwnCycleError
        The figures were never shown, or they are shown now.
    """
    row = session.execute(
        sa.select(Cycle, Employee)
        .join(Employee, Employee.agency_id == Cycle.agency_id)
        .where(Cycle.id == cycle_id, Employee.user_id == user_id, Cycle.agency_id.in_(_agencies(user_id, today)))
        .where(Cycle.status == CycleStatus.COMPUTED, Cycle.reply_from.is_not(None), _said_or_rated())
    ).first()
    if row is None:
        raise NoOwnCycleError("Siklus itu belum memuat hasil Anda. Lihat siklus lain di halaman Anda.")
    cycle, employee = row.Cycle, row.Employee
    return OwnAnswers(cycle, own_contests(session, cycle, employee.id), statement_of(session, cycle, employee.id))


def _said_or_rated() -> sa.ColumnElement[bool]:
    """Return the condition that a cycle holds anything of an employee, figures or their own words."""
    tables: tuple[Any, ...] = (Score, Contest, Statement)
    return sa.or_(
        *(
            sa.exists().where(
                table.agency_id == Cycle.agency_id, table.cycle_id == Cycle.id, table.employee_id == Employee.id
            )
            for table in tables
        )
    )


def own_result(session: Session, user_id: int, cycle_id: int, today: date, *, key: bytes) -> OwnResult:
    """Return all that a cycle holds about the account's own employee.

    Raises
    ------
    NoOwnCycleError
    """
    cycle, employee = own_cycle(session, user_id, cycle_id, today)
    return OwnResult(
        pack=pack_of(session, cycle, employee.id),
        duty=duty_between(session, employee.agency_id, employee.id, cycle.starts_on, cycle.ends_on),
        items=items_of(session, cycle, employee.id, key=key),
        months=months_of(session, cycle, employee.id),
        contests=own_contests(session, cycle, employee.id),
    )


def duty_by_counter(duty: Sequence[tuple[str, date]]) -> list[tuple[str, list[date]]]:
    """Return the duty days by counter, in the order of the first day at each."""
    found: dict[str, list[date]] = defaultdict(list)
    for name, day in duty:
        found[name].append(day)
    return list(found.items())


def _agencies(user_id: int, today: date) -> sa.Select[Any]:
    return sa.select(RoleGrant.agency_id).where(
        RoleGrant.user_id == user_id,
        RoleGrant.role.in_(roles_with(Permission.READ_OWN_RECORD)),
        valid_on(RoleGrant.starts_on, RoleGrant.ends_on, today),
    )


def _record(session: Session, employee: Employee, agency: Agency, today: date) -> OwnRecord:
    first, last = today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)
    of = (employee.agency_id, employee.id)
    return OwnRecord(
        employee=employee,
        agency=agency,
        posts=posts_between(session, *of, date.min, date.max),
        duty=duty_between(session, *of, first, last),
        cycles=_cycles(session, employee),
        running=_running(session, employee),
    )


def _cycles(session: Session, employee: Employee) -> list[OwnCycle]:
    """Return the cycles that ever were shown to employees and hold a score of this one, the latest first."""
    rows = session.execute(
        sa.select(Cycle, Score)
        .join(Score, sa.and_(_score_in(), Score.employee_id == employee.id))
        .where(Cycle.agency_id == employee.agency_id, Cycle.reply_from.is_not(None))
        .order_by(Cycle.ends_on.desc(), Cycle.starts_on, Cycle.name, Cycle.version.desc())
    )
    return [
        OwnCycle(cycle, score if is_shown_to_employees(cycle.status, cycle.reply_from) else None)
        for cycle, score in rows
    ]


def _running(session: Session, employee: Employee) -> Sequence[Cycle]:
    """Return the cycles whose figures nobody was shown yet, of days on which the employee held a post."""
    held = sa.exists().where(Assignment.employee_id == employee.id, stands_in(Cycle))
    # A draft may still be discarded; it says nothing to those it would be about.
    query = sa.select(Cycle).where(
        Cycle.agency_id == employee.agency_id, Cycle.reply_from.is_(None), Cycle.status != CycleStatus.DRAFT, held
    )
    return session.scalars(query.order_by(Cycle.ends_on.desc(), Cycle.name)).all()


def _score_in() -> sa.ColumnElement[bool]:
    return sa.and_(Score.agency_id == Cycle.agency_id, Score.cycle_id == Cycle.id)
