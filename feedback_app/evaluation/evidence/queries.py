"""What can be asked about cycles, scores and the evidence behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import ForbiddenError, NotFoundError
from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import CycleKind, CycleStatus
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.rules import Permission, roles_with
from feedback_app.intake.rules import Channel
from feedback_app.organisation.models import Agency, Assignment, Employee, PublicService, UnitVersion
from feedback_app.organisation.queries import reach, valid_on, within

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


def evaluated_agencies(session: Session, user_id: int, permission: Permission, day: date) -> list[Agency]:
    """Return the agencies in which somebody has a permission: over any unit, or to manage cycles over them all."""
    query = sa.select(Agency).where(Agency.id.in_(_agencies(user_id, permission, day))).order_by(Agency.name)
    return list(session.scalars(query))


def _agencies(user_id: int, permission: Permission, day: date) -> sa.Select[Any]:
    if permission is not Permission.MANAGE_CYCLE:
        return sa.select(reach(user_id, permission, day).c.agency_id)
    # A cycle changes what is said of everybody in the agency, so a grant over one unit does not reach it.
    return sa.select(RoleGrant.agency_id).where(
        RoleGrant.user_id == user_id,
        RoleGrant.role.in_(roles_with(permission)),
        RoleGrant.unit_id.is_(None),
        valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
    )


def cycles_for(session: Session, user_id: int, day: date) -> list[CycleRow]:
    """Return the cycles of the agencies in which somebody evaluates, the latest first."""
    area = reach(user_id, Permission.READ_EVIDENCE, day)
    rows: Sequence[Any] = session.execute(
        sa.select(
            Cycle.id, Cycle.agency_id, Agency.name, Agency.time_zone, Cycle.name, Cycle.kind, Cycle.starts_on,
            Cycle.ends_on, Cycle.status, Cycle.computed_at,
        )
        .join(Agency, Agency.id == Cycle.agency_id)
        .where(Cycle.agency_id.in_(sa.select(area.c.agency_id)))
        .order_by(Cycle.starts_on.desc(), Agency.name, Cycle.name)
    ).all()  # fmt: skip
    return [CycleRow(*row) for row in rows]


def cycle_for(session: Session, user_id: int, cycle_id: int, *, permission: Permission, day: date) -> Cycle:
    """Return a cycle of an agency in which somebody has a permission; to manage it, over the whole agency.

    Raises
    ------
    UnknownCycleError, WholeAgencyNeededError
    """

    def found(wanted: Permission) -> Cycle | None:
        mine = _agencies(user_id, wanted, day)
        return session.scalar(sa.select(Cycle).where(Cycle.id == cycle_id, Cycle.agency_id.in_(mine)))

    cycle = found(permission)
    if cycle is not None:
        return cycle
    if permission is Permission.MANAGE_CYCLE and found(Permission.READ_EVIDENCE):
        raise WholeAgencyNeededError(WHOLE_AGENCY_NEEDED)
    raise UnknownCycleError("Siklus penilaian itu tidak ada.")


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
        .where(Score.agency_id == cycle.agency_id, Score.cycle_id == cycle.id, _reachable(user_id, cycle, day))
        .order_by(Employee.name, Employee.id)
    )
    return [ScoreRow(*row) for row in rows]


def _in_cycle(cycle: Cycle) -> sa.ColumnElement[bool]:
    return sa.and_(
        Assignment.agency_id == Employee.agency_id,
        Assignment.employee_id == Employee.id,
        Assignment.superseded_at.is_(None),
        Assignment.starts_on <= cycle.ends_on,
        sa.or_(Assignment.ends_on.is_(None), Assignment.ends_on >= cycle.starts_on),
    )


def _positions(cycle: Cycle) -> sa.ScalarSelect[Any]:
    names = sa.func.string_agg(sa.distinct(Assignment.position), "; ")
    return sa.select(names).where(_in_cycle(cycle)).correlate(Employee).scalar_subquery()


def _reachable(user_id: int, cycle: Cycle, day: date) -> sa.ColumnElement[bool]:
    area = reach(user_id, Permission.READ_EVIDENCE, day)
    posts = sa.select(sa.literal(1)).where(_in_cycle(cycle), within(area, Assignment.agency_id, Assignment.unit_id))
    return sa.exists(posts.correlate(Employee))


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post that somebody held during a cycle."""

    assignment: Assignment
    unit_name: str
    service_name: str | None


@dataclass(frozen=True, slots=True)
class EvidenceGroup:
    """Ratings of one post (or counter record), service, channel and month that count with one share for one reason.

    `mean` and `baseline` lie on 25 to 100. `first_day` tells the groups of a month apart: no day is in two of them.
    """

    assignment_id: int | None
    service_id: int | None
    service_name: str | None
    channel: Channel
    month: date
    first_day: date
    n: int
    mean: float
    share: float
    baseline: float | None
    exclusion: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a figure rests on; of units out of reach only how many ratings they add (`n_elsewhere`)."""

    employee_id: int
    name: str
    nip: str
    score: Score
    posts: list[PostRow]
    groups: list[EvidenceGroup]
    n_elsewhere: int


def evidence(session: Session, user_id: int, cycle: Cycle, employee_id: int, day: date) -> Evidence:
    """Return the evidence about one person in a cycle.

    Raises
    ------
    UnknownEmployeeError
    """
    row = session.execute(
        sa.select(Employee.name, Employee.nip, Score)
        .join(Score, sa.and_(Score.agency_id == Employee.agency_id, Score.employee_id == Employee.id))
        .where(Score.agency_id == cycle.agency_id, Score.cycle_id == cycle.id, Employee.id == employee_id)
        .where(_reachable(user_id, cycle, day))
    ).first()
    if row is None:
        raise UnknownEmployeeError("Pegawai itu tidak ada dalam siklus ini.")
    near = within(reach(user_id, Permission.READ_EVIDENCE, day), Contribution.agency_id, Contribution.unit_id)
    return Evidence(
        employee_id=employee_id, name=row.name, nip=row.nip, score=row.Score,
        posts=_posts(session, cycle, employee_id), groups=_groups(session, cycle, employee_id, near),
        n_elsewhere=_n_elsewhere(session, cycle, employee_id, near),
    )  # fmt: skip


def _posts(session: Session, cycle: Cycle, employee_id: int) -> list[PostRow]:
    """Return the posts, each under the name its unit had on its last day within the cycle."""
    last_day = sa.func.least(sa.func.coalesce(Assignment.ends_on, cycle.ends_on), cycle.ends_on)
    rows = session.execute(
        sa.select(Assignment, UnitVersion.name, PublicService.name)
        .join(Employee, sa.and_(Employee.agency_id == Assignment.agency_id, Employee.id == Assignment.employee_id))
        .join(
            UnitVersion,
            sa.and_(
                UnitVersion.agency_id == Assignment.agency_id,
                UnitVersion.unit_id == Assignment.unit_id,
                UnitVersion.starts_on <= last_day,
                sa.or_(UnitVersion.ends_on.is_(None), UnitVersion.ends_on >= last_day),
            ),
        )
        .outerjoin(
            PublicService,
            sa.and_(PublicService.agency_id == Assignment.agency_id, PublicService.id == Assignment.service_id),
        )
        .where(_in_cycle(cycle), Employee.agency_id == cycle.agency_id, Employee.id == employee_id)
        .order_by(Assignment.starts_on, Assignment.id)
    )
    return [PostRow(*row) for row in rows]


def _n_elsewhere(session: Session, cycle: Cycle, employee_id: int, near: sa.ColumnElement[bool]) -> int:
    far = sa.select(sa.func.coalesce(sa.func.sum(Contribution.n), 0)).where(of_person(cycle, employee_id), ~near)
    return int(session.scalars(far).one())


def _groups(session: Session, cycle: Cycle, employee_id: int, near: sa.ColumnElement[bool]) -> list[EvidenceGroup]:
    month = sa.cast(sa.func.date_trunc("month", Contribution.day), sa.Date)
    total_n = sa.func.sum(Contribution.n)
    rows = session.execute(
        sa.select(
            Contribution.assignment_id, Contribution.service_id, PublicService.name, Contribution.channel,
            month.label("month"), sa.func.min(Contribution.day).label("first_day"), total_n,
            25.0 * sa.func.sum(Contribution.total) / total_n, Contribution.share,
            sa.func.sum(Contribution.n * Contribution.baseline) / total_n, Contribution.exclusion, Contribution.reason,
        )
        .outerjoin(
            PublicService,
            sa.and_(PublicService.agency_id == Contribution.agency_id, PublicService.id == Contribution.service_id),
        )
        .where(of_person(cycle, employee_id), near)
        .group_by(
            Contribution.assignment_id, Contribution.service_id, PublicService.name, Contribution.channel,
            sa.text("month"), Contribution.share, Contribution.exclusion, Contribution.reason,
        )
        .order_by(
            sa.text("month"), Contribution.assignment_id, PublicService.name, Contribution.channel,
            sa.text("first_day"),
        )
    )  # fmt: skip
    return [
        EvidenceGroup(a, s, sn, c, m, first, int(n), float(mean), share, None if b is None else float(b), ex, reason)
        for a, s, sn, c, m, first, n, mean, share, b, ex, reason in rows
    ]


def of_person(cycle: Cycle, employee_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that a contribution is of one person in a cycle."""
    return sa.and_(
        Contribution.agency_id == cycle.agency_id,
        Contribution.cycle_id == cycle.id,
        Contribution.employee_id == employee_id,
    )
