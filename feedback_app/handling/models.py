"""Cases, what happened to them, replies, and the clocks in force."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.audit.models import ActorKind
from feedback_app.db import Base, identity, tenant_key, words
from feedback_app.handling.rules import ArchiveReason, CaseStatus, Classification, Outcome

REPLY_MIN, REPLY_MAX = 10, 4000


class ServiceClock(Base):
    """The working days an agency gives itself, by classification, from a day on, with the source of the rule."""

    __tablename__ = "sla_rules"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "classification", "effective_from"),
        sa.CheckConstraint("verify_working_days > 0 AND reply_working_days > 0", name="positive"),
        sa.CheckConstraint("close_after_silence_working_days > 0", name="silence_positive"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    classification: Mapped[Classification]
    effective_from: Mapped[date]
    verify_working_days: Mapped[int] = mapped_column(sa.SmallInteger)
    reply_working_days: Mapped[int] = mapped_column(sa.SmallInteger)
    resolve_working_days: Mapped[int | None] = mapped_column(sa.SmallInteger)
    close_after_silence_working_days: Mapped[int] = mapped_column(sa.SmallInteger)
    source: Mapped[str]


class Case(Base):
    """A submission that somebody must answer.

    Without a unit it waits for an overseer: an allegation in an agency that has nobody besides the accused.
    """

    __tablename__ = "cases"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("submission_id", to="submissions"),
        tenant_key("unit_id", to="units"),
        sa.UniqueConstraint("agency_id", "submission_id", name="uq_cases_one_per_submission"),
        sa.CheckConstraint("(status = 'closed') = (outcome IS NOT NULL)", name="closed_has_outcome"),
        sa.CheckConstraint("(status IN ('closed', 'archived')) = (closed_at IS NOT NULL)", name="ended_has_moment"),
        sa.CheckConstraint(
            "status NOT IN ('answered', 'closed') OR first_replied_at IS NOT NULL", name="no_end_without_a_reply"
        ),
        sa.CheckConstraint("(status = 'answered') = (silence_ends_at IS NOT NULL)", name="answer_starts_the_window"),
        sa.CheckConstraint("(status = 'archived') = (archive_reason IS NOT NULL)", name="archived_has_reason"),
        sa.CheckConstraint("reopened_count >= 0", name="reopened_count_range"),
        sa.CheckConstraint("unit_id IS NOT NULL OR is_confidential", name="only_allegations_wait_without_a_unit"),
        sa.Index(
            "ix_cases_unit_open", "agency_id", "unit_id", "reply_due_at",
            postgresql_where=sa.text("status NOT IN ('closed', 'archived')"),
        ),
        # Officers' addresses name a case by its number alone; who may see it is asked with it.
        sa.Index("ix_cases_id", "id"),
        sa.Index("ix_cases_unit_id_status", "agency_id", "unit_id", "status"),
        sa.Index("ix_cases_silence", "silence_ends_at", postgresql_where=sa.text("status = 'answered'")),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    submission_id: Mapped[int]
    unit_id: Mapped[int | None]
    classification: Mapped[Classification]
    is_confidential: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    status: Mapped[CaseStatus] = mapped_column(server_default=sa.text("'new'"))
    outcome: Mapped[Outcome | None]
    opened_at: Mapped[datetime]
    reply_due_at: Mapped[datetime]
    resolve_due_at: Mapped[datetime | None]
    first_replied_at: Mapped[datetime | None]
    silence_ends_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reopened_count: Mapped[int] = mapped_column(sa.SmallInteger, server_default=sa.text("0"))
    archive_reason: Mapped[ArchiveReason | None]
    assigned_to: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    version: Mapped[int] = mapped_column(sa.Integer)

    # Two officers on one case: the second save finds another version and is refused.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class CaseEvent(Base):
    """One move of a case, for the timeline."""

    __tablename__ = "case_events"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        sa.Index("ix_case_events_case_id", "agency_id", "case_id"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    from_status: Mapped[CaseStatus | None] = mapped_column(words(CaseStatus, name="from_status"))
    to_status: Mapped[CaseStatus]
    outcome: Mapped[Outcome | None]
    reason: Mapped[str | None]


class Reply(Base):
    """A public answer to the citizen."""

    __tablename__ = "replies"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        sa.CheckConstraint(f"char_length(text) BETWEEN {REPLY_MIN} AND {REPLY_MAX}", name="text_length"),
        sa.Index("ix_replies_case_id", "agency_id", "case_id"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    text: Mapped[str]
    sent_at: Mapped[datetime]
