"""What can be asked about accounts."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.identity.models import User


def names_of(session: Session, user_ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of people by the ids of their accounts; ids that are None are passed over."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    if not wanted:
        return {}
    rows = session.execute(sa.select(User.id, User.name).where(User.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def user_by_email(session: Session, email: str) -> User | None:
    """Return the account of an address, written in any case; also one that may sign in no more."""
    return session.scalar(sa.select(User).where(sa.func.lower(User.email) == email.strip().lower()))
