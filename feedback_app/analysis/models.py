"""Labels with the version of the model that gave them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key, words
from feedback_app.nlp.labels import Aspect, Kind, Language, Sentiment, Urgency

HEADS = ("kind", "sentiment", "aspect", "urgency")


class Labels(Base):
    """The labels of one submission. An empty label means the model does not know, and a person should look.

    `guesses` holds what is shown and never counted: the likeliest label of every head, also of one that abstained, and
    the three likeliest aspects and sectors with their probabilities. `why` holds the words that decided, by head, and
    `rare_grams` the rarest pieces of the text as numbers, for finding reports of the same event; both are words of the
    citizen and leave with them.
    """

    __tablename__ = "labels"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "submission_id"),
        tenant_key("submission_id", to="submissions"),
        *(
            sa.CheckConstraint(f"{head}_confidence BETWEEN 0 AND 1", name=f"{head}_confidence_range")
            for head in (*HEADS, "language")
        ),
        sa.Index("ix_labels_labelled_at", "agency_id", "labelled_at"),
        sa.Index("ix_labels_integrity", "agency_id", "submission_id", postgresql_where=sa.text("integrity")),
        sa.Index("ix_labels_rare_grams", "rare_grams", postgresql_using="gin"),
    )

    agency_id: Mapped[int]
    submission_id: Mapped[int]
    redacted_text: Mapped[str | None]
    pii_kinds: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), server_default=sa.text("'{}'"))
    kind: Mapped[Kind | None]
    kind_confidence: Mapped[float] = mapped_column(sa.REAL)
    sentiment: Mapped[Sentiment | None]
    sentiment_confidence: Mapped[float] = mapped_column(sa.REAL)
    aspect: Mapped[Aspect | None]
    aspect_confidence: Mapped[float] = mapped_column(sa.REAL)
    urgency: Mapped[Urgency | None]
    urgency_confidence: Mapped[float] = mapped_column(sa.REAL)
    urgency_source: Mapped[str]
    integrity: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    language: Mapped[Language | None]
    language_confidence: Mapped[float] = mapped_column(sa.REAL, server_default=sa.text("0"))
    aspect2: Mapped[Aspect | None] = mapped_column(words(Aspect, "aspect2"))
    abusive: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    guesses: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sa.text("'{}'"))
    why: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sa.text("'{}'"))
    rare_grams: Mapped[list[int] | None] = mapped_column(ARRAY(sa.Integer))
    model_version: Mapped[str]
    labelled_at: Mapped[datetime]


class LabelCorrection(Base):
    """A label an officer put right: what the machine had said, what a person says, and who; a row to learn from."""

    __tablename__ = "label_corrections"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("submission_id", to="submissions"),
        sa.CheckConstraint(f"head IN ({', '.join(repr(head) for head in HEADS)})", name="head"),
        sa.Index("ix_label_corrections_submission_id", "agency_id", "submission_id"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    submission_id: Mapped[int]
    head: Mapped[str]
    machine_said: Mapped[str | None]
    machine_confidence: Mapped[float] = mapped_column(sa.REAL)
    person_says: Mapped[str]
    model_version: Mapped[str]
    corrected_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    corrected_at: Mapped[datetime]
