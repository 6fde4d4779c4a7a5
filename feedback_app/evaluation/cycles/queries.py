"""What can be asked about the cycles of an agency and the objections to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import NotFoundError
from feedback_app.evaluation.cycles.progress import Progress, progress_of
from feedback_app.evaluation.evidence.posts import served_within
from feedback_app.evaluation.evidence.queries import (
    WHOLE_AGENCY_NEEDED,
    UnknownCycleError,
    WholeAgencyNeededError,
    is_read_by,
)
from feedback_app.evaluation.models import Cycle, CycleMove
from feedback_app.evaluation.replies.models import Objection
from feedback_app.evaluation.result_models import Score
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency, Employee
from feedback_app.organisation.queries import reach
from feedback_app.organisation.whole_agencies import over_all_of


class UnknownObjectionError(NotFoundError):
    """No such objection, or none of an employee within reach."""

    code = "unknown_objection"


_OF_CYCLE: Final = sa.and_(Cycle.agency_id == Objection.agency_id, Cycle.id == Objection.cycle_id)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One cycle on the board."""

    cycle: Cycle
    agency: Agency
    progress: Progress


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One step in the history of a cycle; `by` is None where the platform or the command line took it."""

    move: CycleMove
    by: str | None


@dataclass(frozen=True, slots=True)
class ObjectionRow:
    """One objection, with whom it is about and the cycle it is against."""

    objection: Objection
    cycle: Cycle
    employee_name: str
    nip: str


def board(session: Session, user_id: int, day: date) -> list[BoardRow]:
    """Return the cycles of the agencies in which somebody evaluates, each with how far it is, the latest first."""
    rows = session.execute(
        sa.select(Cycle, Agency)
        .join(Agency, Agency.id == Cycle.agency_id)
        .where(is_read_by(user_id, day))
        .order_by(Cycle.starts_on.desc(), Agency.name, Cycle.name, Cycle.version.desc())
    ).all()
    progress = progress_of(session, [row.Cycle for row in rows])
    return [BoardRow(row.Cycle, row.Agency, progress[row.Cycle.id]) for row in rows]


def cycle_over_all(
    session: Session, user_id: int, cycle_id: int, permissions: Sequence[Permission], day: date
) -> Cycle:
    """Return a cycle of an agency over the whole of which somebody has one of some permissions.

    Raises
    ------
    UnknownCycleError, WholeAgencyNeededError
    """
    over_all = sa.or_(*(over_all_of(Cycle.agency_id, user_id, permission, day) for permission in permissions))
    cycle = session.scalar(sa.select(Cycle).where(Cycle.id == cycle_id, over_all))
    if cycle is not None:
        return cycle
    known = sa.exists().where(Cycle.id == cycle_id, is_read_by(user_id, day))
    if session.scalar(sa.select(known)):
        raise WholeAgencyNeededError(WHOLE_AGENCY_NEEDED)
    raise UnknownCycleError("Siklus penilaian itu tidak ada.")


def same_period(session: Session, cycle: Cycle) -> list[Cycle]:
    """Return the other computed cycles over the days of a cycle: its versions, and other methods side by side."""
    return list(
        session.scalars(
            sa.select(Cycle)
            .where(Cycle.agency_id == cycle.agency_id, Cycle.id != cycle.id, Cycle.computed_at.is_not(None))
            .where(Cycle.starts_on == cycle.starts_on, Cycle.ends_on == cycle.ends_on)
            .order_by(Cycle.name, Cycle.version)
        )
    )


def newer_version(session: Session, cycle: Cycle) -> Cycle | None:
    """Return the version that replaces a cycle, if there is one."""
    return session.scalar(sa.select(Cycle).where(Cycle.agency_id == cycle.agency_id, Cycle.replaces_id == cycle.id))


def moves_of(session: Session, cycle: Cycle) -> list[MoveRow]:
    """Return the steps of a cycle, the first one first."""
    rows = session.execute(
        sa.select(CycleMove, User.name)
        .outerjoin(User, User.id == CycleMove.by_user)
        .where(CycleMove.agency_id == cycle.agency_id, CycleMove.cycle_id == cycle.id)
        .order_by(CycleMove.at, CycleMove.id)
    )
    return [MoveRow(*row) for row in rows]


def without_account(session: Session, cycle: Cycle) -> list[tuple[str, str]]:
    """Return name and number of the people in a cycle whom no message reaches, for somebody to hand them a copy."""
    rows = session.execute(
        sa.select(Employee.name, Employee.nip)
        .join(Score, sa.and_(Score.agency_id == Employee.agency_id, Score.employee_id == Employee.id))
        .outerjoin(User, sa.and_(User.id == Employee.user_id, User.active))
        .where(Score.agency_id == cycle.agency_id, Score.cycle_id == cycle.id, User.id.is_(None))
        .order_by(Employee.name, Employee.id)
    )
    return [(row.name, row.nip) for row in rows]


def objections_for(session: Session, user_id: int, day: date) -> list[ObjectionRow]:
    """Return the objections somebody explains or decides, the undecided ones first, then the latest."""
    rows = session.execute(
        _objections(user_id, day).order_by(Objection.decided_at.is_not(None), Objection.filed_at.desc(), Objection.id)
    )
    return [ObjectionRow(*row) for row in rows]


def objection_for(session: Session, user_id: int, objection_id: int, day: date) -> ObjectionRow:
    """Return one of them.

    Raises
    ------
    UnknownObjectionError
    """
    row = session.execute(_objections(user_id, day).where(Objection.id == objection_id)).first()
    if row is None:
        raise UnknownObjectionError("Keberatan itu tidak ada.")
    return ObjectionRow(*row)


def _objections(user_id: int, day: date) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Objection, Cycle, Employee.name, Employee.nip)
        .join(Cycle, _OF_CYCLE)
        .join(Employee, sa.and_(Employee.agency_id == Objection.agency_id, Employee.id == Objection.employee_id))
        .where(
            sa.or_(
                # Whoever explains answers for the whole cycle; whoever decides, for a unit the person served in.
                over_all_of(Objection.agency_id, user_id, Permission.MANAGE_CYCLE, day),
                may_decide(user_id, day),
            )
        )
    )


def may_decide(user_id: int, day: date) -> sa.ColumnElement[bool]:
    """Return the condition that an account decides objections of a unit in which the employee had a post."""
    return served_within(Objection.employee_id, reach(user_id, Permission.DECIDE_OBJECTION, day))


def decides(session: Session, user_id: int, row: ObjectionRow, day: date) -> bool:
    """Tell whether an account is among those who may decide an objection, as far as its grants say."""
    wanted = (
        sa.select(Objection.id)
        .join(Cycle, _OF_CYCLE)
        .where(Objection.agency_id == row.objection.agency_id, Objection.id == row.objection.id)
        .where(may_decide(user_id, day))
    )
    return session.scalar(wanted) is not None


def count_to_settle(session: Session, user_id: int, day: date) -> int:
    """Return how many undecided objections wait for somebody's explanation or decision."""
    manages = over_all_of(Objection.agency_id, user_id, Permission.MANAGE_CYCLE, day)
    query = (
        sa.select(sa.func.count())
        .select_from(Objection)
        .join(Cycle, _OF_CYCLE)
        .where(Objection.outcome.is_(None))
        .where(sa.or_(may_decide(user_id, day), sa.and_(Objection.explained_at.is_(None), manages)))
    )
    return session.scalars(query).one()
