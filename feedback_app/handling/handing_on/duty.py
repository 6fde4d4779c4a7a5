"""Which cases are somebody's own: those assigned to them, and the unassigned ones of the units they work for.

A case in the hands of somebody who has left is unassigned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from feedback_app.handling.handing_on.colleagues import may_work_on
from feedback_app.handling.models import Case
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Permission, Role, roles_with
from feedback_app.organisation.models import UnitVersion
from feedback_app.organisation.queries import valid_on


def duties(session: Session, agency_id: int, day: date) -> dict[int, set[int]]:
    """Return the units whose unassigned cases wait for each account.

    A unit's officers answer for it, or its heads where it has no officer; a unit without either is left to the nearest
    one above that has somebody.
    """
    officers = _accounts(session, agency_id, day, Role.OFFICER)
    heads = _accounts(session, agency_id, day, Role.UNIT_HEAD)
    parents = _parents(session, agency_id, day)
    found: dict[int, set[int]] = {}
    for unit_id in parents:
        for user_id in _nearest(unit_id, parents, officers, heads):
            found.setdefault(user_id, set()).add(unit_id)
    return found


def is_on(user_id: int, unit_ids: Iterable[int], left: Collection[int] = ()) -> sa.ColumnElement[bool]:
    """Return the condition that a case is assigned to somebody, or to nobody and of one of these units.

    `left`: cases that stand under the name of somebody who has left.
    """
    return sa.or_(Case.assigned_to == user_id, sa.and_(is_nobodys(left), Case.unit_id.in_(sorted(unit_ids))))


def is_nobodys(left: Collection[int]) -> sa.ColumnElement[bool]:
    """Return the condition that a case is assigned to nobody, or stands among those of somebody who has left."""
    # One array, for somebody may leave more cases behind than a statement takes values.
    those = sa.literal(sorted(left), ARRAY(sa.BigInteger))
    return sa.or_(Case.assigned_to.is_(None), Case.id == sa.any_(those))


def left_behind(session: Session, among: Sequence[sa.ColumnElement[bool]], day: date) -> frozenset[int]:
    """Return those of some cases that are assigned to somebody who may not sign in or not answer them any more."""
    doubtful = [*among, Case.assigned_to.is_not(None), sa.not_(_plainly_stays(day))]
    named = session.scalars(sa.select(Case.assigned_to).where(*doubtful).distinct()).all()
    found: set[int] = set()
    for user_id in (one for one in named if one is not None):
        gone = sa.select(Case.id).where(*doubtful, Case.assigned_to == user_id, sa.not_(may_work_on(user_id, day)))
        found.update(session.scalars(gone))
    return frozenset(found)


def _plainly_stays(day: date) -> sa.ColumnElement[bool]:
    """Return a condition that only cases meet whose holder `may_work_on` them: most do, so few are looked at singly."""
    answers_here = sa.exists().where(
        User.id == Case.assigned_to,
        User.active,
        RoleGrant.user_id == User.id,
        RoleGrant.agency_id == Case.agency_id,
        RoleGrant.unit_id == Case.unit_id,
        RoleGrant.role.in_(roles_with(Permission.ANSWER_CASE)),
        valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
    )
    return sa.and_(sa.not_(Case.is_confidential), answers_here)


def _nearest(
    unit_id: int, parents: Mapping[int, int | None], officers: Mapping[int, set[int]], heads: Mapping[int, set[int]]
) -> set[int]:
    seen: set[int] = set()
    unit: int | None = unit_id
    while unit is not None and unit not in seen:
        seen.add(unit)
        found = officers.get(unit) or heads.get(unit)
        if found:
            return found
        unit = parents.get(unit)
    return set()


def _accounts(session: Session, agency_id: int, day: date, role: Role) -> dict[int, set[int]]:
    rows = session.execute(
        sa.select(RoleGrant.unit_id, RoleGrant.user_id)
        .join(User, User.id == RoleGrant.user_id)
        .where(
            User.active,
            RoleGrant.agency_id == agency_id,
            RoleGrant.role == role,
            RoleGrant.unit_id.is_not(None),
            valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
        )
    )
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row.unit_id, set()).add(row.user_id)
    return found


def _parents(session: Session, agency_id: int, day: date) -> dict[int, int | None]:
    rows = session.execute(
        sa.select(UnitVersion.unit_id, UnitVersion.parent_id).where(
            UnitVersion.agency_id == agency_id, valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day)
        )
    )
    return {row.unit_id: row.parent_id for row in rows}
