"""What can be asked about contests: by the evaluator of a cycle, and by the reviewer of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.evidence.posts import served_within
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.contests import UnknownContestError
from feedback_app.evaluation.replies.models import Contest
from feedback_app.evaluation.replies.rules import ContestState, days_contested
from feedback_app.handling.visibility import text_is_open
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission
from feedback_app.intake.models import Submission
from feedback_app.organisation.models import Assignment, Employee, PublicService
from feedback_app.organisation.people.models import Counter, DutyEntry
from feedback_app.organisation.people.posts import as_known_at
from feedback_app.organisation.queries import latest_unit_name, reach, valid_between, within


@dataclass(frozen=True, slots=True)
class ContestRow:
    """One contest in a list, with the names a reader needs."""

    contest: Contest
    employee_name: str
    cycle: Cycle
    reviewer_name: str | None
    unit_name: str | None


def contests_in_cycle(session: Session, user_id: int, cycle: Cycle, day: date) -> list[ContestRow]:
    """Return the contests of a cycle by people within an evaluator's reach, those that wait the longest first."""
    query = _in_cycle(user_id, cycle, day).order_by(Contest.due_on, Contest.id)
    return [ContestRow(*row) for row in session.execute(query)]


def contest_in_cycle(session: Session, user_id: int, cycle: Cycle, contest_id: int, day: date) -> ContestRow:
    """Return one of them.

    Raises
    ------
    UnknownContestError
    """
    row = session.execute(_in_cycle(user_id, cycle, day).where(Contest.id == contest_id)).first()
    if row is None:
        raise UnknownContestError("Sanggahan itu tidak ada.")
    return ContestRow(*row)


def _in_cycle(user_id: int, cycle: Cycle, day: date) -> sa.Select[*tuple[Any, ...]]:
    return _rows().where(Contest.agency_id == cycle.agency_id, Contest.cycle_id == cycle.id, _near(user_id, day))


def contests_of_reviewer(session: Session, user_id: int) -> list[ContestRow]:
    """Return what somebody was named to decide: open ones first, by the day on which they are due."""
    order = (Contest.state == ContestState.DECIDED, Contest.due_on, Contest.id)
    return [ContestRow(*row) for row in session.execute(_of_reviewer(user_id).order_by(*order))]


def contest_of_reviewer(session: Session, user_id: int, contest_id: int) -> ContestRow:
    """Return one of them.

    Raises
    ------
    UnknownContestError
        Also where somebody else decides it by now.
    """
    row = session.execute(_of_reviewer(user_id).where(Contest.id == contest_id)).first()
    if row is None:
        raise UnknownContestError("Sanggahan itu tidak ada, ditarik, atau diberikan kepada penelaah lain.")
    return ContestRow(*row)


def _of_reviewer(user_id: int) -> sa.Select[*tuple[Any, ...]]:
    shown = Contest.state.in_((ContestState.ASSIGNED, ContestState.DECIDED))
    return _rows().where(Contest.reviewer_id == user_id, shown)


def _rows() -> sa.Select[*tuple[Any, ...]]:
    reviewer = aliased(User)
    of_contest = Contest.agency_id
    unit_name = latest_unit_name(of_contest, Contest.unit_id)
    return (
        sa.select(Contest, Employee.name, Cycle, reviewer.name, unit_name)
        .join(Employee, sa.and_(Employee.agency_id == of_contest, Employee.id == Contest.employee_id))
        .join(Cycle, sa.and_(Cycle.agency_id == of_contest, Cycle.id == Contest.cycle_id))
        .outerjoin(reviewer, reviewer.id == Contest.reviewer_id)
    )


def _near(user_id: int, day: date) -> sa.ColumnElement[bool]:
    """Return the condition that whoever contests held a post during the cycle, or counted, within reach."""
    area = reach(user_id, Permission.READ_EVIDENCE, day)
    counted = sa.exists().where(
        Contribution.agency_id == Contest.agency_id,
        Contribution.cycle_id == Contest.cycle_id,
        Contribution.employee_id == Contest.employee_id,
        within(area, Contribution.agency_id, Contribution.unit_id),
    )
    return sa.or_(served_within(Contest.employee_id, area), counted)


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
    first, last = days_contested(contest.month, cycle.starts_on, cycle.ends_on)
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
    rows = session.execute(
        sa.select(Assignment, latest_unit_name(Assignment.agency_id, Assignment.unit_id))
        .where(Assignment.agency_id == agency_id, Assignment.employee_id == employee_id, as_known_at())
        .where(valid_between(Assignment.starts_on, Assignment.ends_on, first, last))
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
        .where(as_known_at(row=DutyEntry), DutyEntry.on_date.between(first, last))
        .order_by(DutyEntry.on_date, Counter.name)
    )
    return [(name, day) for name, day in rows]
