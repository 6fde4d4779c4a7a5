"""What a decision asked personnel to put right: the list of what is open, and whether the records changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.evidence.posts import served_within
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.models import Contest
from feedback_app.evaluation.replies.rules import Correction, days_contested
from feedback_app.evaluation.rules import CycleStatus
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Assignment, Employee
from feedback_app.organisation.people.models import DutyEntry
from feedback_app.organisation.queries import reach, valid_between
from feedback_app.organisation.whole_agencies import over_all_of

# The others are the evaluator's own work, and leave no row of the person by which it could be told.
OF_PERSONNEL: Final = (Correction.POSTS, Correction.ROSTER)
_OF_CYCLE: Final = sa.and_(Cycle.agency_id == Contest.agency_id, Cycle.id == Contest.cycle_id)


@dataclass(frozen=True, slots=True)
class OpenCorrection:
    """What personnel has to put right for whom; `is_changed` where their records changed since the decision."""

    contest: Contest
    cycle: Cycle
    employee_name: str
    is_changed: bool

    @property
    def first(self) -> date:
        """Return the first day it is about."""
        return days_contested(self.contest.month, self.cycle.starts_on, self.cycle.ends_on)[0]

    @property
    def last(self) -> date:
        """Return the last day it is about."""
        return days_contested(self.contest.month, self.cycle.starts_on, self.cycle.ends_on)[1]


def open_corrections(session: Session, user_id: int, day: date, agency_id: int | None = None) -> list[OpenCorrection]:
    """Return what is open for the people somebody looks after, the oldest decision first; of one agency if named."""
    query = (
        sa.select(Contest, Cycle, Employee.name, _changed())
        .join(Cycle, _OF_CYCLE)
        .join(Employee, sa.and_(Employee.agency_id == Contest.agency_id, Employee.id == Contest.employee_id))
        .where(*_open(user_id, day))
        .order_by(Contest.decided_at, Contest.id)
    )
    if agency_id is not None:
        query = query.where(Contest.agency_id == agency_id)
    return [OpenCorrection(*row) for row in session.execute(query)]


def count_open_corrections(session: Session, user_id: int, day: date) -> int:
    """Return how many of them there are in all agencies."""
    query = sa.select(sa.func.count()).select_from(Contest).join(Cycle, _OF_CYCLE)
    return session.scalars(query.where(*_open(user_id, day))).one()


def is_put_right(session: Session, contest: Contest) -> bool:
    """Tell whether posts or duty days of the person within the cycle were recorded or taken out since the decision."""
    query = (
        sa.select(_changed())
        .select_from(Contest)
        .join(Cycle, _OF_CYCLE)
        .where(Contest.agency_id == contest.agency_id, Contest.id == contest.id)
    )
    return bool(session.scalar(query))


def _open(user_id: int, day: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Contest.correction.in_(OF_PERSONNEL),
        Contest.corrected_at.is_(None),
        Cycle.status.in_([CycleStatus.COMPUTED, CycleStatus.RIGHT_OF_REPLY]),
        _looked_after(user_id, day),
    )


def _changed() -> sa.ColumnElement[bool]:
    posts = sa.exists().where(
        *_since_decision(Assignment),
        valid_between(Assignment.starts_on, Assignment.ends_on, Cycle.starts_on, Cycle.ends_on),
    )
    duty = sa.exists().where(*_since_decision(DutyEntry), DutyEntry.on_date.between(Cycle.starts_on, Cycle.ends_on))
    return sa.or_(posts, duty)


def _since_decision(row: Any) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        row.agency_id == Contest.agency_id,
        row.employee_id == Contest.employee_id,
        sa.or_(row.recorded_at > Contest.decided_at, row.superseded_at > Contest.decided_at),
    )


def _looked_after(user_id: int, day: date) -> sa.ColumnElement[bool]:
    """Return the condition that somebody looks after the whole agency, or a unit in which the person has a post."""
    area = reach(user_id, Permission.MANAGE_PEOPLE, day)
    whole = over_all_of(Contest.agency_id, user_id, Permission.MANAGE_PEOPLE, day)
    return sa.or_(whole, served_within(Contest.employee_id, area))
