"""The row of an account's factors, and what every change of them has in common."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.identity.factors.errors import LastFactorError
from feedback_app.identity.factors.models import AccountFactors, RecoveryCode
from feedback_app.identity.factors.queries import state_of
from feedback_app.identity.sign_ins import note_act

# WebAuthn, 5.4.3 asks for at most 64 bytes and recommends as many, random.
_HANDLE_BYTES: Final = 64


def locked(session: Session, user_id: int) -> AccountFactors:
    """Return the row of an account's factors, made where there is none, locked until the end of the transaction.

    Whoever tries codes of one account at once so waits in line: none is taken twice, no miss goes uncounted.
    """
    handle = secrets.token_bytes(_HANDLE_BYTES)
    session.execute(insert(AccountFactors).values(user_id=user_id, webauthn_handle=handle).on_conflict_do_nothing())
    return session.execute(
        sa.select(AccountFactors)
        .where(AccountFactors.user_id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def note(session: Session, user_id: int, action: str, *, actor: Actor, now: datetime, **detail: Any) -> None:
    """Write a change of factors into the trail of every agency of the account."""
    note_act(session, user_id, actor, f"identity.{action}", None, now, **detail)


def spare_one(session: Session, user_id: int, *, needed: bool) -> None:
    """Refuse to go below one factor where one is needed; drop the recovery codes where none is left.

    Called while the row of the account is locked, so that two removals do not each count on the other's.

    Raises
    ------
    LastFactorError
    """
    if state_of(session, user_id).count > 1:
        return
    if needed:
        raise LastFactorError(
            "Ini faktor kedua Anda yang terakhir, dan wewenang Anda memerlukannya. Tambahkan yang baru dahulu, lalu "
            "hapus yang ini."
        )
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
