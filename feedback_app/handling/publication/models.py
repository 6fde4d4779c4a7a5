"""What an officer shows the public: released complaints, and what a unit changed because of them."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.handling.rules import PUBLICATION_MAX, PUBLICATION_MIN


class Publication(Base):
    """A complaint, and its answer, in the words an officer released; taken back it stays as history."""

    __tablename__ = "publications"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        tenant_key("unit_id", to="units"),
        sa.Index(
            "uq_publications_one_at_a_time", "agency_id", "case_id",
            unique=True,
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
        sa.Index("ix_publications_unit_id_published_at", "agency_id", "unit_id", "published_at"),
        sa.CheckConstraint(f"char_length(text) BETWEEN {PUBLICATION_MIN} AND {PUBLICATION_MAX}", name="text_length"),
        sa.CheckConstraint(f"char_length(reply) BETWEEN {PUBLICATION_MIN} AND {PUBLICATION_MAX}", name="reply_length"),
        sa.CheckConstraint("withdrawn_at >= published_at", name="withdrawn_after"),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    unit_id: Mapped[int]
    text: Mapped[str]
    reply: Mapped[str | None]
    published_at: Mapped[datetime]
    published_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class ImprovementStage(enum.StrEnum):
    """How far a change is that a unit makes because of what citizens said."""

    PLANNED = "planned"
    MADE = "made"


class Improvement(Base):
    """You reported, we mended: what a unit changes or has changed, told to the public."""

    __tablename__ = "improvements"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        tenant_key("case_id", to="cases"),
        sa.Index("ix_improvements_unit_id", "agency_id", "unit_id"),
        sa.CheckConstraint(f"char_length(text) BETWEEN {PUBLICATION_MIN} AND 500", name="text_length"),
        sa.CheckConstraint("(stage = 'made') = (made_at IS NOT NULL)", name="made_has_moment"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int]
    case_id: Mapped[int | None]
    stage: Mapped[ImprovementStage]
    text: Mapped[str]
    noted_at: Mapped[datetime]
    noted_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    made_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
