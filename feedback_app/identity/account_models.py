"""How an account comes to its password: invitations, and requests for a new one. No token of a link stands here."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity


class Invitation(Base):
    """An agency invites somebody without a password. Its link names the row and `sendings`: the next one ends it."""

    __tablename__ = "invitations"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
        sa.CheckConstraint("sendings >= 1", name="sendings_range"),
        sa.CheckConstraint("expires_at > sent_at AND sent_at >= invited_at", name="moments_in_order"),
        sa.Index(
            "uq_invitations_open", "agency_id", "user_id", unique=True,
            postgresql_where=sa.text("accepted_at IS NULL AND withdrawn_at IS NULL"),
        ),
        sa.Index("ix_invitations_user_id", "user_id"),
    )  # fmt: skip

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    # Nobody where it came from a terminal.
    invited_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    invited_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    sendings: Mapped[int] = mapped_column(sa.SmallInteger, server_default=sa.text("1"))
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        """Tell whether it was neither accepted nor withdrawn; it may have expired."""
        return self.accepted_at is None and self.withdrawn_at is None


class RecoveryRequest(Base):
    """Somebody asked for a new password, for an account or, with the same work, for an address that has none."""

    __tablename__ = "recovery_requests"
    __table_args__ = (
        sa.CheckConstraint("mailed_at IS NULL OR settled_at IS NOT NULL", name="mailed_is_settled"),
        sa.CheckConstraint("mailed_at IS NULL OR user_id IS NOT NULL", name="mailed_has_owner"),
        sa.Index("ix_recovery_requests_waiting", "id", postgresql_where=sa.text("settled_at IS NULL")),
        sa.Index("ix_recovery_requests_mailed", "user_id", "mailed_at"),
        sa.Index("ix_recovery_requests_asked_at", "asked_at"),
    )

    id: Mapped[int] = mapped_column(identity(), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
