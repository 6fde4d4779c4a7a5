"""Accounts and the grants that scope them."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask_security import RoleMixin, UserMixin
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.identity.rules import ALONE, NEEDS_TWO, GrantSource, Role


def _listed(members: Iterable[enum.StrEnum]) -> str:
    return ", ".join(f"'{member.value}'" for member in sorted(members))


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
    password_set_at: Mapped[datetime | None]

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]
        """Return nothing: what somebody may do is asked of `role_grants`, where it is scoped and dated."""
        return []

    def check_tf_required(
        self,
        tf_setup_methods: list[tuple[str, str]],
        tf_fresh: bool,  # noqa: ARG002 - named by Flask-Security
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Tell Flask-Security that whoever has a second factor shows it at each sign-in, on every browser."""
        return bool(tf_setup_methods), tf_setup_methods


class RoleGrant(Base):
    """A role over one unit and all below it, or, without a unit, over the whole agency.

    A row is only ever added, and ended once; what a trigger asks of it besides the checks stands in migration 0015.
    """

    __tablename__ = "role_grants"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        # One that was ended stays as it is; the same may be given again on the same day.
        sa.Index(
            "uq_role_grants_standing", "agency_id", "user_id", "role", "unit_id", "starts_on", unique=True,
            postgresql_where=sa.text("ended_at IS NULL"), postgresql_nulls_not_distinct=True,
        ),
        # The day before its first is the last of one that was ended at once on its first.
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on - CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END",
            name="ends_after_start",
        ),
        sa.CheckConstraint("char_length(reason) BETWEEN 10 AND 500", name="reason_length"),
        sa.CheckConstraint("granted_by <> user_id AND approved_by <> user_id", name="not_to_oneself"),
        sa.CheckConstraint("approved_by <> granted_by", name="approved_by_a_second_person"),
        sa.CheckConstraint(
            f"role NOT IN ({_listed(NEEDS_TWO)}) OR source IN ({_listed(ALONE)}) "
            "OR (granted_by IS NOT NULL AND approved_by IS NOT NULL)",
            name="weight_needs_two",
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL) AND (ended_by IS NULL OR ended_at IS NOT NULL)",
            name="end_is_whole",
        ),
        sa.CheckConstraint("ended_at IS NULL OR ends_on IS NOT NULL", name="end_has_day"),
        sa.CheckConstraint("char_length(end_reason) BETWEEN 10 AND 500", name="end_reason_length"),
        sa.Index("ix_role_grants_user_id", "user_id"),
    )  # fmt: skip

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    role: Mapped[Role]
    unit_id: Mapped[int | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    granted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]
    reason: Mapped[str]
    source: Mapped[GrantSource]
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


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
