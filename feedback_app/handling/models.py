"""Cases, what happened to them, and replies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.audit.models import ActorKind
from feedback_app.db import Base, identity, tenant_key, words
from feedback_app.handling.clocks.sla import CaseClock
from feedback_app.handling.rules import ArchiveReason, CaseStatus, Classification, EventKind, Outcome, ReplyKind

REPLY_MIN, REPLY_MAX = 10, 4000


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
        sa.CheckConstraint("(status = 'on_hold') = (held_until IS NOT NULL)", name="held_until_a_moment"),
        sa.CheckConstraint(
            "status IN ('new', 'verified', 'in_progress') OR (clock IS NULL AND due_at IS NULL)",
            name="no_clock_while_the_citizen_is_asked",
        ),
        sa.CheckConstraint("due_at IS NULL OR clock IS NOT NULL", name="due_of_a_clock"),
        sa.CheckConstraint("escalation_step BETWEEN 0 AND 3", name="escalation_step_range"),
        tenant_key("duplicate_of", to="cases"),
        sa.CheckConstraint("duplicate_of <> id", name="not_own_duplicate"),
        sa.CheckConstraint("NOT is_confidential OR duplicate_of IS NULL", name="confidential_is_no_duplicate"),
        sa.CheckConstraint("reopened_count >= 0", name="reopened_count_range"),
        sa.CheckConstraint("unit_id IS NOT NULL OR is_confidential", name="only_allegations_wait_without_a_unit"),
        sa.Index(
            "ix_cases_unit_open", "agency_id", "unit_id", "due_at",
            postgresql_where=sa.text("status NOT IN ('closed', 'archived')"),
        ),
        # What is due first in a whole agency.
        sa.Index(
            "ix_cases_due", "agency_id", "due_at", "id",
            postgresql_where=sa.text("status IN ('new', 'verified', 'in_progress')"),
        ),
        sa.Index(
            "ix_cases_escalate", "escalate_at",
            postgresql_where=sa.text("status IN ('new', 'verified', 'in_progress')"),
        ),
        sa.Index("ix_cases_held_until", "held_until", postgresql_where=sa.text("status = 'on_hold'")),
        sa.Index(
            "ix_cases_duplicate_of", "agency_id", "duplicate_of", postgresql_where=sa.text("duplicate_of IS NOT NULL")
        ),
        sa.Index(
            "ix_cases_confidential", "agency_id", "submission_id", postgresql_where=sa.text("is_confidential")
        ),
        sa.Index("ix_cases_assigned_to", "assigned_to", postgresql_where=sa.text("assigned_to IS NOT NULL")),
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
    # The clocks run from here: from the opening, and anew from each reopening and change of classification.
    clocks_start_at: Mapped[datetime]
    verify_due_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    # When the citizen first heard what is being done since the clocks started; an answer or news of progress.
    reply_met_at: Mapped[datetime | None]
    extended_at: Mapped[datetime | None]
    # The clock that runs on the office now, and its deadline. None while the citizen is asked, or at the end.
    clock: Mapped[CaseClock | None]
    due_at: Mapped[datetime | None]
    escalation_step: Mapped[int] = mapped_column(sa.SmallInteger, server_default=sa.text("0"))
    escalate_at: Mapped[datetime | None]
    # Once a clock has run half as long again as it may, the Inspektorat reads the case too, also when it has ended.
    inspected_since: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    duplicate_of: Mapped[int | None]

    # Two officers on one case: the second save finds another version and is refused.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class CaseEvent(Base):
    """One line of a case's timeline: a move, or an act that leaves it where it stands. `detail` holds ids only."""

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
    kind: Mapped[EventKind] = mapped_column(server_default=sa.text("'moved'"))
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sa.text("'{}'::jsonb"))


class Reply(Base):
    """What an officer tells the citizen; `bulk_id` where many were told the same at once."""

    __tablename__ = "replies"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        sa.CheckConstraint(f"char_length(text) BETWEEN {REPLY_MIN} AND {REPLY_MAX}", name="text_length"),
        tenant_key("bulk_id", to="bulk_acts"),
        sa.Index("ix_replies_case_id", "agency_id", "case_id"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    text: Mapped[str]
    sent_at: Mapped[datetime]
    kind: Mapped[ReplyKind] = mapped_column(server_default=sa.text("'answer'"))
    bulk_id: Mapped[int | None]
