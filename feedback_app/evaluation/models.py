"""Cycles, what counted for whom, and the scores."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.evaluation.rules import Band
from feedback_app.intake.rules import Channel


class CycleKind(enum.StrEnum):
    """How long a cycle is (PermenPANRB 6/2022: periodic and annual)."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    SEMESTER = "semester"
    ANNUAL = "annual"


class CycleStatus(enum.StrEnum):
    """How far a cycle is."""

    OPEN = "open"
    COMPUTED = "computed"


class Exclusion(enum.StrEnum):
    """Why ratings stand beside a score and do not count in it."""

    NO_PROOF_OF_VISIT = "no_proof_of_visit"


class Cycle(Base):
    """One evaluation period of an agency, with the method and the figures that hold for everybody in it."""

    __tablename__ = "cycles"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "name"),
        sa.CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint("(status = 'computed') = (computed_at IS NOT NULL)", name="computed_has_moment"),
        sa.CheckConstraint("(computed_at IS NULL) = (input_hash IS NULL)", name="computed_has_hash"),
        sa.CheckConstraint("tau2 >= 0 AND sigma2 >= 0 AND delta >= 0", name="variances_positive"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    name: Mapped[str]
    kind: Mapped[CycleKind]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    status: Mapped[CycleStatus] = mapped_column(server_default=sa.text("'open'"))
    method_version: Mapped[str | None]
    computed_at: Mapped[datetime | None]
    input_hash: Mapped[str | None]
    tau2: Mapped[float | None]
    sigma2: Mapped[float | None]
    delta: Mapped[float | None]
    overall_baseline: Mapped[float | None]
    opened_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    opened_at: Mapped[datetime]


class Contribution(Base):
    """The ratings of one unit, service, day and channel, as far as one assignment answers for them.

    `n`, `total` and `total_squares` are of the whole cell (points 1 to 4); `share` is the part this assignment
    answers for; `baseline` (25 to 100) is what the cell is compared with, empty where the cell does not count.
    """

    __tablename__ = "contributions"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("cycle_id", to="cycles"),
        tenant_key("employee_id", to="employees"),
        tenant_key("assignment_id", to="assignments"),
        tenant_key("unit_id", to="units"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_contributions_service_of_the_unit",
        ),
        sa.UniqueConstraint(
            "agency_id", "cycle_id", "assignment_id", "day", "channel", "service_id",
            name="uq_contributions_cell",
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint("share > 0 AND share <= 1", name="share_range"),
        sa.CheckConstraint("n > 0", name="count_positive"),
        sa.CheckConstraint("(exclusion IS NULL) = (baseline IS NOT NULL)", name="counted_has_baseline"),
        sa.CheckConstraint("(channel = 'token') = (exclusion IS NULL)", name="only_proven_visits_count"),
        sa.Index("ix_contributions_employee", "agency_id", "cycle_id", "employee_id"),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    cycle_id: Mapped[int]
    employee_id: Mapped[int]
    assignment_id: Mapped[int]
    unit_id: Mapped[int]
    service_id: Mapped[int | None]
    day: Mapped[date]
    channel: Mapped[Channel]
    share: Mapped[float]
    reason: Mapped[str]
    n: Mapped[int]
    total: Mapped[int]
    total_squares: Mapped[int]
    baseline: Mapped[float | None]
    exclusion: Mapped[Exclusion | None]


class Score(Base):
    """What a cycle says about one person: a figure with its interval, or that there is not enough evidence."""

    __tablename__ = "scores"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "cycle_id", "employee_id"),
        tenant_key("cycle_id", to="cycles"),
        tenant_key("employee_id", to="employees"),
        sa.CheckConstraint("low <= score AND score <= high", name="interval_holds_score"),
        sa.CheckConstraint("reliability BETWEEN 0 AND 1", name="reliability_range"),
        sa.CheckConstraint("n_effective >= 0 AND n >= 0 AND n_beside >= 0", name="counts_positive"),
        sa.CheckConstraint("own_share BETWEEN 0 AND 1", name="own_share_range"),
        sa.CheckConstraint("band = 'insufficient' OR n_effective >= 30", name="no_band_from_small_numbers"),
    )

    agency_id: Mapped[int]
    cycle_id: Mapped[int]
    employee_id: Mapped[int]
    n: Mapped[int]
    n_effective: Mapped[float]
    own_share: Mapped[float]
    n_beside: Mapped[int]
    mean_residual: Mapped[float]
    score: Mapped[float]
    standard_error: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    reliability: Mapped[float]
    band: Mapped[Band]
