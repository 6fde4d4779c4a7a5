"""End a role, by one person and at once; an agency never loses its last administrator."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.errors import ConflictError
from feedback_app.identity.grants import UnknownGrantError, end_at_once
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Role
from feedback_app.organisation.access.giving import within_my_reach
from feedback_app.organisation.queries import valid_on


class LastAdministratorError(ConflictError):
    """Without this role nobody would administer the agency."""

    code = "last_administrator"


def end_grant(
    session: Session, agency_id: int, grant_id: int, *, reason: str, actor: Actor, today: date, now: datetime
) -> RoleGrant:
    """End a role at once; whoever ends it looks after its unit, or runs the server.

    Raises
    ------
    feedback_app.identity.grants.UnknownGrantError, feedback_app.identity.grants.GrantEndedError
    feedback_app.identity.grants.GrantReasonError
    LastAdministratorError
    """
    held = session.get(RoleGrant, (agency_id, grant_id), with_for_update=True, populate_existing=True)
    if held is None or (
        actor.user_id is not None and not within_my_reach(session, actor.user_id, agency_id, held.unit_id, today)
    ):
        raise UnknownGrantError("Wewenang itu tidak ada. Pilih dari daftar.")
    if held.ends_on is None or held.ends_on >= today:
        _keep_an_administrator(session, held, today)
    end_at_once(session, held, reason=reason, actor=actor, today=today, now=now)
    return held


def is_last_administrator(session: Session, agency_id: int, user_id: int, today: date) -> bool:
    """Tell whether an account is the only active one that administers the whole agency today.

    The rows are locked, so that two that end each other's role at once do not both succeed.
    """
    rows = session.execute(
        sa.select(RoleGrant.user_id, RoleGrant.id)
        .where(
            RoleGrant.agency_id == agency_id, RoleGrant.role == Role.ADMINISTRATOR, RoleGrant.unit_id.is_(None),
            valid_on(RoleGrant.starts_on, RoleGrant.ends_on, today),
            RoleGrant.user_id.in_(sa.select(User.id).where(User.active)),
        )
        .order_by(RoleGrant.id)
        .with_for_update()
    ).all()  # fmt: skip
    return {row.user_id for row in rows} == {user_id}


def _keep_an_administrator(session: Session, held: RoleGrant, today: date) -> None:
    administers = held.role is Role.ADMINISTRATOR and held.unit_id is None and held.starts_on <= today
    if administers and is_last_administrator(session, held.agency_id, held.user_id, today):
        raise LastAdministratorError(
            "Ini pengelola terakhir instansi. Beri dahulu wewenang pengelola kepada orang lain, lalu akhiri yang ini."
        )
