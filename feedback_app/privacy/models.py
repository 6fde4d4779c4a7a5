"""How long data stays in an agency, what was forgotten when, and breaches with their notices."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.privacy.breaches.rules import WORDS_MAX, WORDS_MIN
from feedback_app.privacy.retention.rules import BASIS_MAX, BASIS_MIN, LONGEST_DAYS, RetentionKind


class RetentionRule(Base):
    """For how many days an agency keeps something, from a day on; the latest rule that has begun is in force."""

    __tablename__ = "retention_rules"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "kind", "starts_on"),
        sa.CheckConstraint(f"days BETWEEN 1 AND {LONGEST_DAYS}", name="days_range"),
        sa.CheckConstraint(f"char_length(basis) BETWEEN {BASIS_MIN} AND {BASIS_MAX}", name="basis_length"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    kind: Mapped[RetentionKind]
    days: Mapped[int] = mapped_column(sa.Integer)
    basis: Mapped[str]
    starts_on: Mapped[date]
    # Empty where the operator set it from a terminal.
    set_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    set_at: Mapped[datetime]


class RetentionRun(Base):
    """One run over an agency's data: how many of each kind went (or, dry, would go), and what was old enough.

    A run that was killed has no end; what it counted was forgotten, for each batch was committed with its count.
    """

    __tablename__ = "retention_runs"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.CheckConstraint("finished_at >= started_at", name="ends_after_start"),
        sa.Index("ix_retention_runs_started_at", "agency_id", "started_at"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    is_dry: Mapped[bool]
    # Empty where the platform ran by itself.
    run_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sa.text("'{}'::jsonb"))
    held: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sa.text("'{}'::jsonb"))
    cutoffs: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sa.text("'{}'::jsonb"))


class BreachState(enum.StrEnum):
    """How far a breach is."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"  # two people stand behind it; its notice is public and its words are fixed
    CLOSED = "closed"
    DISMISSED = "dismissed"  # looked into, and it was none


class Breach(Base):
    """Personal data that came into wrong hands, with what the law wants told within 3 x 24 hours (UU 27/2022 Ps 46).

    `categories` are those of the data map. `reached_from` and `reached_until` are the days on which the feedback came
    in that is affected, in one unit or all.
    """

    __tablename__ = "breaches"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.CheckConstraint("due_at = found_at + interval '72 hours'", name="three_times_24_hours"),
        sa.CheckConstraint("confirmed_by <> written_by", name="confirmed_by_somebody_else"),
        sa.CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_by_somebody"),
        sa.CheckConstraint("state NOT IN ('confirmed', 'closed') OR confirmed_at IS NOT NULL", name="state_confirmed"),
        sa.CheckConstraint("(state IN ('closed', 'dismissed')) = (ended_at IS NOT NULL)", name="ended_has_moment"),
        sa.CheckConstraint("ended_at IS NULL OR ending IS NOT NULL", name="ended_has_words"),
        sa.CheckConstraint("cardinality(categories) > 0", name="names_data"),
        sa.CheckConstraint("happened_until >= happened_from", name="happened_range"),
        sa.CheckConstraint("reached_until >= reached_from", name="reached_range"),
        sa.CheckConstraint("estimate >= 0", name="estimate_range"),
        *(
            sa.CheckConstraint(f"char_length({name}) BETWEEN {WORDS_MIN} AND {WORDS_MAX}", name=f"{name}_length")
            for name in ("how", "remedies", "advice", "ask_whom", "ending")
        ),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    state: Mapped[BreachState] = mapped_column(server_default=sa.text("'draft'"))
    found_at: Mapped[datetime]
    due_at: Mapped[datetime]
    categories: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    happened_from: Mapped[date]
    happened_until: Mapped[date]
    unit_id: Mapped[int | None]
    reached_from: Mapped[date]
    reached_until: Mapped[date]
    estimate: Mapped[int | None]
    how: Mapped[str]
    remedies: Mapped[str]
    advice: Mapped[str]
    ask_whom: Mapped[str]
    written_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    written_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]
    authority_told_at: Mapped[datetime | None]
    authority_receipt: Mapped[str | None]
    authority_told_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    warned_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ending: Mapped[str | None]


class BreachNotice(Base):
    """That somebody was owed the notice of a breach: for which report, when, and whether there was an address."""

    __tablename__ = "breach_notices"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "breach_id", "submission_id"),
        tenant_key("breach_id", to="breaches"),
        tenant_key("submission_id", to="submissions"),
        sa.Index("ix_breach_notices_submission_id", "agency_id", "submission_id"),
    )

    agency_id: Mapped[int]
    breach_id: Mapped[int]
    submission_id: Mapped[int]
    owed_at: Mapped[datetime]
    by_message: Mapped[bool]
