"""The outbox: what is owed to whom, and how its delivery stands."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key


class MessageState(enum.StrEnum):
    """Where a message stands."""

    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"  # tried often enough; a person should look


class Message(Base):
    """One message owed to a citizen's sealed contact or to an account. `params` holds ids and codes of pages only."""

    __tablename__ = "messages"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("contact_id", to="contacts"),
        sa.UniqueConstraint("agency_id", "dedupe_key"),
        sa.CheckConstraint("(contact_id IS NULL) <> (user_id IS NULL)", name="to_one_of_both"),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_moment"),
        sa.CheckConstraint("attempts >= 0", name="attempts_range"),
        sa.Index("ix_messages_pending", "next_try_at", postgresql_where=sa.text("state = 'pending'")),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    contact_id: Mapped[int | None]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    template: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sa.text("'{}'::jsonb"))
    language: Mapped[str] = mapped_column(server_default=sa.text("'id'"))
    dedupe_key: Mapped[str]
    state: Mapped[MessageState] = mapped_column(server_default=sa.text("'pending'"))
    attempts: Mapped[int] = mapped_column(sa.SmallInteger, server_default=sa.text("0"))
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    # What the gateway told us later; a mail server tells nothing.
    delivered_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
