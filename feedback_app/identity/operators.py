"""Who runs the installation: given and ended from the terminal alone, of no agency, and without sight of any case."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, record_platform
from feedback_app.errors import ConflictError, NotFoundError
from feedback_app.identity.grant_models import PlatformOperator
from feedback_app.identity.grants import check_days, said_why
from feedback_app.identity.models import RoleGrant, User


class AlreadyOperatorError(ConflictError):
    """The account runs the platform already."""

    code = "already_operator"


class OperatorHoldsRoleError(ConflictError):
    """Whoever runs the platform holds no role in an agency, and the other way round."""

    code = "operator_holds_role"


class UnknownOperatorError(NotFoundError):
    """The account does not run the platform."""

    code = "unknown_operator"


def is_operator(user_id: Any, day: date) -> sa.ColumnElement[bool]:
    """Return the condition that an account runs the platform on a day."""
    return sa.exists().where(
        PlatformOperator.user_id == user_id,
        PlatformOperator.starts_on <= day,
        sa.or_(PlatformOperator.ends_on.is_(None), PlatformOperator.ends_on >= day),
    )


def make_operator(
    session: Session, user: User, *, reason: str, starts_on: date, ends_on: date | None, now: datetime
) -> PlatformOperator:
    """Let an account run the platform from one day to another.

    Raises
    ------
    GrantReasonError, GrantDaysError, AlreadyOperatorError
    OperatorHoldsRoleError
        It holds a role in an agency on one of those days: with one account it would see what an operator must not.
    """
    words = said_why(reason)
    check_days(starts_on, ends_on)
    standing = _standing(session, user.id)
    if standing is not None and (standing.ends_on is None or standing.ends_on >= starts_on):
        raise AlreadyOperatorError("Akun itu sudah menjadi operator platform.")
    if standing is not None:
        _end(standing, "Masa tugasnya sudah habis.", standing.ends_on or starts_on, now)
        session.flush()
    if session.scalar(sa.select(_holds_role(user.id, starts_on, ends_on))):
        raise OperatorHoldsRoleError(
            "Akun itu memegang wewenang di instansi. Operator platform memakai akun tersendiri tanpa wewenang lain."
        )
    made = PlatformOperator(user_id=user.id, starts_on=starts_on, ends_on=ends_on, reason=words, given_at=now)
    session.add(made)
    session.flush()
    _note(session, "identity.make_operator", user.id, now)
    return made


def end_operator(session: Session, user: User, *, reason: str, today: date, now: datetime) -> None:
    """Let an account run the platform no more, at once.

    Raises
    ------
    GrantReasonError, UnknownOperatorError
    """
    words, standing = said_why(reason), _standing(session, user.id)
    if standing is None:
        raise UnknownOperatorError("Akun itu bukan operator platform.")
    _end(standing, words, max(standing.starts_on - timedelta(days=1), today - timedelta(days=1)), now)
    session.flush()
    _note(session, "identity.end_operator", user.id, now)


def operators(session: Session) -> list[tuple[PlatformOperator, User]]:
    """Return everybody who runs or ran the platform, the newest first."""
    rows = session.execute(
        sa.select(PlatformOperator, User)
        .join(User, User.id == PlatformOperator.user_id)
        .order_by(PlatformOperator.ended_at.is_not(None), PlatformOperator.id.desc())
    )
    return [(row[0], row[1]) for row in rows]


def operator_ids(session: Session, day: date) -> list[int]:
    """Return the active accounts that run the platform on a day."""
    query = sa.select(User.id).where(User.active, is_operator(User.id, day)).order_by(User.id)
    return list(session.scalars(query))


def _standing(session: Session, user_id: int) -> PlatformOperator | None:
    return session.scalar(
        sa.select(PlatformOperator)
        .where(PlatformOperator.user_id == user_id, PlatformOperator.ended_at.is_(None))
        .with_for_update()
    )


def _end(row: PlatformOperator, reason: str, last_day: date, now: datetime) -> None:
    row.ends_on = last_day if row.ends_on is None else min(row.ends_on, last_day)
    row.ended_at, row.end_reason = now, reason


def _holds_role(user_id: int, starts_on: date, ends_on: date | None) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        RoleGrant.user_id == user_id,
        sa.or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= sa.func.greatest(starts_on, RoleGrant.starts_on)),
        RoleGrant.starts_on <= (ends_on or date.max),
    )


def _note(session: Session, action: str, user_id: int, now: datetime) -> None:
    record_platform(session, actor=SYSTEM, action=action, subject_type="user", subject_id=user_id, now=now)
