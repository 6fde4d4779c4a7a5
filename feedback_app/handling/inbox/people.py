"""Whose cases somebody can look for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Permission, roles_with
from feedback_app.organisation.queries import reach, valid_on, within


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who may work on cases."""

    id: int
    name: str


def holders(session: Session, user_id: int, *, day: date) -> list[Holder]:
    """Return who else answers cases in the units within somebody's reach, by name."""
    area = reach(user_id, Permission.READ_INBOX, day)
    rows = session.execute(
        sa.select(User.id, User.name)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            User.id != user_id,
            RoleGrant.role.in_(roles_with(Permission.ANSWER_CASE)),
            valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
            within(area, RoleGrant.agency_id, RoleGrant.unit_id),
        )
        .distinct()
        .order_by(User.name, User.id)
    )
    return [Holder(*row) for row in rows]
