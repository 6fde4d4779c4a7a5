"""What can be asked about contests: by the evaluator of a cycle, by the reviewer of one, by whoever moves the cycle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.contests import UnknownContestError
from feedback_app.evaluation.replies.models import Contest
from feedback_app.evaluation.replies.rules import ContestOutcome, ContestState
from feedback_app.handling.visibility import text_is_open
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission
from feedback_app.intake.models import Submission
from feedback_app.organisation.models import Assignment, Employee, PublicService, UnitVersion
from feedback_app.organisation.people.models import Counter, DutyEntry
from feedback_app.organisation.queries import reach, within

_UNDECIDED = (ContestState.FILED, ContestState.ASSIGNED)


@dataclass(frozen=True, slots=True)
class ContestRow:
    """One contest in a list, with the names a reader needs."""

    contest: Contest
    employee_name: str
    cycle: Cycle
    reviewer_name: str | None
    unit_name: str | None


def count_undecided(session: Session, cycle: Cycle) -> int:
    """Return how many contests of a cycle wait for a reviewer or a decision."""
    return _count(session, cycle, Contest.state.in_(_UNDECIDED))


def count_unassigned(session: Session, cycle: Cycle) -> int:
    """Return how many contests of a cycle wait for a reviewer."""
    return _count(session, cycle, Contest.state == ContestState.FILED)


def count_to_recompute(session: Session, cycle: Cycle) -> int:
    """Return how many contests were upheld, in whole or in part, since the cycle was computed."""
    upheld = Contest.outcome.in_((ContestOutcome.UPHELD, ContestOutcome.PARTLY))
    return _count(session, cycle, sa.and_(upheld, Contest.decided_at > cycle.computed_at))


def count_uncorrected(session: Session, cycle: Cycle) -> int:
    """Return how many decisions wait for somebody to put posts, a roster or a count right."""
    return _count(session, cycle, sa.and_(Contest.correction.is_not(None), Contest.corrected_at.is_(None)))


def _count(session: Session, cycle: Cycle, condition: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(Contest)
    return session.scalars(
        query.where(Contest.agency_id == cycle.agency_id, Contest.cycle_id == cycle.id, condition)
    ).one()


def contests_in_cycle(
    session: Session, user_id: int, cycle: Cycle, day: date, *, state: ContestState | None = None
) -> list[ContestRow]:
    """Return the contests of a cycle by people within an evaluator's reach, those that wait the longest first."""
    query = _rows().where(Contest.agency_id == cycle.agency_id, Contest.cycle_id == cycle.id, _near(user_id, day))
    if state is not None:
        query = query.where(Contest.state == state)
    return [ContestRow(*row) for row in session.execute(query.order_by(Contest.due_on, Contest.id))]


def contest_in_cycle(session: Session, user_id: int, cycle: Cycle, contest_id: int, day: date) -> ContestRow:
    """Return one of them.

    Raises
    ------
    UnknownContestError
    """
    for row in contests_in_cycle(session, user_id, cycle, day):
        if row.contest.id == contest_id:
            return row
    raise UnknownContestError("Sanggahan itu tidak ada.")


def contests_of_reviewer(session: Session, user_id: int) -> list[ContestRow]:
    """Return what somebody was named to decide: open ones first, by the day on which they are due."""
    shown = Contest.state.in_((ContestState.ASSIGNED, ContestState.DECIDED))
    query = _rows().where(Contest.reviewer_id == user_id, shown)
    order = (Contest.state == ContestState.DECIDED, Contest.due_on, Contest.id)
    return [ContestRow(*row) for row in session.execute(query.order_by(*order))]


def contest_of_reviewer(session: Session, user_id: int, contest_id: int) -> ContestRow:
    """Return one of them.

    Raises
    ------
    UnknownContestError
        Also where somebody else decides it by now.
    """
    for row in contests_of_reviewer(session, user_id):
        if row.contest.id == contest_id:
            return row
    raise UnknownContestError("Sanggahan itu tidak ada, ditarik, atau diberikan kepada penelaah lain.")


def _rows() -> sa.Select[*tuple[Any, ...]]:
    reviewer = aliased(User)
    of_contest = Contest.agency_id
    # A unit bears its latest name: units are renamed more often than they change what they are.
    unit_name = (
        sa.select(UnitVersion.name)
        .where(UnitVersion.agency_id == of_contest, UnitVersion.unit_id == Contest.unit_id)
        .order_by(UnitVersion.starts_on.desc())
        .limit(1)
        .correlate(Contest)
        .scalar_subquery()
    )
    return (
        sa.select(Contest, Employee.name, Cycle, reviewer.name, unit_name)
        .join(Employee, sa.and_(Employee.agency_id == of_contest, Employee.id == Contest.employee_id))
        .join(Cycle, sa.and_(Cycle.agency_id == of_contest, Cycle.id == Contest.cycle_id))
        .outerjoin(reviewer, reviewer.id == Contest.reviewer_id)
    )


def _near(user_id: int, day: date) -> sa.ColumnElement[bool]:
    """Return the condition that whoever contests held a post during the cycle, or counted, within reach."""
    area = reach(user_id, Permission.READ_EVIDENCE, day)
    posts = sa.exists().where(
        Assignment.agency_id == Contest.agency_id,
        Assignment.employee_id == Contest.employee_id,
        Assignment.superseded_at.is_(None),
        Assignment.starts_on <= Cycle.ends_on,
        sa.or_(Assignment.ends_on.is_(None), Assignment.ends_on >= Cycle.starts_on),
        within(area, Assignment.agency_id, Assignment.unit_id),
    )
    counted = sa.exists().where(
        Contribution.agency_id == Contest.agency_id,
        Contribution.cycle_id == Contest.cycle_id,
        Contribution.employee_id == Contest.employee_id,
        within(area, Contribution.agency_id, Contribution.unit_id),
    )
    return sa.or_(posts, counted)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside a contest: the redacted words it is about, and the posts and duty days around it."""

    words: str | None
    service_name: str | None
    posts: Sequence[tuple[Assignment, str]]
    duty: Sequence[tuple[str, date]]


def known_about(session: Session, row: ContestRow) -> Known:
    """Return what whoever looks into a contest may read; no citizen, no value, no day of a rating, no allegation."""
    contest, cycle = row.contest, row.cycle
    first = contest.month or cycle.starts_on
    last = _month_end(contest.month) if contest.month else cycle.ends_on
    words = session.execute(
        sa.select(Labels.redacted_text, PublicService.name)
        .join(Submission, sa.and_(Submission.agency_id == Labels.agency_id, Submission.id == Labels.submission_id))
        .outerjoin(
            PublicService,
            sa.and_(PublicService.agency_id == Submission.agency_id, PublicService.id == Submission.service_id),
        )
        .where(Labels.agency_id == contest.agency_id, Labels.submission_id == contest.submission_id, text_is_open())
    ).first()
    return Known(
        words=words.redacted_text if words else None,
        service_name=words.name if words else None,
        posts=posts_between(session, contest.agency_id, contest.employee_id, first, last),
        duty=duty_between(session, contest.agency_id, contest.employee_id, first, last),
    )


def posts_between(
    session: Session, agency_id: int, employee_id: int, first: date, last: date
) -> Sequence[tuple[Assignment, str]]:
    """Return the posts that stand for some days, each with the latest name of its unit."""
    unit_name = (
        sa.select(UnitVersion.name)
        .where(UnitVersion.agency_id == Assignment.agency_id, UnitVersion.unit_id == Assignment.unit_id)
        .order_by(UnitVersion.starts_on.desc())
        .limit(1)
        .correlate(Assignment)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(Assignment, unit_name)
        .where(Assignment.agency_id == agency_id, Assignment.employee_id == employee_id)
        .where(Assignment.superseded_at.is_(None), Assignment.starts_on <= last)
        .where(sa.or_(Assignment.ends_on.is_(None), Assignment.ends_on >= first))
        .order_by(Assignment.starts_on, Assignment.id)
    )
    return [(post, name) for post, name in rows]


def duty_between(
    session: Session, agency_id: int, employee_id: int, first: date, last: date
) -> Sequence[tuple[str, date]]:
    """Return the counters somebody was on duty at, and the days, as the roster stands."""
    rows = session.execute(
        sa.select(Counter.name, DutyEntry.on_date)
        .join(Counter, sa.and_(Counter.agency_id == DutyEntry.agency_id, Counter.id == DutyEntry.counter_id))
        .where(DutyEntry.agency_id == agency_id, DutyEntry.employee_id == employee_id)
        .where(DutyEntry.superseded_at.is_(None), DutyEntry.on_date.between(first, last))
        .order_by(DutyEntry.on_date, Counter.name)
    )
    return [(name, day) for name, day in rows]


def _month_end(first: date) -> date:
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)
