"""Write the audit trail, in the transaction of the act itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import ActorKind, AuditEvent, PlatformEvent
from feedback_app.audit.rules import checked_action, checked_detail
from feedback_app.db import Base


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts; `user_id` is given for signed-in people only."""

    kind: ActorKind
    user_id: int | None = None


SYSTEM = Actor(ActorKind.SYSTEM)
CITIZEN = Actor(ActorKind.CITIZEN)
# Each act of each request passes here: one statement for all, of the bare table and without asking for the number.
_INTO_AGENCY: Final = sa.insert(Base.metadata.tables[AuditEvent.__tablename__]).inline()
_INTO_PLATFORM: Final = sa.insert(Base.metadata.tables[PlatformEvent.__tablename__]).inline()


def person(user_id: int) -> Actor:
    """Return the actor for a signed-in person."""
    return Actor(ActorKind.USER, user_id)


def record(
    session: Session,
    *,
    agency_id: int,
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: int | None,
    now: datetime,
    **detail: Any,
) -> None:
    """Add one act to the trail; `action` reads `room.verb`, `detail` holds ids, counts and codes, never free text.

    Raises
    ------
    feedback_app.audit.rules.WordsInTrailError
        The detail holds something that could be words; the whole act fails with it.
    """
    act = _act(actor, action, subject_type, subject_id, now, detail)
    session.execute(_INTO_AGENCY, {"agency_id": agency_id, **act})


def record_platform(
    session: Session,
    *,
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: int | None,
    now: datetime,
    **detail: Any,
) -> None:
    """Add one act that belongs to no agency: an operator's, a key's, a sign-in of nobody known.

    Sealed as the acts of agencies are, and shown on no page of an agency.

    Raises
    ------
    feedback_app.audit.rules.WordsInTrailError
        The detail holds something that could be words; the whole act fails with it.
    """
    session.execute(_INTO_PLATFORM, _act(actor, action, subject_type, subject_id, now, detail))


def _act(
    actor: Actor, action: str, subject_type: str, subject_id: int | None, now: datetime, detail: dict[str, Any]
) -> dict[str, Any]:
    return {
        "at": now, "actor_kind": actor.kind, "actor_id": actor.user_id, "action": checked_action(action),
        "subject_type": subject_type, "subject_id": subject_id, "detail": checked_detail(detail),
    }  # fmt: skip
