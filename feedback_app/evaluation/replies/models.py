"""What employees contest, say and object to, and who decided upon it."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.evaluation.replies.rules import (
    ContestKind,
    ContestOutcome,
    ContestReason,
    ContestState,
    Correction,
    ObjectionOutcome,
)
from feedback_app.intake.rules import AttachmentKind

WORDS_MAX = 4000


class Contest(Base):
    """An employee's word against something that counts for them: what, for which coded reason, and how it ended.

    Whoever decides is named beforehand, is not the employee, and, by a check at the time of naming, neither leads a
    unit the employee worked in nor one above it.
    """

    __tablename__ = "contests"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("cycle_id", to="cycles"),
        tenant_key("employee_id", to="employees"),
        tenant_key("submission_id", to="submissions"),
        tenant_key("assignment_id", to="assignments"),
        tenant_key("unit_id", to="units"),
        sa.CheckConstraint(f"char_length(words) BETWEEN 10 AND {WORDS_MAX}", name="words_length"),
        sa.CheckConstraint("(kind = 'rating') = (submission_id IS NOT NULL)", name="rating_has_submission"),
        sa.CheckConstraint("kind <> 'assignment' OR assignment_id IS NOT NULL", name="assignment_is_named"),
        sa.CheckConstraint("reviewer_id <> filed_by", name="reviewer_is_not_the_subject"),
        sa.CheckConstraint("assigned_by <> filed_by", name="assigned_by_somebody_else"),
        sa.CheckConstraint("(state IN ('filed', 'withdrawn')) OR reviewer_id IS NOT NULL", name="reviewed_by_somebody"),
        sa.CheckConstraint("(state = 'decided') = (outcome IS NOT NULL)", name="decided_has_outcome"),
        sa.CheckConstraint("(state = 'decided') = (decided_at IS NOT NULL)", name="decided_has_moment"),
        sa.CheckConstraint("state <> 'decided' OR char_length(explanation) > 0", name="decided_is_explained"),
        sa.CheckConstraint("correction IS NULL OR outcome IN ('upheld', 'partly')", name="correction_follows_outcome"),
        sa.CheckConstraint("corrected_at IS NULL OR correction IS NOT NULL", name="corrected_what"),
        sa.CheckConstraint("(corrected_at IS NULL) = (corrected_by IS NULL)", name="corrected_by_somebody"),
        sa.CheckConstraint("corrected_by <> filed_by", name="corrected_by_somebody_else"),
        sa.Index("ix_contests_cycle_id", "agency_id", "cycle_id", "employee_id"),
        sa.Index("ix_contests_reviewer_id", "reviewer_id", postgresql_where=sa.text("state = 'assigned'")),
        sa.Index(
            "uq_contests_one_at_a_time", "agency_id", "cycle_id", "employee_id", "submission_id",
            unique=True,
            postgresql_where=sa.text("submission_id IS NOT NULL AND state <> 'withdrawn'"),
        ),
        sa.Index(
            "uq_contests_one_thing",
            "agency_id", "cycle_id", "employee_id", "kind", "unit_id", "month", "assignment_id",
            unique=True,
            postgresql_where=sa.text("submission_id IS NULL AND state <> 'withdrawn'"),
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    cycle_id: Mapped[int]
    employee_id: Mapped[int]
    kind: Mapped[ContestKind]
    submission_id: Mapped[int | None]
    assignment_id: Mapped[int | None]
    unit_id: Mapped[int | None]
    month: Mapped[date | None]
    reason: Mapped[ContestReason]
    words: Mapped[str]
    state: Mapped[ContestState] = mapped_column(server_default=sa.text("'filed'"))
    filed_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    filed_at: Mapped[datetime]
    due_on: Mapped[date]
    reviewer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    assigned_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    assigned_at: Mapped[datetime | None]
    outcome: Mapped[ContestOutcome | None]
    explanation: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    # What others have to put right after it, and when they said that it is.
    correction: Mapped[Correction | None]
    corrected_at: Mapped[datetime | None]
    corrected_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class ContestFile(Base):
    """A file that an employee put beside a contest: a roster, a decree, a leave form."""

    __tablename__ = "contest_files"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("contest_id", to="contests"),
        sa.CheckConstraint("size_bytes > 0", name="size_positive"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    contest_id: Mapped[int]
    storage_key: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[bytes]
    added_at: Mapped[datetime]

    @property
    def kind(self) -> AttachmentKind:
        """Return what it was found to be when it was cleaned."""
        return AttachmentKind.DOCUMENT if self.media_type == "application/pdf" else AttachmentKind.PHOTO


class Statement(Base):
    """What an employee says beside their figures, in their own words; it stands in the pack as they wrote it."""

    __tablename__ = "statements"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "cycle_id", "employee_id"),
        tenant_key("cycle_id", to="cycles"),
        tenant_key("employee_id", to="employees"),
        sa.CheckConstraint(f"char_length(words) BETWEEN 1 AND {WORDS_MAX}", name="words_length"),
    )

    agency_id: Mapped[int]
    cycle_id: Mapped[int]
    employee_id: Mapped[int]
    words: Mapped[str]
    said_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    said_at: Mapped[datetime]


class Objection(Base):
    """An objection to a frozen result, to the superior of the evaluator, once; the decision is final.

    Source: PP 30/2019 article 59; PermenPANRB 6/2022 article 29.
    """

    __tablename__ = "objections"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("cycle_id", to="cycles"),
        tenant_key("employee_id", to="employees"),
        tenant_key("new_cycle_id", to="cycles"),
        sa.UniqueConstraint("agency_id", "cycle_id", "employee_id"),
        sa.CheckConstraint(f"char_length(words) BETWEEN 10 AND {WORDS_MAX}", name="words_length"),
        sa.CheckConstraint("decided_by <> filed_by", name="decided_by_somebody_else"),
        sa.CheckConstraint("explained_by <> filed_by", name="explained_by_somebody_else"),
        sa.CheckConstraint("explained_by <> decided_by", name="evaluator_does_not_decide"),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided_has_moment"),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_somebody"),
        sa.CheckConstraint("outcome IS NULL OR char_length(decision) > 0", name="decided_is_explained"),
        sa.CheckConstraint("(explained_at IS NULL) = (explanation IS NULL)", name="explanation_has_moment"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    cycle_id: Mapped[int]
    employee_id: Mapped[int]
    words: Mapped[str]
    filed_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    filed_at: Mapped[datetime]
    last_day_on: Mapped[date]
    explanation: Mapped[str | None]
    explained_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    explained_at: Mapped[datetime | None]
    outcome: Mapped[ObjectionOutcome | None]
    decision: Mapped[str | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    new_cycle_id: Mapped[int | None]
