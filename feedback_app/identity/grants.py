"""What every grant asks: a reason, days in their order, and an end that is noted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.identity.models import RoleGrant

REASON_MIN: Final = 10
REASON_MAX: Final = 500
ONE_DAY: Final = timedelta(days=1)
# One key for all grants of a person: two given at once would not see each other. As in migration 0015.
_LOCK: Final = 415


class GrantReasonError(InvalidInputError):
    """Nobody said why a role is given or ended, or said too much."""

    code = "grant_reason"


class GrantDaysError(InvalidInputError):
    """The days of a role are not in their order, or it would begin in the past."""

    code = "grant_days"


class GrantEndedError(ConflictError):
    """The role was ended before."""

    code = "grant_ended"


class UnknownGrantError(NotFoundError):
    """There is no such role, or not for this account."""

    code = "unknown_grant"


def said_why(raw: str) -> str:
    """Return a reason with single spaces.

    Raises
    ------
    GrantReasonError
    """
    words = " ".join(raw.split())
    if not REASON_MIN <= len(words) <= REASON_MAX:
        raise GrantReasonError(f"Tulis alasannya, {REASON_MIN} sampai {REASON_MAX} huruf.")
    return words


def check_days(starts_on: date, ends_on: date | None) -> None:
    """Refuse an end before the beginning.

    Raises
    ------
    GrantDaysError
    """
    if ends_on is not None and ends_on < starts_on:
        raise GrantDaysError("Hari terakhir tidak boleh sebelum hari pertama.")


def lock_grants_of(session: Session, user_id: int) -> None:
    """Let nobody else give the same person a role until this transaction ends."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK, sa.func.hashint8(user_id))))


def end_at_once(session: Session, held: RoleGrant, *, reason: str, actor: Actor, today: date, now: datetime) -> None:
    """End a role at once: it is held on no day from today on, and for none at all where it began today or later.

    Raises
    ------
    GrantReasonError, GrantEndedError
    """
    words = said_why(reason)
    if held.ended_at is not None or (held.ends_on is not None and held.ends_on < today):
        raise GrantEndedError("Wewenang itu sudah berakhir.")
    held.ends_on = max(held.starts_on - ONE_DAY, today - ONE_DAY)
    held.ended_at, held.ended_by, held.end_reason = now, actor.user_id, words
    session.flush()
    record(
        session, agency_id=held.agency_id, actor=actor, action="identity.end_grant", subject_type="user",
        subject_id=held.user_id, now=now, grant_id=held.id, role=held.role.value, unit_id=held.unit_id,
    )  # fmt: skip
