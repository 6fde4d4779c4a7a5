"""Write the end into sign-ins that ran out of time."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.identity.sign_in_models import SignIn, run_out
from feedback_app.identity.sign_in_rules import EndReason
from feedback_app.identity.sign_ins import note_act

BATCH: Final = 500


def any_run_out(session: Session, now: datetime) -> bool:
    """Tell whether a sign-in ran out of time and does not say so yet."""
    return bool(session.scalar(sa.select(sa.exists().where(SignIn.ended_at.is_(None), run_out(now)))))


def settle_run_out(session: Session, now: datetime) -> int:
    """Write the end into sign-ins that ran out of time, a batch at once; return how many.

    They opened nothing any more before that: this is for the list, and for `forget`.
    """
    due = session.scalars(
        sa.select(SignIn)
        .where(SignIn.ended_at.is_(None), run_out(now))
        .order_by(SignIn.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in due:
        reason = row.over(now) or EndReason.IDLE
        row.ended_at = row.expires_at if reason is EndReason.ABSOLUTE else row.last_seen_at + row.idle
        row.end_reason = reason
        note_act(session, row.user_id, SYSTEM, "identity.end_sign_in", row.id, now, reason=reason.value)
    session.flush()
    return len(due)
