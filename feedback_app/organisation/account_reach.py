"""Which accounts somebody looks after, and by which clock an account reads."""

from __future__ import annotations

from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db_wall.scope import whole_account
from feedback_app.errors import NotFoundError
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import reach, valid_on, within
from feedback_app.organisation.whole_agencies import over_all_of

# WITA, the middle one of the three: for accounts that hold nothing anywhere.
_USUAL_ZONE: Final = "Asia/Makassar"


class UnknownAccountError(NotFoundError):
    """No account of this number, or none that the reader looks after."""

    code = "unknown_account"


def account_in_reach(
    session: Session, user_id: int, *, agency_id: int | None = None, of: int, permission: Permission, day: date
) -> User:
    """Return an account that holds a grant, in one agency or any, within the reach of somebody's permission on a day.

    A grant over the whole agency is within the reach of those alone who hold the permission over the whole of it.

    Raises
    ------
    UnknownAccountError
    """
    held = sa.exists().where(
        RoleGrant.user_id == User.id,
        RoleGrant.agency_id == agency_id if agency_id is not None else sa.true(),
        valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
        sa.or_(
            within(reach(of, permission, day), RoleGrant.agency_id, RoleGrant.unit_id),
            _over_all(of, permission, day),
        ),
    )
    found = session.scalar(sa.select(User).where(User.id == user_id, held))
    if found is None:
        raise UnknownAccountError("Akun itu tidak ada di lingkup Anda.")
    return found


def _over_all(user_id: int, permission: Permission, day: date) -> sa.ColumnElement[bool]:
    """Return the condition that somebody has a permission over the whole agency of a grant."""
    mine = sa.select(Agency.id).where(over_all_of(Agency.id, user_id, permission, day))
    return RoleGrant.agency_id.in_(mine)


def first_time_zone(session: Session, user_id: int, day: date) -> str:
    """Return the time zone of the first agency in which an account holds a grant on a day."""
    query = (
        sa.select(Agency.time_zone)
        .join(RoleGrant, RoleGrant.agency_id == Agency.id)
        .where(RoleGrant.user_id == user_id, valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day))
        .order_by(Agency.id)
        .limit(1)
    )
    with whole_account(session, user_id):
        found = session.scalar(query)
    return found or _USUAL_ZONE
