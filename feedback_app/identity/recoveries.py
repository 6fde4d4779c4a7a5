"""Ask for a new password, and choose it with the link that came by mail.

A request is one row, for an account or for an address that has none: the page that takes it does the same work for
both, so neither its words nor its time tell which it was (ASVS 5.0, 6.3.8). Whether a mail follows, a job decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import queue
from feedback_app.identity.account_links import RecoveryClaim, no_longer_valid, opens
from feedback_app.identity.account_models import RecoveryRequest
from feedback_app.identity.models import User
from feedback_app.identity.queries import user_by_email
from feedback_app.identity.recovery_rules import DAY, KEPT

JOB: Final = "send_recoveries"
BATCH: Final = 200


def ask_recovery(session: Session, email: str, *, now: datetime) -> None:
    """Note that somebody asked for a new password for an address, which may have no account."""
    user = user_by_email(session, email)
    row = {"user_id": user.id if user else None, "asked_at": now}
    # Without reading the number back: whoever may write requests need not be able to read them.
    session.execute(sa.insert(RecoveryRequest).values(row).inline())
    queue.ask(session, JOB)


def any_waiting(session: Session, *, now: datetime) -> bool:
    """Tell whether a request waits to be settled, or is old enough to be forgotten."""
    waits = sa.exists().where(RecoveryRequest.settled_at.is_(None))
    is_old = sa.exists().where(RecoveryRequest.asked_at < now - KEPT)
    return bool(session.scalar(sa.select(sa.or_(waits, is_old))))


def waiting(session: Session) -> Sequence[RecoveryRequest]:
    """Return requests that wait, the oldest first, for this transaction alone."""
    return session.scalars(
        sa.select(RecoveryRequest)
        .where(RecoveryRequest.settled_at.is_(None))
        .order_by(RecoveryRequest.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()


def mailed_lately(session: Session, user_id: int, *, now: datetime) -> Sequence[datetime]:
    """Return when links were sent to an account within the last day."""
    found: Sequence[datetime | None] = session.scalars(
        sa.select(RecoveryRequest.mailed_at).where(
            RecoveryRequest.user_id == user_id, RecoveryRequest.mailed_at > now - DAY
        )
    ).all()
    return [moment for moment in found if moment is not None]


def forget(session: Session, before: datetime) -> None:
    """Remove requests from before a moment."""
    session.execute(sa.delete(RecoveryRequest).where(RecoveryRequest.asked_at < before))


def owner_of(session: Session, claim: RecoveryClaim, key: bytes, *, for_update: bool = False) -> User:
    """Return the account whose password a link may still replace.

    Raises
    ------
    feedback_app.identity.account_links.LinkNotValidError
    """
    wanted = sa.select(User).where(User.id == claim.user_id).execution_options(populate_existing=True)
    user = session.scalar(wanted.with_for_update() if for_update else wanted)
    if user is None or not opens(key, claim, user):
        raise no_longer_valid()
    return user
