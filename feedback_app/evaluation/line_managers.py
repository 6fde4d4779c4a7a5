"""Who leads somebody: the heads of the units they answered in and of all above, by decree or by role.

During the cycle or at any time since, and whoever's account the head's was in that time, for a post handed over or a
link cut after the figures are out makes nobody a stranger. Nobody of the whole line reviews a contest. An objection
goes to the superior of whoever evaluates, who leads a unit above (PP 30/2019 article 59), so that there only the direct
superior stands aside: the head of the unit, and for a head the head of the unit above. The database asks the latter in
`leads_directly` (migration 0011).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.evidence.person import of_person
from feedback_app.evaluation.evidence.posts import stands_in
from feedback_app.evaluation.models import Cycle
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Assignment, UnitVersion
from feedback_app.organisation.people.links import linked_since
from feedback_app.organisation.people.models import AccountLink


def units_of_person(session: Session, cycle: Cycle, employee_id: int) -> set[int]:
    """Return the units in which somebody held a post, or served at a counter, during a cycle."""
    posts = sa.select(Assignment.unit_id).where(Assignment.employee_id == employee_id, stands_in(cycle))
    served = sa.select(Contribution.unit_id).where(of_person(cycle, employee_id))
    return set(session.scalars(posts.union(served)))


def line_managers(session: Session, cycle: Cycle, employee_id: int) -> set[int]:
    """Return the accounts of whoever led a unit of the employee or one above it, in the cycle or since."""
    return _leading(
        session, cycle, _upwards(session, cycle, units_of_person(session, cycle, employee_id)), all_units=True
    )


def direct_superiors(session: Session, cycle: Cycle, employee_id: int) -> set[int]:
    """Return the accounts of whoever led a unit of the employee, or the one above where the employee led it."""
    own = units_of_person(session, cycle, employee_id)
    posts = sa.select(Assignment.unit_id).where(Assignment.employee_id == employee_id, stands_in(cycle))
    led = session.scalars(posts.where(Assignment.is_head)).all()
    parents = _parents(session, cycle)
    above = {parent for unit_id in led for parent in parents.get(unit_id, set())}
    return _leading(session, cycle, own | above, all_units=False)


def _leading(session: Session, cycle: Cycle, line: set[int], *, all_units: bool) -> set[int]:
    by_decree = (
        sa.select(AccountLink.user_id)
        .join(
            Assignment,
            sa.and_(
                Assignment.agency_id == AccountLink.agency_id, Assignment.employee_id == AccountLink.employee_id
            ),
        )
        .where(AccountLink.agency_id == cycle.agency_id, linked_since(cycle.starts_on))
        .where(Assignment.is_head, Assignment.superseded_at.is_(None), Assignment.unit_id.in_(line))
        .where(_not_over(Assignment.ends_on, cycle.starts_on))
    )  # fmt: skip
    by_role = sa.select(RoleGrant.user_id).where(
        RoleGrant.agency_id == cycle.agency_id,
        RoleGrant.role == Role.UNIT_HEAD,
        sa.or_(RoleGrant.unit_id.is_(None) if all_units else sa.false(), RoleGrant.unit_id.in_(line)),
        _not_over(RoleGrant.ends_on, cycle.starts_on),
    )
    return set(session.scalars(by_decree.union(by_role)))


def _parents(session: Session, cycle: Cycle) -> dict[int, set[int]]:
    """Return which units stood directly above each, at any time of the cycle or since."""
    rows: Any = session.execute(
        sa.select(UnitVersion.unit_id, UnitVersion.parent_id).where(
            UnitVersion.agency_id == cycle.agency_id, _not_over(UnitVersion.ends_on, cycle.starts_on)
        )
    )
    parents: dict[int, set[int]] = {}
    for unit_id, parent_id in rows:
        if parent_id is not None:
            parents.setdefault(unit_id, set()).add(parent_id)
    return parents


def _upwards(session: Session, cycle: Cycle, units: Iterable[int]) -> set[int]:
    """Return some units and all that stood above them at any time of the cycle or since."""
    parents = _parents(session, cycle)
    found: set[int] = set()
    waiting = set(units)
    while waiting:
        unit_id = waiting.pop()
        found.add(unit_id)
        waiting |= parents.get(unit_id, set()) - found
    return found


def _not_over(ends_on: Any, day: date) -> sa.ColumnElement[bool]:
    return sa.or_(ends_on.is_(None), ends_on >= day)
