"""A lost factor: somebody else takes all factors of an account away; its next sign-in sets up a new one."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.db_wall.scope import whole_account
from feedback_app.identity.factors import challenges
from feedback_app.identity.factors.accounts import locked, note
from feedback_app.identity.factors.errors import BeyondReachError, OwnResetError
from feedback_app.identity.factors.models import RecoveryCode, WebAuthnCredential
from feedback_app.identity.factors.queries import state_of
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.operators import is_operator
from feedback_app.identity.rules import Permission, roles_with
from feedback_app.identity.sign_ins import end_all


def reset_factors(session: Session, user_id: int, *, actor: Actor, now: datetime) -> int:
    """Take all factors and recovery codes away and end every sign-in; return how many factors there were.

    The password stays: whoever found the lost telephone still needs it, and who knows the password alone is told of by
    a mail to the owner.

    Raises
    ------
    OwnResetError
    """
    if actor.user_id == user_id:
        raise OwnResetError("Faktor kedua akun sendiri tidak dapat diatur ulang. Minta pengelola lain.")
    factors, before = locked(session, user_id), state_of(session, user_id).count
    factors.totp_sealed = factors.totp_since = factors.totp_last_step = None
    factors.misses = 0
    session.execute(sa.delete(WebAuthnCredential).where(WebAuthnCredential.user_id == user_id))
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    challenges.drop_all(session, user_id)
    session.flush()
    note(session, user_id, "reset_factors", actor=actor, now=now, n=before)
    end_all(session, user_id, reason="factor_changed", now=now, actor=actor)
    return before


def check_reach(session: Session, user_id: int, *, administrator_id: int, day: date) -> None:
    """Refuse where the account works in an agency that this administrator does not look after as a whole.

    Else the administrator of one agency could weaken an account on which another one rests.

    Raises
    ------
    BeyondReachError
    """
    with whole_account(session, user_id):
        theirs = set(session.scalars(_agencies(user_id, day)))
    with whole_account(session, administrator_id):
        mine = set(session.scalars(_looked_after(administrator_id, day)))
    runs_the_platform = session.scalar(sa.select(is_operator(user_id, day)))
    if theirs - mine or runs_the_platform:
        raise BeyondReachError(
            "Akun ini bekerja di luar instansi yang Anda kelola. Minta pengelola platform mengatur ulang faktornya."
        )


def _looked_after(administrator_id: int, day: date) -> sa.Select[int]:
    return _agencies(administrator_id, day).where(
        RoleGrant.unit_id.is_(None), RoleGrant.role.in_(roles_with(Permission.MANAGE_GRANTS))
    )


def _agencies(user_id: int, day: date) -> sa.Select[int]:
    return sa.select(RoleGrant.agency_id).where(
        RoleGrant.user_id == user_id,
        RoleGrant.starts_on <= day,
        sa.or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day),
    )
