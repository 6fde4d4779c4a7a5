"""Acts on many cases, and how each case stood before."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key


class BulkKind(enum.StrEnum):
    """What was done to many cases at once."""

    VERIFY = "verify"
    ASSIGN = "assign"
    DISPOSE = "dispose"
    MERGE = "merge"
    REPLY = "reply"


class BulkAct(Base):
    """One act on many cases; undone it stays, with the moment."""

    __tablename__ = "bulk_acts"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.CheckConstraint("undone_at IS NULL OR kind <> 'reply'", name="a_reply_is_not_undone"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    kind: Mapped[BulkKind]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class BulkItem(Base):
    """One case of an act on many: how it stood before, and its version after, to tell whether it was touched since."""

    __tablename__ = "bulk_items"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "act_id", "case_id"),
        tenant_key("act_id", to="bulk_acts"),
        tenant_key("case_id", to="cases"),
    )

    agency_id: Mapped[int]
    act_id: Mapped[int]
    case_id: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version_after: Mapped[int] = mapped_column(sa.Integer)
    undone: Mapped[bool] = mapped_column(server_default=sa.text("false"))
