"""What officers add to a case: pauses, notes, templates, proof, reviews of disputes, escalations, acts on many."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.audit.models import ActorKind
from feedback_app.db import Base, identity, tenant_key
from feedback_app.handling.models import REPLY_MAX
from feedback_app.handling.sla import CaseClock
from feedback_app.intake.rules import ATTACHMENT_BYTES_MAX, AttachmentKind

NOTE_MIN, NOTE_MAX = 2, 4000
TEMPLATE_NAME_MAX = 80
REVIEW_MIN, REVIEW_MAX = 10, 4000


class CasePause(Base):
    """A time in which a case's clocks stood still because the office waited for the citizen."""

    __tablename__ = "case_pauses"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        sa.CheckConstraint("ends_at IS NULL OR ends_at >= starts_at", name="ends_after_start"),
        sa.Index(
            "uq_case_pauses_one_open", "agency_id", "case_id", unique=True, postgresql_where=sa.text("ends_at IS NULL")
        ),
        sa.Index("ix_case_pauses_case_id", "agency_id", "case_id"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class ChangeCause(enum.StrEnum):
    """Why a deadline moved."""

    RESUMED = "resumed"
    CALENDAR = "calendar"
    RULE = "rule"
    RECLASSIFIED = "reclassified"
    REOPENED = "reopened"
    DISPOSED = "disposed"
    EXTENDED = "extended"
    RESTORED = "restored"
    ALLEGATION = "allegation"


class DeadlineChange(Base):
    """One deadline of a case that moved: the old day is kept."""

    __tablename__ = "deadline_changes"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        sa.Index("ix_deadline_changes_case_id", "agency_id", "case_id"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    at: Mapped[datetime]
    clock: Mapped[CaseClock]
    old_due_at: Mapped[datetime | None]
    new_due_at: Mapped[datetime | None]
    cause: Mapped[ChangeCause]
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class CaseNote(Base):
    """What colleagues tell each other about a case; no citizen reads it. Personal data is masked when it is written."""

    __tablename__ = "case_notes"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        sa.CheckConstraint(f"char_length(text) BETWEEN {NOTE_MIN} AND {NOTE_MAX}", name="text_length"),
        sa.Index("ix_case_notes_case_id", "agency_id", "case_id"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    text: Mapped[str]
    at: Mapped[datetime]


class ReplyTemplate(Base):
    """Words for answers that come often, with placeholders; of one unit and those below it, or of the agency."""

    __tablename__ = "reply_templates"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.CheckConstraint(f"char_length(name) BETWEEN 1 AND {TEMPLATE_NAME_MAX}", name="name_length"),
        sa.CheckConstraint(f"char_length(text) BETWEEN 1 AND {REPLY_MAX}", name="text_length"),
        sa.Index(
            "uq_reply_templates_name", "agency_id", "unit_id", sa.text("lower(name)"), unique=True,
            postgresql_where=sa.text("removed_at IS NULL"), postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int | None]
    name: Mapped[str]
    text: Mapped[str]
    written_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    written_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Proof(Base):
    """A picture or document that shows the citizen what was done, cleaned like theirs."""

    __tablename__ = "proofs"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        sa.UniqueConstraint("storage_key"),
        sa.Index("ix_proofs_case_id", "agency_id", "case_id"),
        sa.CheckConstraint("octet_length(sha256) = 32", name="hash_length"),
        sa.CheckConstraint(f"size_bytes BETWEEN 1 AND {ATTACHMENT_BYTES_MAX}", name="size_range"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    kind: Mapped[AttachmentKind]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    sha256: Mapped[bytes]
    storage_key: Mapped[str]
    caption: Mapped[str | None]
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    added_at: Mapped[datetime]


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


class Escalation(Base):
    """A rung of the ladder a clock has reached; the constraint makes each happen once."""

    __tablename__ = "escalations"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        sa.UniqueConstraint("agency_id", "case_id", "clock", "due_at", "step", name="uq_escalations_each_step_once"),
        sa.CheckConstraint("step BETWEEN 1 AND 3", name="step_range"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    clock: Mapped[CaseClock]
    due_at: Mapped[datetime]
    step: Mapped[int] = mapped_column(sa.SmallInteger)
    at: Mapped[datetime]
    told: Mapped[int] = mapped_column(sa.SmallInteger)  # how many accounts


class BulkKind(enum.StrEnum):
    """What was done to many cases at once."""

    VERIFY = "verify"
    ASSIGN = "assign"
    DISPOSE = "dispose"
    MERGE = "merge"
    REPLY = "reply"


class BulkAct(Base):
    """One act on many cases; undone it stays, with the moment."""

    __tablename__ = "bulk_acts"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.CheckConstraint("undone_at IS NULL OR kind <> 'reply'", name="a_reply_is_not_undone"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    kind: Mapped[BulkKind]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class BulkItem(Base):
    """One case of an act on many: how it stood before, and its version after, to tell whether it was touched since."""

    __tablename__ = "bulk_items"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "act_id", "case_id"),
        tenant_key("act_id", to="bulk_acts"),
        tenant_key("case_id", to="cases"),
    )

    agency_id: Mapped[int]
    act_id: Mapped[int]
    case_id: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version_after: Mapped[int] = mapped_column(sa.Integer)
    undone: Mapped[bool] = mapped_column(server_default=sa.text("false"))


class Referral(Base):
    """A report that another agency of this platform handles now, as a submission of its own there."""

    __tablename__ = "referrals"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        sa.ForeignKeyConstraint(
            ["to_agency_id", "to_submission_id"],
            ["submissions.agency_id", "submissions.id"],
            name="fk_referrals_submission_there",
        ),
        sa.UniqueConstraint("agency_id", "case_id"),
        sa.CheckConstraint("to_agency_id <> agency_id", name="to_another_agency"),
        sa.CheckConstraint("(to_agency_id IS NULL) = (to_submission_id IS NULL)", name="whole_or_outside"),
        sa.CheckConstraint("(to_agency_id IS NULL) = (outside_name IS NOT NULL)", name="here_or_outside"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    to_agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agencies.id"))
    to_submission_id: Mapped[int | None]
    outside_name: Mapped[str | None]
    reason: Mapped[str]
    referred_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    referred_at: Mapped[datetime]


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


class RoundKind(enum.StrEnum):
    """A mail that goes to staff on its day."""

    REMINDER = "reminder"
    DIGEST = "digest"


class StaffRound(Base):
    """A round of mails of one agency and day: made once."""

    __tablename__ = "staff_rounds"
    __table_args__ = (sa.PrimaryKeyConstraint("agency_id", "kind", "on_date"),)

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    kind: Mapped[RoundKind]
    on_date: Mapped[date]
    made_at: Mapped[datetime]
    told: Mapped[int] = mapped_column(sa.Integer)
