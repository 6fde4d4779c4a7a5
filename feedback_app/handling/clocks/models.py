"""Dated rules, when the clocks of a case stood still, what moved its deadlines, and the rungs it climbed."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.audit.models import ActorKind
from feedback_app.db import Base, identity, tenant_key
from feedback_app.handling.clocks.sla import CaseClock
from feedback_app.handling.rules import Classification


class StoredSlaRule(Base):
    """The working days an agency or a unit gives itself, by classification, from a day on, with the rule's source."""

    __tablename__ = "sla_rules"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.UniqueConstraint(
            "agency_id", "classification", "unit_id", "effective_from", postgresql_nulls_not_distinct=True
        ),
        sa.CheckConstraint("verify_working_days > 0 AND reply_working_days > 0", name="positive"),
        sa.CheckConstraint("resolve_working_days > 0", name="resolve_positive"),
        sa.CheckConstraint("close_after_silence_working_days > 0", name="silence_positive"),
        sa.CheckConstraint("complete_days > 0", name="complete_positive"),
        sa.CheckConstraint("extension_working_days > 0", name="extension_positive"),
        sa.CheckConstraint("objection_working_days > 0", name="objection_positive"),
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
    unit_id: Mapped[int | None]
    complete_days: Mapped[int] = mapped_column(sa.SmallInteger, server_default=sa.text("30"))
    extension_working_days: Mapped[int | None] = mapped_column(sa.SmallInteger)
    objection_working_days: Mapped[int | None] = mapped_column(sa.SmallInteger)
    noted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


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


class DeadlineRound(Base):
    """One round through the open cases of an agency after its calendar or rules changed, and how far it has come.

    It looks twice: `done_at` ends the first look, `checked_at` the second (see `deadline_rounds`).
    """

    __tablename__ = "deadline_rounds"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.CheckConstraint("checked_at IS NULL OR done_at IS NOT NULL", name="checked_last"),
        sa.Index("ix_deadline_rounds_waiting", "agency_id", "id", postgresql_where=sa.text("checked_at IS NULL")),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    cause: Mapped[ChangeCause]
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    # Open cases when the round began, those looked at in this look, and those of which a deadline moved.
    cases: Mapped[int] = mapped_column(sa.Integer)
    seen: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))
    moved: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))
    after_case_id: Mapped[int] = mapped_column(server_default=sa.text("0"))
    done_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
