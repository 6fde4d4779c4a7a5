"""Remind those who manage privacy of breaches whose clock runs out."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.privacy.breaches.queries import late_breaches
from feedback_app.privacy.breaches.telling import tell_late


def any_breach_late(session: Session, *, now: datetime) -> bool:
    """Tell whether a breach was found two days ago, is not told, and nobody was reminded."""
    return session.scalar(sa.select(late_breaches(now=now).exists())) or False


def warn_of_breaches(session: Session, *, now: datetime) -> int:
    """Owe the mails about them; return about how many breaches."""
    found = session.scalars(late_breaches(now=now).with_for_update(skip_locked=True)).all()
    for breach in found:
        tell_late(session, breach, now=now)
    return len(found)
