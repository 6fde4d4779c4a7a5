"""Reviews of answers that the citizen calls unsolved."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key

REVIEW_MIN, REVIEW_MAX = 10, 4000


class ReviewVerdict(enum.StrEnum):
    """What a reviewer decides about a disputed answer."""

    SENT_BACK = "sent_back"  # the unit has to do more
    STANDS = "stands"  # the answer stands, and the case ends as disputed


class DisputeReview(Base):
    """A second pair of eyes on an answer the citizen calls unsolved; never those of whoever wrote it."""

    __tablename__ = "dispute_reviews"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        sa.CheckConstraint("reviewer_id <> answered_by", name="not_by_who_answered"),
        sa.CheckConstraint(
            "(verdict IS NULL) = (decided_at IS NULL) AND (verdict IS NULL) = (reviewer_id IS NULL)",
            name="decided_has_reviewer_and_moment",
        ),
        sa.CheckConstraint("verdict IS NULL OR words IS NOT NULL", name="decided_has_words"),
        sa.CheckConstraint(f"char_length(words) BETWEEN {REVIEW_MIN} AND {REVIEW_MAX}", name="words_length"),
        sa.Index(
            "uq_dispute_reviews_one_open", "agency_id", "case_id", unique=True,
            postgresql_where=sa.text("verdict IS NULL AND lapsed_at IS NULL"),
        ),
        sa.Index("ix_dispute_reviews_case_id", "agency_id", "case_id"),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    answered_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    opened_at: Mapped[datetime]
    reviewer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    verdict: Mapped[ReviewVerdict | None]
    words: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    # A new answer came before anybody reviewed the old one.
    lapsed_at: Mapped[datetime | None]
