"""Feedback whose sender had its processing restricted."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key


class Restriction(Base):
    """From when until when a piece of feedback was restricted; without an end it still is."""

    __tablename__ = "restrictions"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("submission_id", to="submissions"),
        sa.CheckConstraint("ends_at >= starts_at", name="ends_after_start"),
        sa.CheckConstraint("lifted_by IS NULL OR ends_at IS NOT NULL", name="lifted_has_end"),
        sa.Index("ix_restrictions_submission_id", "agency_id", "submission_id"),
        sa.Index(
            "uq_restrictions_one_at_a_time", "agency_id", "submission_id",
            unique=True,
            postgresql_where=sa.text("ends_at IS NULL"),
        ),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    submission_id: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    # Empty where its sender lifted it.
    lifted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
