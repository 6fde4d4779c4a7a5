"""What stands beside grants: those that wait for a second person, who runs the installation, broken glass."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.identity.rules import GrantSource, RequestOutcome, Role


class GrantRequest(Base):
    """A role of weight that one person asks for another, and a third agrees to."""

    __tablename__ = "grant_requests"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        tenant_key("grant_id", to="role_grants"),
        sa.CheckConstraint("char_length(reason) BETWEEN 10 AND 500", name="reason_length"),
        sa.CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint("asked_by <> user_id", name="not_for_oneself"),
        sa.CheckConstraint("asked_by <> decided_by", name="decided_by_a_second_person"),
        sa.CheckConstraint("user_id <> decided_by", name="decided_by_somebody_else"),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided_has_moment"),
        sa.CheckConstraint(
            "(coalesce(outcome, '') IN ('approved', 'refused')) = (decided_by IS NOT NULL)", name="decided_by_a_person"
        ),
        sa.CheckConstraint("(coalesce(outcome, '') = 'refused') = (refusal IS NOT NULL)", name="refusal_has_reason"),
        sa.CheckConstraint("char_length(refusal) BETWEEN 10 AND 500", name="refusal_length"),
        sa.CheckConstraint("(coalesce(outcome, '') = 'approved') = (grant_id IS NOT NULL)", name="approved_was_given"),
        sa.Index(
            "uq_grant_requests_waiting", "agency_id", "user_id", "role", "unit_id", unique=True,
            postgresql_where=sa.text("outcome IS NULL"), postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    role: Mapped[Role]
    unit_id: Mapped[int | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    reason: Mapped[str]
    source: Mapped[GrantSource]
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    outcome: Mapped[RequestOutcome | None]
    refusal: Mapped[str | None]
    grant_id: Mapped[int | None]


class PlatformOperator(Base):
    """Somebody who runs the installation: of no agency, given from the terminal alone, and without sight of a case."""

    __tablename__ = "platform_operators"
    __table_args__ = (
        sa.CheckConstraint("char_length(reason) BETWEEN 10 AND 500", name="reason_length"),
        sa.CheckConstraint("ends_on >= starts_on - 1", name="ends_after_start"),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="end_has_reason"),
        sa.CheckConstraint("ended_at IS NULL OR ends_on IS NOT NULL", name="end_has_day"),
        sa.Index(
            "uq_platform_operators_standing", "user_id", unique=True, postgresql_where=sa.text("ended_at IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    reason: Mapped[str]
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class BreakGlass(Base):
    """An operator's sight of one agency's inbox, or of one case: asked with a reason, agreed to, and over by itself.

    Whether it is open is asked of the row at every request (`began_at`, `ends_at`, `ended_at`); nothing else opens.
    """

    __tablename__ = "break_glass"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        sa.CheckConstraint("char_length(reason) BETWEEN 30 AND 1000", name="reason_length"),
        sa.CheckConstraint("minutes BETWEEN 15 AND 240", name="minutes_range"),
        sa.CheckConstraint("asked_by <> decided_by", name="decided_by_a_second_person"),
        sa.CheckConstraint("asked_by <> inspector_id", name="confirmed_by_a_second_person"),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided_has_moment"),
        sa.CheckConstraint(
            "(coalesce(outcome, '') IN ('approved', 'refused')) = (decided_by IS NOT NULL)", name="decided_by_a_person"
        ),
        sa.CheckConstraint("(coalesce(outcome, '') = 'refused') = (refusal IS NOT NULL)", name="refusal_has_reason"),
        sa.CheckConstraint("char_length(refusal) BETWEEN 10 AND 500", name="refusal_length"),
        sa.CheckConstraint("(inspector_id IS NULL) = (inspected_at IS NULL)", name="confirmed_has_moment"),
        sa.CheckConstraint("inspector_id IS NULL OR case_id IS NOT NULL", name="confirmed_for_one_case"),
        sa.CheckConstraint("began_at IS NULL OR coalesce(outcome, '') = 'approved'", name="begins_when_approved"),
        sa.CheckConstraint("(began_at IS NULL) = (ends_at IS NULL)", name="begun_has_end"),
        sa.CheckConstraint("ends_at > began_at AND ends_at - began_at <= interval '240 minutes'", name="time_boxed"),
        sa.CheckConstraint("ended_at IS NULL OR began_at IS NOT NULL", name="ended_after_it_began"),
        sa.Index("ix_break_glass_asked_by", "asked_by", "ends_at"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int | None]
    reason: Mapped[str]
    minutes: Mapped[int] = mapped_column(sa.SmallInteger())
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    outcome: Mapped[RequestOutcome | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    refusal: Mapped[str | None]
    inspector_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    inspected_at: Mapped[datetime | None]
    began_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
