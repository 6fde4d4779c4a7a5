"""Close an account and open it again. Its roles stay on record; closed, none of them opens anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.db_wall.scope import across, whole_account
from feedback_app.errors import ConflictError
from feedback_app.identity import sign_ins
from feedback_app.identity.account_models import Invitation
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Role
from feedback_app.identity.sign_in_rules import EndReason


class OwnAccountError(ConflictError):
    """Nobody closes their own account: who did could not open it again."""

    code = "closes_own_account"


class LastAdministratorError(ConflictError):
    """Without this account nobody would look after an agency."""

    code = "last_administrator_account"


class NothingToOpenError(ConflictError):
    """The account is open, or was never accepted by its owner."""

    code = "nothing_to_open"


def deactivate(session: Session, user: User, *, actor: Actor, day: date, now: datetime) -> None:
    """Close an account: it is signed out everywhere at once, and its open invitations are withdrawn.

    Raises
    ------
    OwnAccountError
    LastAdministratorError
    """
    if actor.user_id == user.id:
        raise OwnAccountError("Anda tidak dapat menutup akun Anda sendiri. Minta pengelola lain melakukannya.")
    if _alone_in(session, user.id, day):
        raise LastAdministratorError(
            "Akun ini satu-satunya pengelola instansi. Beri wewenang itu kepada orang lain dahulu."
        )
    with whole_account(session, user.id):
        user.active = False
    withdrawn = (
        sa.update(Invitation)
        .where(Invitation.user_id == user.id, Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    session.execute(withdrawn)
    for agency_id in sign_ins.agencies_of(session, user.id):
        with across(session, agency_id):
            session.execute(withdrawn)
    sign_ins.end_all(session, user.id, reason=EndReason.DEACTIVATED, now=now, actor=actor)
    sign_ins.note_act(session, user.id, actor, "identity.deactivate", None, now)


def activate(session: Session, user: User, *, actor: Actor, now: datetime) -> None:
    """Open a closed account again, with the password and the roles it had.

    Raises
    ------
    NothingToOpenError
    """
    if user.active:
        raise NothingToOpenError("Akun ini sudah terbuka.")
    if user.password is None:
        raise NothingToOpenError("Akun ini belum pernah dipakai pemiliknya. Undang lagi pemiliknya.")
    with whole_account(session, user.id):
        user.active = True
    sign_ins.note_act(session, user.id, actor, "identity.activate", None, now)


def _alone_in(session: Session, user_id: int, day: date) -> Sequence[int]:
    """Return the agencies of which an account is the only open one that administers the whole."""
    with whole_account(session, user_id):
        theirs = session.scalars(_administers(day).where(RoleGrant.user_id == user_id).distinct()).all()
    return [agency_id for agency_id in theirs if not _has_another(session, agency_id, user_id, day)]


def _has_another(session: Session, agency_id: int, user_id: int, day: date) -> bool:
    everybody = _administers(day).where(RoleGrant.agency_id == agency_id)
    others = everybody.join(User, User.id == RoleGrant.user_id).where(RoleGrant.user_id != user_id, User.active)
    with across(session, agency_id):
        # Of two who close each other's account at once, the second waits here and then sees what the first did.
        session.execute(everybody.order_by(RoleGrant.id).with_for_update(of=RoleGrant)).all()
        return session.scalar(others.limit(1)) is not None


def _administers(day: date) -> sa.Select[int]:
    return sa.select(RoleGrant.agency_id).where(
        RoleGrant.role == Role.ADMINISTRATOR, RoleGrant.unit_id.is_(None), RoleGrant.starts_on <= day,
        sa.or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day),
    )  # fmt: skip
