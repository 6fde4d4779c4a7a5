"""What can be asked about cycles, scores and the evidence behind them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.errors import NotFoundError
from feedback_app.evaluation.models import Contribution, Cycle, CycleKind, CycleStatus, Score
from feedback_app.handling.models import Case
from feedback_app.identity.rules import Permission
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel
from feedback_app.organisation.models import Agency, Assignment, Employee, PublicService, UnitVersion
from feedback_app.organisation.queries import reach, within

# Under ten, a comment could be laid at somebody's door.
COMMENTS_FROM_N = 10
COMMENTS_SHOWN = 10


class UnknownCycleError(NotFoundError):
    """No such cycle, or none of an agency in which this account evaluates."""

    code = "unknown_cycle"


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
    """Return the agencies in which somebody has a permission over any unit."""
    area = reach(user_id, permission, day)
    query = sa.select(Agency).where(Agency.id.in_(sa.select(area.c.agency_id))).order_by(Agency.name)
    return list(session.scalars(query))


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
    """Return a cycle of an agency in which somebody has a permission.

    Raises
    ------
    UnknownCycleError
    """
    area = reach(user_id, permission, day)
    cycle = session.scalar(
        sa.select(Cycle).where(Cycle.id == cycle_id, Cycle.agency_id.in_(sa.select(area.c.agency_id)))
    )
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
        .where(Score.agency_id == cycle.agency_id, Score.cycle_id == cycle.id, _reachable(user_id, cycle, day))
        .order_by(Employee.name, Employee.id)
    )
    return [ScoreRow(*row) for row in rows]


def _in_cycle(cycle: Cycle) -> sa.ColumnElement[bool]:
    return sa.and_(
        Assignment.agency_id == Employee.agency_id,
        Assignment.employee_id == Employee.id,
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
    """Ratings of one post, service, channel and month; `mean` and `baseline` on 25 to 100, `share` averaged."""

    assignment_id: int
    service_id: int | None
    service_name: str | None
    channel: Channel
    month: date
    n: int
    mean: float
    share: float
    baseline: float | None
    exclusion: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a figure rests on."""

    employee_id: int
    name: str
    nip: str
    score: Score
    posts: list[PostRow]
    groups: list[EvidenceGroup]


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
    return Evidence(
        employee_id=employee_id, name=row.name, nip=row.nip, score=row.Score,
        posts=_posts(session, cycle, employee_id), groups=_groups(session, cycle, employee_id),
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


def _groups(session: Session, cycle: Cycle, employee_id: int) -> list[EvidenceGroup]:
    month = sa.cast(sa.func.date_trunc("month", Contribution.day), sa.Date)
    total_n = sa.func.sum(Contribution.n)
    rows = session.execute(
        sa.select(
            Contribution.assignment_id, Contribution.service_id, PublicService.name, Contribution.channel,
            month.label("month"), total_n, 25.0 * sa.func.sum(Contribution.total) / total_n,
            sa.func.sum(Contribution.n * Contribution.share) / total_n,
            sa.func.sum(Contribution.n * Contribution.baseline) / total_n,
            sa.func.min(Contribution.exclusion), sa.func.min(Contribution.reason),
        )
        .outerjoin(
            PublicService,
            sa.and_(PublicService.agency_id == Contribution.agency_id, PublicService.id == Contribution.service_id),
        )
        .where(_of_person(cycle, employee_id))
        .group_by(
            Contribution.assignment_id, Contribution.service_id, PublicService.name, Contribution.channel,
            sa.text("month"),
        )
        .order_by(sa.text("month"), Contribution.assignment_id, PublicService.name, Contribution.channel)
    )  # fmt: skip
    return [
        EvidenceGroup(a, s, sn, c, m, int(n), float(mean), float(share), None if b is None else float(b), ex, reason)
        for a, s, sn, c, m, n, mean, share, b, ex, reason in rows
    ]


def _of_person(cycle: Cycle, employee_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        Contribution.agency_id == cycle.agency_id,
        Contribution.cycle_id == cycle.id,
        Contribution.employee_id == employee_id,
    )


@dataclass(frozen=True, slots=True)
class RatingRow:
    """One rating behind a figure; it names no citizen, because none is known."""

    day: date
    rating: int
    channel: Channel
    share: float
    reason: str
    exclusion: str | None


@dataclass(frozen=True, slots=True)
class RatingRows:
    """The ratings of one group, and its comments (redacted, shuffled) where there are enough ratings."""

    rows: Sequence[RatingRow]
    comments: Sequence[str]
    comments_withheld: bool


def rating_rows(
    session: Session,
    user_id: int,
    cycle: Cycle,
    employee_id: int,
    *,
    assignment_id: int,
    service_id: int | None,
    channel: Channel,
    month: date,
    day: date,
) -> RatingRows:
    """Return the ratings behind one group of the evidence, straight from the submissions.

    Raises
    ------
    UnknownEmployeeError
    """
    evidence(session, user_id, cycle, employee_id, day)
    rows: Sequence[Any] = session.execute(
        sa.select(
            Submission.occurred_on, Submission.rating, Submission.channel, Contribution.share, Contribution.reason,
            Contribution.exclusion, Labels.redacted_text, Submission.is_confidential,
            Case.is_confidential.label("case_confidential"),
        )
        .join(Contribution, _answered_for(Contribution))
        .join(Labels, sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id))
        .outerjoin(Case, sa.and_(Case.agency_id == Submission.agency_id, Case.submission_id == Submission.id))
        .where(_of_person(cycle, employee_id), Contribution.assignment_id == assignment_id)
        .where(Contribution.service_id.is_not_distinct_from(service_id), Contribution.channel == channel)
        .where(sa.func.date_trunc("month", Contribution.day) == sa.func.date_trunc("month", sa.cast(month, sa.Date)))
        .where(Submission.rating.is_not(None))
        .order_by(Submission.occurred_on, Submission.rating, Submission.id)
    ).all()  # fmt: skip
    enough = len(rows) >= COMMENTS_FROM_N
    open_texts = [row.redacted_text for row in rows if not row.is_confidential and not row.case_confidential]
    comments = sorted(text for text in open_texts if text)
    # Shuffled the same way on every visit, or two visits together would tell the order of arrival.
    random.Random(f"{cycle.id}/{employee_id}/{month}").shuffle(comments)  # noqa: S311 - an order, not a secret
    return RatingRows(
        rows=[RatingRow(*row[:6]) for row in rows],
        comments=comments[:COMMENTS_SHOWN] if enough else [],
        comments_withheld=bool(comments) and not enough,
    )


def _answered_for(contribution: type[Contribution]) -> sa.ColumnElement[bool]:
    return sa.and_(
        contribution.agency_id == Submission.agency_id,
        contribution.unit_id == Submission.unit_id,
        contribution.service_id.is_not_distinct_from(Submission.service_id),
        contribution.day == Submission.occurred_on,
        contribution.channel == Submission.channel,
    )
