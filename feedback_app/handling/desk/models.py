"""Notes between colleagues."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key

NOTE_MIN, NOTE_MAX = 2, 4000


class CaseNote(Base):
    """What colleagues tell each other about a case; no citizen reads it. Personal data is masked when it is written."""

    __tablename__ = "case_notes"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        sa.CheckConstraint(f"char_length(text) BETWEEN {NOTE_MIN} AND {NOTE_MAX}", name="text_length"),
        sa.Index("ix_case_notes_case_id", "agency_id", "case_id"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    text: Mapped[str]
    at: Mapped[datetime]
