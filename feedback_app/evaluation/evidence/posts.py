"""The posts that somebody held during a cycle, as they were known when it was computed or as they are known now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.models import Cycle
from feedback_app.organisation.models import Assignment, Employee, PublicService, UnitVersion
from feedback_app.organisation.people.posts import as_known_at
from feedback_app.organisation.queries import valid_between, within


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post that somebody held during a cycle, under the name its unit had on its last day in it."""

    assignment: Assignment
    unit_name: str
    service_name: str | None


def held_in(cycle: Cycle) -> sa.ColumnElement[bool]:
    """Return the condition that an assignment is of an employee during a cycle, as known when it was computed.

    Before that, as known now: what is put right later does not change what a frozen cycle rests on.
    """
    return sa.and_(
        Assignment.agency_id == Employee.agency_id,
        Assignment.employee_id == Employee.id,
        as_known_at(cycle.computed_at),
        valid_between(Assignment.starts_on, Assignment.ends_on, cycle.starts_on, cycle.ends_on),
    )


def stands_in(cycle: Cycle | type[Cycle]) -> sa.ColumnElement[bool]:
    """Return the condition that an assignment holds on a day of a cycle (or a row of `Cycle`), as known now."""
    return sa.and_(
        Assignment.agency_id == cycle.agency_id,
        as_known_at(),
        valid_between(Assignment.starts_on, Assignment.ends_on, cycle.starts_on, cycle.ends_on),
    )


def served_within(employee_id: Any, area: sa.Subquery) -> sa.ColumnElement[bool]:
    """Return the condition that somebody held a post of some area during a row of `Cycle`, as known now."""
    return sa.exists().where(
        Assignment.employee_id == employee_id, stands_in(Cycle), within(area, Assignment.agency_id, Assignment.unit_id)
    )


def posts_of(session: Session, cycle: Cycle, employee_id: int) -> list[PostRow]:
    """Return the posts of one person in a cycle, the earliest first."""
    last_day = sa.func.least(sa.func.coalesce(Assignment.ends_on, cycle.ends_on), cycle.ends_on)
    rows: Any = session.execute(
        sa.select(Assignment, UnitVersion.name, PublicService.name)
        .join(Employee, sa.and_(Employee.agency_id == Assignment.agency_id, Employee.id == Assignment.employee_id))
        .join(
            UnitVersion,
            sa.and_(
                UnitVersion.agency_id == Assignment.agency_id,
                UnitVersion.unit_id == Assignment.unit_id,
                valid_between(UnitVersion.starts_on, UnitVersion.ends_on, last_day, last_day),
            ),
        )
        .outerjoin(
            PublicService,
            sa.and_(PublicService.agency_id == Assignment.agency_id, PublicService.id == Assignment.service_id),
        )
        .where(held_in(cycle), Employee.agency_id == cycle.agency_id, Employee.id == employee_id)
        .order_by(Assignment.starts_on, Assignment.id)
    )
    return [PostRow(*row) for row in rows]
