"""Accounts and the grants that scope them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_security import RoleMixin, UserMixin
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.identity.rules import Role


class User(Base, UserMixin):
    """A member of staff who can sign in. Shared by all agencies; grants say where somebody works."""

    __tablename__ = "users"
    __table_args__ = (
        sa.Index("uq_users_email_lower", sa.text("lower(email)"), unique=True),
        sa.CheckConstraint("position('@' in email) > 1", name="email_form"),
    )

    id: Mapped[int] = mapped_column(identity(), primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default=sa.text("true"))
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]
        """Return nothing: what somebody may do is asked of `role_grants`, where it is scoped and dated."""
        return []


class RoleGrant(Base):
    """A role over one unit and all below it, or, without a unit, over the whole agency."""

    __tablename__ = "role_grants"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.UniqueConstraint("agency_id", "user_id", "role", "unit_id", "starts_on", postgresql_nulls_not_distinct=True),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        sa.Index("ix_role_grants_user_id", "user_id"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    role: Mapped[Role]
    unit_id: Mapped[int | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    granted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]


class StaffSettings(Base):
    """What an account chose about mails that come by themselves; without a row all of them come."""

    __tablename__ = "staff_settings"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    wants_reminder: Mapped[bool] = mapped_column(server_default=sa.text("true"))
    wants_digest: Mapped[bool] = mapped_column(server_default=sa.text("true"))
    language: Mapped[str] = mapped_column(server_default=sa.text("'id'"))


class SavedView(Base):
    """A search of the inbox under a name; of an account, like its reach, across agencies."""

    __tablename__ = "saved_views"
    __table_args__ = (
        sa.Index("uq_saved_views_name", "user_id", sa.text("lower(name)"), unique=True),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 60", name="name_length"),
    )

    id: Mapped[int] = mapped_column(identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    name: Mapped[str]
    asked: Mapped[dict[str, Any]] = mapped_column(JSONB)
    saved_at: Mapped[datetime]
