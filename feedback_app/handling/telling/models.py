"""The rounds of mails to staff that were made."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base


class RoundKind(enum.StrEnum):
    """A mail that goes to staff on its day."""

    REMINDER = "reminder"
    DIGEST = "digest"


class StaffRound(Base):
    """A round of mails of one agency and day: made once."""

    __tablename__ = "staff_rounds"
    __table_args__ = (sa.PrimaryKeyConstraint("agency_id", "kind", "on_date"),)

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    kind: Mapped[RoundKind]
    on_date: Mapped[date]
    made_at: Mapped[datetime]
    told: Mapped[int] = mapped_column(sa.Integer)
