"""The words by which cases are found."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, tenant_key


class CaseWords(Base):
    """What can be searched of a case: masked words of the reporter and the answers, as PostgreSQL stems Indonesian."""

    __tablename__ = "case_words"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "case_id"),
        tenant_key("case_id", to="cases"),
        sa.Index("ix_case_words_document", "document", postgresql_using="gin"),
    )

    agency_id: Mapped[int]
    case_id: Mapped[int]
    document: Mapped[Any] = mapped_column(TSVECTOR)
