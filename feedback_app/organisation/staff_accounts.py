"""The accounts of an agency, as far as somebody looks after them, with what became of their invitations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db_wall.scope import agencies_of_account
from feedback_app.errors import ForbiddenError
from feedback_app.identity.account_models import Invitation
from feedback_app.identity.account_rules import AccountState, state_of
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Permission
from feedback_app.organisation.account_reach import UnknownAccountError
from feedback_app.organisation.queries import reach, valid_on, within
from feedback_app.organisation.whole_agencies import over_all_of

PERMISSION: Final = Permission.MANAGE_GRANTS


class WorksElsewhereError(ForbiddenError):
    """The account works beyond the reach of whoever would close it."""

    code = "works_elsewhere"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account in the list; the moments are those of its newest invitation by this agency, if it had one."""

    id: int
    name: str
    email: str
    state: AccountState
    roles: int
    sent_at: datetime | None
    expires_at: datetime | None


def accounts_of(
    session: Session, agency_id: int, reader_id: int | None, *, day: date, now: datetime, words: str = "",
    state: AccountState | None = None,
) -> list[AccountRow]:  # fmt: skip
    """Return the accounts of an agency by name; as far as a reader looks after them, or all without one.

    `words` are looked for in name and address.
    """
    query = _accounts(agency_id, day)
    if reader_id is not None:
        query = query.where(_looked_after(agency_id, reader_id, day))
    for word in words.split()[:5]:
        pattern = f"%{word.replace('%', '').replace('_', '')}%"
        query = query.where(sa.or_(User.name.ilike(pattern), User.email.ilike(pattern)))
    rows = [_row(row, now) for row in session.execute(query.order_by(User.name, User.id))]
    return [row for row in rows if state is None or row.state is state]


def account_of(
    session: Session, agency_id: int, reader_id: int, user_id: int, *, day: date, now: datetime
) -> AccountRow:
    """Return one account that a reader looks after.

    Raises
    ------
    feedback_app.organisation.account_reach.UnknownAccountError
    """
    query = _accounts(agency_id, day).where(_looked_after(agency_id, reader_id, day), User.id == user_id)
    found = session.execute(query).first()
    if found is None:
        raise UnknownAccountError("Akun itu tidak ada di lingkup Anda.")
    return _row(found, now)


def check_whole(session: Session, agency_id: int, reader_id: int, user_id: int, *, day: date) -> None:
    """Refuse to close or open an account that also works where its reader looks after nobody.

    Raises
    ------
    WorksElsewhereError
    """
    beyond = sa.exists().where(
        RoleGrant.user_id == user_id, RoleGrant.agency_id == agency_id,
        valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day), sa.not_(_in_reach(agency_id, reader_id, day)),
    )  # fmt: skip
    others = set(agencies_of_account(session, user_id, day)) - {agency_id}
    if others or session.scalar(sa.select(beyond)):
        raise WorksElsewhereError(
            "Akun ini juga bekerja di luar lingkup Anda. Akhiri saja wewenangnya di lingkup Anda, atau minta "
            "pengelola server."
        )


def _accounts(agency_id: int, day: date) -> sa.Select[*tuple[Any, ...]]:
    newest = (
        sa.select(sa.func.max(Invitation.id))
        .where(Invitation.agency_id == agency_id, Invitation.user_id == User.id)
        .correlate(User)
        .scalar_subquery()
    )
    held = (
        sa.select(sa.func.count())
        .where(
            RoleGrant.agency_id == agency_id, RoleGrant.user_id == User.id,
            valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
        )
        .correlate(User)
        .scalar_subquery()
    )  # fmt: skip
    has_grant = sa.exists().where(RoleGrant.agency_id == agency_id, RoleGrant.user_id == User.id)
    return (
        sa.select(User, Invitation, held)
        .outerjoin(Invitation, sa.and_(Invitation.agency_id == agency_id, Invitation.id == newest))
        .where(sa.or_(has_grant, Invitation.id.is_not(None)))
    )


def _looked_after(agency_id: int, reader_id: int, day: date) -> sa.ColumnElement[bool]:
    """Return the condition that a reader looks after an account: all of the agency's, or one with a role in reach."""
    has_one = sa.exists().where(
        RoleGrant.agency_id == agency_id, RoleGrant.user_id == User.id, _in_reach(agency_id, reader_id, day)
    )
    return sa.or_(over_all_of(sa.literal(agency_id), reader_id, PERMISSION, day), has_one)


def _in_reach(agency_id: int, reader_id: int, day: date) -> sa.ColumnElement[bool]:
    area = reach(reader_id, PERMISSION, day)
    return sa.or_(
        over_all_of(sa.literal(agency_id), reader_id, PERMISSION, day),
        within(area, RoleGrant.agency_id, RoleGrant.unit_id),
    )


def _row(row: sa.Row[*tuple[Any, ...]], now: datetime) -> AccountRow:
    user: User
    invitation: Invitation | None
    user, invitation, roles = row
    until = invitation.expires_at if invitation is not None and invitation.is_open else None
    state = state_of(active=user.active, has_password=user.password is not None, invited_until=until, now=now)
    return AccountRow(
        user.id, user.name, user.email, state, roles, invitation.sent_at if invitation else None,
        invitation.expires_at if invitation else None,
    )  # fmt: skip
