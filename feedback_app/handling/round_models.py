"""Rounds in which the open deadlines of an agency are computed again."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity
from feedback_app.handling.officer_models import ChangeCause


class DeadlineRound(Base):
    """One round through the open cases of an agency after its calendar or rules changed, and how far it has come.

    It looks twice: `done_at` ends the first look, `checked_at` the second (see `deadline_rounds`).
    """

    __tablename__ = "deadline_rounds"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.CheckConstraint("checked_at IS NULL OR done_at IS NOT NULL", name="checked_last"),
        sa.Index("ix_deadline_rounds_waiting", "agency_id", "id", postgresql_where=sa.text("checked_at IS NULL")),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    cause: Mapped[ChangeCause]
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    # Open cases when the round began, those looked at in this look, and those of which a deadline moved.
    cases: Mapped[int] = mapped_column(sa.Integer)
    seen: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))
    moved: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))
    after_case_id: Mapped[int] = mapped_column(server_default=sa.text("0"))
    done_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
