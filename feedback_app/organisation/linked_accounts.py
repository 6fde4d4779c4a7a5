"""The accounts of an agency that are linked to an identity provider, or wait to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Permission
from feedback_app.identity.sso.models import SsoLink
from feedback_app.organisation.queries import reach, valid_on, within
from feedback_app.organisation.whole_agencies import over_all_of

LISTED_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """An account and its link; `confirmed_at` is None while an administrator is asked."""

    link_id: int
    user_id: int
    name: str
    email: str
    issuer: str
    asked_at: datetime
    confirmed_at: datetime | None
    last_used_at: datetime | None


def links_in_reach(
    session: Session, user_id: int, agency_id: int, permission: Permission, day: date
) -> list[LinkedAccount]:
    """Return the links of accounts with a grant in an agency within somebody's reach: waiting ones first, by name."""
    held = _held(user_id, permission, day).where(RoleGrant.user_id == User.id, RoleGrant.agency_id == agency_id)
    rows = session.execute(
        sa.select(
            SsoLink.id, User.id, User.name, User.email, SsoLink.issuer, SsoLink.asked_at, SsoLink.confirmed_at,
            SsoLink.last_used_at,
        )
        .join(User, User.id == SsoLink.user_id)
        .where(SsoLink.ended_at.is_(None), held)
        .order_by(SsoLink.confirmed_at.is_not(None), User.name, SsoLink.id)
        .limit(LISTED_MOST)
    )  # fmt: skip
    return [LinkedAccount(*row) for row in rows]


def count_to_confirm(session: Session, user_id: int, day: date) -> int:
    """Return how many accounts of other people, within somebody's reach, wait to be known as those of a provider."""
    held = _held(user_id, Permission.MANAGE_GRANTS, day).where(RoleGrant.user_id == SsoLink.user_id)
    query = sa.select(sa.func.count()).where(
        SsoLink.ended_at.is_(None), SsoLink.confirmed_at.is_(None), SsoLink.user_id != user_id, held
    )
    return session.scalar(query) or 0


def _held(user_id: int, permission: Permission, day: date) -> sa.Exists:
    """Return that there is a grant of today over which somebody has a permission; whose it is, the caller adds."""
    return sa.exists().where(
        valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
        sa.or_(
            within(reach(user_id, permission, day), RoleGrant.agency_id, RoleGrant.unit_id),
            over_all_of(RoleGrant.agency_id, user_id, permission, day),
        ),
    )
