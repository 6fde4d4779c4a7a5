"""What can be asked about second factors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db_wall.scope import whole_account
from feedback_app.identity.factors.models import AccountFactors, RecoveryCode, WebAuthnCredential
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.operators import is_operator
from feedback_app.identity.rules import NEEDS_SECOND_FACTOR


@dataclass(frozen=True, slots=True)
class PasskeyCard:
    """A passkey as its owner sees it."""

    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class FactorState:
    """What an account has besides its password; says nothing by which it could be used."""

    app_since: datetime | None
    passkeys: tuple[PasskeyCard, ...]
    codes_left: int
    codes_made_at: datetime | None
    used_at: datetime | None

    @property
    def count(self) -> int:
        """Return how many factors there are; recovery codes stand in for one and are none."""
        return len(self.passkeys) + (self.app_since is not None)


def state_of(session: Session, user_id: int) -> FactorState:
    """Return the factors of an account."""
    app = session.execute(
        sa.select(AccountFactors.totp_since, AccountFactors.used_at).where(AccountFactors.user_id == user_id)
    ).one_or_none()
    passkeys = session.execute(
        sa.select(
            WebAuthnCredential.id, WebAuthnCredential.name, WebAuthnCredential.added_at, WebAuthnCredential.used_at
        )
        .where(WebAuthnCredential.user_id == user_id)
        .order_by(WebAuthnCredential.added_at, WebAuthnCredential.id)
    )
    left, made_at = session.execute(
        sa.select(
            sa.func.count().filter(RecoveryCode.used_at.is_(None)), sa.func.max(RecoveryCode.made_at)
        ).where(RecoveryCode.user_id == user_id)
    ).one()  # fmt: skip
    return FactorState(
        app_since=app.totp_since if app else None,
        passkeys=tuple(PasskeyCard(*row) for row in passkeys),
        codes_left=left,
        codes_made_at=made_at,
        used_at=app.used_at if app else None,
    )


def ways_of(session: Session, user_id: int) -> tuple[bool, bool]:
    """Return whether an account has an authenticator app, and whether it has a passkey."""
    app = sa.exists().where(AccountFactors.user_id == user_id, AccountFactors.totp_sealed.is_not(None))
    passkey = sa.exists().where(WebAuthnCredential.user_id == user_id)
    row = session.execute(sa.select(app, passkey)).one()
    return bool(row[0]), bool(row[1])


def has_factor(session: Session, user_id: int) -> bool:
    """Tell whether an account has a second factor."""
    return any(ways_of(session, user_id))


def opens_nothing_without_factor(session: Session, user_id: int, day: date, *, asked: str) -> bool:
    """Tell whether an account must have a factor on a day, where the setting `SECOND_FACTOR` asks so much."""
    by_role = asked == "required" and needs_second_factor(session, user_id, day)
    return asked == "everybody" or by_role


def needs_second_factor(session: Session, user_id: int, day: date) -> bool:
    """Tell whether an account holds on a day what may not rest on a password alone."""
    held = sa.exists().where(
        RoleGrant.user_id == user_id,
        RoleGrant.role.in_(list(NEEDS_SECOND_FACTOR)),
        RoleGrant.starts_on <= day,
        sa.or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day),
    )
    with whole_account(session, user_id):
        return bool(session.scalar(sa.select(sa.or_(held, is_operator(user_id, day)))))
