"""Make accounts and give grants."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from flask_security import hash_password
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Role


def create_user(session: Session, *, email: str, name: str, password: str, now: datetime) -> User:
    """Add an account with a password; the caller gives it grants."""
    user = User(
        email=email.strip().lower(),
        name=name,
        password=hash_password(password),
        fs_uniquifier=uuid.uuid4().hex,
        created_at=now,
        active=True,
    )
    session.add(user)
    session.flush()
    return user


def grant(
    session: Session,
    *,
    agency_id: int,
    user_id: int,
    role: Role,
    unit_id: int | None,
    starts_on: date,
    actor: Actor,
    now: datetime,
    ends_on: date | None = None,
) -> None:
    """Give a role over a unit and all below it, or over the whole agency when no unit is named."""
    session.execute(
        sa.insert(RoleGrant).values(
            agency_id=agency_id, user_id=user_id, role=role, unit_id=unit_id,
            starts_on=starts_on, ends_on=ends_on, granted_by=actor.user_id, created_at=now,
        )
    )  # fmt: skip
    record(
        session, agency_id=agency_id, actor=actor, action="identity.grant", subject_type="user", subject_id=user_id,
        now=now, role=role.value, unit_id=unit_id,
    )  # fmt: skip
