"""The agencies that somebody looks after as a whole, and what an account may do where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db_wall.scope import whole_account
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.rules import Permission, Role, roles_with
from feedback_app.organisation.models import Agency, UnitVersion
from feedback_app.organisation.queries import valid_on


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role somebody has on a day; `unit_name` is None over the whole agency."""

    role: Role
    agency_name: str
    unit_name: str | None


def whole_agencies(session: Session, user_id: int, permission: Permission, day: date) -> Sequence[Agency]:
    """Return the agencies in which somebody has a permission over the whole of it, by name."""
    query = sa.select(Agency).where(over_all_of(Agency.id, user_id, permission, day))
    return session.scalars(query.order_by(Agency.name)).all()


def over_all_of(agency_id: Any, user_id: Any, permission: Permission, day: date) -> sa.ColumnElement[bool]:
    """Return the condition that somebody has a permission over the whole of an agency; one over a unit is none."""
    return sa.exists().where(
        RoleGrant.agency_id == agency_id,
        RoleGrant.user_id == user_id,
        RoleGrant.unit_id.is_(None),
        RoleGrant.role.in_(roles_with(permission)),
        valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
    )


def roles_of(session: Session, user_id: int, day: date) -> list[HeldRole]:
    """Return the roles of an account, by agency and unit."""
    named = sa.and_(
        UnitVersion.agency_id == RoleGrant.agency_id,
        UnitVersion.unit_id == RoleGrant.unit_id,
        valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day),
    )
    held = (
        sa.select(RoleGrant.role, Agency.name, UnitVersion.name)
        .join(Agency, Agency.id == RoleGrant.agency_id)
        .outerjoin(UnitVersion, named)
        .where(RoleGrant.user_id == user_id, valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day))
        .distinct()
        .order_by(Agency.name, UnitVersion.name.nulls_first(), RoleGrant.role)
    )
    with whole_account(session, user_id):
        rows = session.execute(held).all()
    return [HeldRole(*row) for row in rows]
