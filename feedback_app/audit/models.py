"""The audit trail: what was done in an agency, and what was done to the installation, which belongs to none."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity


class ActorKind(enum.StrEnum):
    """Who acts: a signed-in person, a citizen with a tracking code, or the platform by itself."""

    USER = "user"
    CITIZEN = "citizen"
    SYSTEM = "system"


class AuditEvent(Base):
    """One act in an agency. Holds ids, never words a citizen or an officer wrote (`rules.checked_detail`)."""

    __tablename__ = "audit_events"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.CheckConstraint("(actor_kind = 'user') = (actor_id IS NOT NULL)", name="user_has_id"),
        sa.Index("ix_audit_events_subject", "agency_id", "subject_type", "subject_id"),
        sa.Index("ix_audit_events_at", "agency_id", "at", "id"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[int | None]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sa.text("'{}'::jsonb"))


class PlatformEvent(Base):
    """One act that belongs to no agency: missed sign-ins of an unknown account, operators, keys.

    A table of its own, and not an agency left empty: the agency stays the first part of every tenant's key, and no
    query of an agency can meet these rows.
    """

    __tablename__ = "platform_events"
    __table_args__ = (
        sa.CheckConstraint("(actor_kind = 'user') = (actor_id IS NOT NULL)", name="user_has_id"),
        sa.Index("ix_platform_events_subject", "subject_type", "subject_id"),
        sa.Index("ix_platform_events_at", "at", "id"),
    )

    id: Mapped[int] = mapped_column(identity(), primary_key=True)
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[int | None]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sa.text("'{}'::jsonb"))
