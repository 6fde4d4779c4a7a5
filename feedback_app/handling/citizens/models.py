"""What citizens add to a case after sending it: others who met the same, messages, and requests about their data."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key, words
from feedback_app.handling.rules import MESSAGE_MAX, MESSAGE_MIN


class CaseFollower(Base):
    """Somebody else who met the same and wants to know how it ends; has a tracking code of their own."""

    __tablename__ = "case_followers"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        # The hash comes first: a citizen who tracks names no agency.
        sa.UniqueConstraint("tracking_hash", "agency_id", name="uq_case_followers_tracking_hash"),
        sa.Index("ix_case_followers_case_id", "agency_id", "case_id"),
        sa.CheckConstraint(f"char_length(text) BETWEEN 1 AND {MESSAGE_MAX}", name="text_length"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    tracking_hash: Mapped[bytes]
    text: Mapped[str | None]
    redacted_text: Mapped[str | None]
    joined_at: Mapped[datetime]


class CitizenMessage(Base):
    """What the reporter adds while the case goes on."""

    __tablename__ = "citizen_messages"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        sa.Index("ix_citizen_messages_case_id", "agency_id", "case_id"),
        sa.CheckConstraint(f"char_length(text) BETWEEN {MESSAGE_MIN} AND {MESSAGE_MAX}", name="text_length"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    text: Mapped[str]
    redacted_text: Mapped[str]
    sent_at: Mapped[datetime]


class RequestKind(enum.StrEnum):
    """The rights a reporter may use with a tracking code (UU 27/2022)."""

    ACCESS = "access"
    ERASURE = "erasure"
    CORRECTION = "correction"
    RESTRICTION = "restriction"


class RequestOutcome(enum.StrEnum):
    """How a request ended."""

    DONE = "done"
    REFUSED = "refused"


class SubjectRequest(Base):
    """A request about one's own data, with its clock of 3 x 24 hours (UU 27/2022 Ps 30, 32, 41, 43)."""

    __tablename__ = "subject_requests"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("submission_id", to="submissions"),
        sa.Index("ix_subject_requests_submission_id", "agency_id", "submission_id"),
        sa.Index("ix_subject_requests_open", "agency_id", "due_at", postgresql_where=sa.text("outcome IS NULL")),
        sa.CheckConstraint("due_at = requested_at + interval '72 hours'", name="three_times_24_hours"),
        sa.CheckConstraint("(outcome IS NULL) = (settled_at IS NULL)", name="settled_has_moment"),
        sa.CheckConstraint("outcome IS DISTINCT FROM 'refused' OR reason IS NOT NULL", name="refusal_has_reason"),
        # Of two tabs one asks. An erasure or a restriction is asked for once at a time, and so is a correction.
        sa.Index(
            "uq_subject_requests_one_open", "agency_id", "submission_id", "kind",
            unique=True,
            postgresql_where=sa.text("outcome IS NULL"),
        ),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    submission_id: Mapped[int]
    kind: Mapped[RequestKind]
    requested_at: Mapped[datetime]
    due_at: Mapped[datetime]
    outcome: Mapped[RequestOutcome | None] = mapped_column(words(RequestOutcome, name="request_outcome"))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    reason: Mapped[str | None]
    # When those who look after the agency's data were told that it waits.
    warned_at: Mapped[datetime | None]


class RequestWords(Base):
    """What a reporter wrote with a request: what is wrong and how it should read, or why it should rest.

    It stands beside the report and changes nothing in it; officers read it with personal data masked.
    """

    __tablename__ = "request_words"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "request_id"),
        tenant_key("request_id", to="subject_requests"),
        sa.CheckConstraint(f"char_length(wrong) BETWEEN 1 AND {MESSAGE_MAX}", name="wrong_length"),
        sa.CheckConstraint(f"char_length(said) BETWEEN 1 AND {MESSAGE_MAX}", name="said_length"),
        sa.CheckConstraint("(wrong IS NULL) = (redacted_wrong IS NULL)", name="wrong_is_masked"),
    )

    agency_id: Mapped[int]
    request_id: Mapped[int]
    wrong: Mapped[str | None]
    said: Mapped[str]
    redacted_wrong: Mapped[str | None]
    redacted_said: Mapped[str]
