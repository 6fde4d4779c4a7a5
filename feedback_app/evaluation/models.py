"""Cycles, their moves and their signatures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key, words
from feedback_app.evaluation.rules import DELTA_IN_TAU, CycleKind, CycleStatus


class Cycle(Base):
    """One evaluation period of an agency, in one version, with the method and figures that hold for everybody in it.

    `inputs_until` is the moment up to which ratings are taken in: set by the first computation, after the last visit
    token of the period has run out, and the same ever after. A later version (`replaces_id`) keeps it, so that two
    versions differ by what was corrected and never by who rated last.
    """

    __tablename__ = "cycles"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("replaces_id", to="cycles"),
        tenant_key("reference_id", to="cycles"),
        sa.UniqueConstraint("agency_id", "name", "version"),
        sa.UniqueConstraint("agency_id", "replaces_id"),
        sa.CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint("version >= 1 AND (version > 1) = (replaces_id IS NOT NULL)", name="versions_follow"),
        sa.CheckConstraint("replaces_id IS NULL OR version_reason IS NOT NULL", name="version_has_reason"),
        sa.CheckConstraint("(status <> 'draft') = (computed_at IS NOT NULL)", name="computed_has_moment"),
        sa.CheckConstraint("(computed_at IS NULL) = (input_hash IS NULL)", name="computed_has_input_hash"),
        sa.CheckConstraint("(computed_at IS NULL) = (output_hash IS NULL)", name="computed_has_output_hash"),
        sa.CheckConstraint("computed_at IS NULL OR inputs_until IS NOT NULL", name="computed_has_cut_off"),
        sa.CheckConstraint("status NOT IN ('signed', 'frozen') OR signed_at IS NOT NULL", name="signed_has_moment"),
        sa.CheckConstraint("(status = 'frozen') = (frozen_at IS NOT NULL)", name="frozen_has_moment"),
        sa.CheckConstraint("tau2 >= 0 AND sigma2 >= 0 AND delta >= 0", name="variances_positive"),
        sa.CheckConstraint("delta_in_tau > 0 AND delta_in_tau <= 2", name="delta_in_tau_range"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    name: Mapped[str]
    version: Mapped[int] = mapped_column(sa.SmallInteger, server_default=sa.text("1"))
    replaces_id: Mapped[int | None]
    version_reason: Mapped[str | None]
    kind: Mapped[CycleKind]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    status: Mapped[CycleStatus] = mapped_column(server_default=sa.text("'draft'"))
    method_version: Mapped[str]
    delta_in_tau: Mapped[float] = mapped_column(server_default=sa.text(str(DELTA_IN_TAU)))
    reference_id: Mapped[int | None]
    inputs_until: Mapped[datetime | None]
    computed_at: Mapped[datetime | None]
    computed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    input_hash: Mapped[str | None]
    output_hash: Mapped[str | None]
    tau2: Mapped[float | None]
    sigma2: Mapped[float | None]
    delta: Mapped[float | None]
    overall_baseline: Mapped[float | None]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sa.text("'{}'"))
    totals: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sa.text("'{}'"))
    reply_from: Mapped[date | None]
    reply_until: Mapped[date | None]
    signed_at: Mapped[datetime | None]
    frozen_at: Mapped[datetime | None]
    opened_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    opened_at: Mapped[datetime]


class CycleMove(Base):
    """One step of a cycle from one state to another. Rows are only ever added."""

    __tablename__ = "cycle_moves"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("cycle_id", to="cycles"),
        sa.Index("ix_cycle_moves_cycle_id", "agency_id", "cycle_id"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    cycle_id: Mapped[int]
    from_status: Mapped[CycleStatus | None] = mapped_column(words(CycleStatus, "from_status"))
    to_status: Mapped[CycleStatus] = mapped_column(words(CycleStatus, "to_status"))
    at: Mapped[datetime]
    by_user: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    note: Mapped[str | None]


class CycleSignature(Base):
    """One person's signature under the figures of a cycle: what exactly was signed is in the hashes.

    The key lets nobody sign twice; a trigger lets a cycle be signed and frozen only with two of them over its hashes.
    """

    __tablename__ = "cycle_signatures"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "cycle_id", "user_id"),
        tenant_key("cycle_id", to="cycles"),
    )

    agency_id: Mapped[int]
    cycle_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    signed_at: Mapped[datetime]
    input_hash: Mapped[str]
    output_hash: Mapped[str]
