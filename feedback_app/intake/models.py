"""Submissions as they came, visit tokens, and the record of imports."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.intake.rules import (
    KINDS_WITH_CASE,
    RATING_MAX,
    RATING_MIN,
    REASONS,
    SIGNALS,
    TEXT_MAX,
    TEXT_MIN,
    AnalysisState,
    Channel,
    SubmissionKind,
)

_REASON_LIST = ", ".join(f"'{reason}'" for reason in sorted(REASONS))
_SIGNAL_LIST = ", ".join(f"'{signal}'" for signal in sorted(SIGNALS))
_CASE_KINDS = ", ".join(f"'{kind}'" for kind in sorted(KINDS_WITH_CASE))


class VisitToken(Base):
    """Proof of one visit, printed at the counter. Only its hash is kept."""

    __tablename__ = "visit_tokens"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "token_hash"),
        sa.UniqueConstraint("agency_id", "token_hash", "unit_id"),
        tenant_key("unit_id", to="units"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_visit_tokens_service_of_the_unit",
        ),
        tenant_key("counter_key_id", to="counter_keys"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "counter_id"],
            ["counters.agency_id", "counters.unit_id", "counters.id"],
            name="fk_visit_tokens_counter_of_the_unit",
        ),
        sa.CheckConstraint("octet_length(token_hash) = 32", name="hash_length"),
        sa.CheckConstraint("expires_at > issued_at", name="expires_after_issue"),
        sa.Index("ix_visit_tokens_unit_id_visited_on", "agency_id", "unit_id", "visited_on"),
    )

    agency_id: Mapped[int]
    token_hash: Mapped[bytes]
    unit_id: Mapped[int]
    service_id: Mapped[int | None]
    visited_on: Mapped[date]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    issued_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    counter_key_id: Mapped[int | None]
    counter_id: Mapped[int | None]


class Submission(Base):
    """One piece of feedback. Written once by the citizen's request.

    Afterwards only `analysis` changes, `text` where the citizen asked for its erasure (`erased_at`), and once, within
    two minutes, `reasons` at a kiosk, where the tap comes before them.
    `unit_is_unknown` marks a report whose sender did not know the unit; it stands under the reception unit then and
    counts for none. `network_mark` is a keyed mark of the sender's network, different every day, kept for some days
    only: a rate signal, never an identity. `signals` says what looked automatic.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_submissions_service_of_the_unit",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "visit_token_hash", "unit_id"],
            ["visit_tokens.agency_id", "visit_tokens.token_hash", "visit_tokens.unit_id"],
            name="fk_submissions_visit_token_of_the_unit",
        ),
        tenant_key("import_id", to="imports"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "counter_id"],
            ["counters.agency_id", "counters.unit_id", "counters.id"],
            name="fk_submissions_counter_of_the_unit",
        ),
        sa.CheckConstraint("counter_id IS NULL OR channel = 'token'", name="counter_is_proven"),
        # Few wait without a unit, and whoever looks for reports of the same event looks among all of them.
        sa.Index("ix_submissions_without_unit", "agency_id", "id", postgresql_where=sa.text("unit_is_unknown")),
        # The hash comes first: a citizen who tracks names no agency.
        sa.UniqueConstraint("tracking_hash", "agency_id", name="uq_submissions_tracking_hash"),
        sa.Index(
            "uq_submissions_visit_token_counts_once",
            "agency_id", "visit_token_hash",
            unique=True,
            postgresql_where=sa.text("visit_token_hash IS NOT NULL"),
        ),
        sa.Index(
            "uq_submissions_import_row",
            "agency_id", "source", "external_id",
            unique=True,
            postgresql_where=sa.text("external_id IS NOT NULL"),
        ),
        sa.Index(
            # Citizens' own submissions are read before imported ones, however old those are.
            "ix_submissions_pending", sa.text("(import_id IS NOT NULL)"), "received_at",
            postgresql_where=sa.text("analysis = 'pending'"),
        ),
        sa.Index("ix_submissions_unit_id_occurred_on", "agency_id", "unit_id", "occurred_on"),
        # Few look automatic, and whoever computes a cycle asks for all of them.
        sa.Index(
            "ix_submissions_signalled", "agency_id", "unit_id", postgresql_where=sa.text("cardinality(signals) > 0")
        ),
        sa.CheckConstraint(f"rating BETWEEN {RATING_MIN} AND {RATING_MAX}", name="rating_range"),
        sa.CheckConstraint("kind <> 'rating' OR rating IS NOT NULL", name="rating_is_rated"),
        sa.CheckConstraint(f"char_length(text) BETWEEN 1 AND {TEXT_MAX}", name="text_length"),
        sa.CheckConstraint(
            f"kind NOT IN ({_CASE_KINDS}) OR (text IS NOT NULL"
            f" AND (char_length(text) >= {TEXT_MIN} OR channel = 'imported'))",
            name="case_kinds_have_text",
        ),
        sa.CheckConstraint("rating IS NOT NULL OR text IS NOT NULL", name="says_something"),
        sa.CheckConstraint(f"reasons <@ ARRAY[{_REASON_LIST}]::text[]", name="known_reasons"),
        sa.CheckConstraint(f"signals <@ ARRAY[{_SIGNAL_LIST}]::text[]", name="known_signals"),
        sa.CheckConstraint("NOT unit_is_unknown OR rating IS NULL", name="ratings_know_their_unit"),
        # What the board leaves out of its counts of texts is few, and looked for among all.
        sa.Index(
            "ix_submissions_told_apart", "agency_id", "occurred_on",
            postgresql_where=sa.text("is_confidential OR cardinality(signals) > 0"),
        ),
        sa.Index(
            "ix_submissions_received_at_marked", "agency_id", "received_at",
            postgresql_where=sa.text("network_mark IS NOT NULL"),
        ),
        sa.CheckConstraint("(channel = 'token') = (visit_token_hash IS NOT NULL)", name="token_channel_has_token"),
        sa.CheckConstraint("(channel = 'imported') = (import_id IS NOT NULL)", name="import_channel_has_import"),
        sa.CheckConstraint("(analysis = 'quarantined') = (analysis_error IS NOT NULL)", name="quarantine_has_reason"),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int]
    service_id: Mapped[int | None]
    kind: Mapped[SubmissionKind]
    channel: Mapped[Channel]
    rating: Mapped[int | None] = mapped_column(sa.SmallInteger)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), server_default=sa.text("'{}'"))
    text: Mapped[str | None]
    wants_reply: Mapped[bool | None]
    is_anonymous: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    is_confidential: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    occurred_on: Mapped[date]
    received_at: Mapped[datetime]
    tracking_hash: Mapped[bytes | None]
    visit_token_hash: Mapped[bytes | None]
    import_id: Mapped[int | None]
    source: Mapped[str | None]
    external_id: Mapped[str | None]
    analysis: Mapped[AnalysisState] = mapped_column(server_default=sa.text("'pending'"))
    analysis_error: Mapped[str | None]
    counter_id: Mapped[int | None]
    unit_is_unknown: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    signals: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), server_default=sa.text("'{}'"))
    network_mark: Mapped[bytes | None]
    erased_at: Mapped[datetime | None]


class ImportState(enum.StrEnum):
    """How far an import is: rows are staged first, then published all at once."""

    STAGING = "staging"
    PUBLISHED = "published"


class Import(Base):
    """One file of feedback collected elsewhere: what it was, how it was read, and how it ended."""

    __tablename__ = "imports"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "source", "file_sha256", "options_sha256"),
        sa.CheckConstraint("(state = 'published') = (finished_at IS NOT NULL)", name="published_is_finished"),
        sa.CheckConstraint("rows_read >= 0 AND rows_rejected >= 0 AND rows_duplicate >= 0", name="counts"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    source: Mapped[str]
    file_name: Mapped[str]
    file_sha256: Mapped[str]
    options: Mapped[dict[str, Any]] = mapped_column(JSONB)
    options_sha256: Mapped[str]
    state: Mapped[ImportState] = mapped_column(server_default=sa.text("'staging'"))
    rows_read: Mapped[int] = mapped_column(server_default=sa.text("0"))
    rows_rejected: Mapped[int] = mapped_column(server_default=sa.text("0"))
    rows_duplicate: Mapped[int] = mapped_column(server_default=sa.text("0"))
    rows_published: Mapped[int] = mapped_column(server_default=sa.text("0"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportRow(Base):
    """A row of an import that is read but not published yet. Emptied when the import is published."""

    __tablename__ = "import_rows"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "import_id", "row_number"),
        tenant_key("import_id", to="imports"),
    )

    agency_id: Mapped[int]
    import_id: Mapped[int]
    row_number: Mapped[int]
    unit_id: Mapped[int]
    service_id: Mapped[int | None]
    kind: Mapped[SubmissionKind]
    rating: Mapped[int | None] = mapped_column(sa.SmallInteger)
    text: Mapped[str | None]
    wants_reply: Mapped[bool | None]
    occurred_on: Mapped[date]
    received_at: Mapped[datetime]
    external_id: Mapped[str]
