"""What counted for whom, and what a person decided to leave out."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.intake.rules import Channel
from feedback_app.organisation.people.rules import AttributionLevel


class Contribution(Base):
    """The ratings of one unit, service, counter, channel and month, as far as one person answers for them.

    `n`, `total` and `total_squares` are of the whole cell (points 1 to 4), or of what was left out of it where
    `exclusion` says so; `share` is the part this person answers for through this assignment, or through the counter
    record (`level`); `baseline` (25 to 100) is what the cell is compared with, empty where the cell does not count.
    `day` is the first day of the cell with ratings and `days` all of them, bit 0 for the first of the month; `held_by`
    in `attribution.cut` reads both. Where two posts of one person answer for the same ratings, a cell is a day.

    What a row refers to is looked at once for all rows of a statement, by triggers (migration 0011) and not by foreign
    keys: a cycle; the post, as this person's and in this unit, or the roster's entry of this counter, person and day;
    a service and a counter of this unit. Posts and rosters are never deleted, the others not while rows refer to them.
    """

    __tablename__ = "contributions"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.UniqueConstraint(
            "agency_id", "cycle_id", "employee_id", "assignment_id", "unit_id", "day", "channel", "service_id",
            "counter_id", "exclusion",
            name="uq_contributions_cell",
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint("share > 0 AND share <= 1", name="share_range"),
        sa.CheckConstraint("n > 0", name="count_positive"),
        sa.CheckConstraint("days > 0", name="days_positive"),
        sa.CheckConstraint("level <> 'unit'", name="laid_on_a_person"),
        sa.CheckConstraint("(level = 'assignment') = (assignment_id IS NOT NULL)", name="assignment_level_has_one"),
        sa.CheckConstraint("level <> 'counter' OR counter_id IS NOT NULL", name="counter_level_has_counter"),
        sa.CheckConstraint("(exclusion IS NULL) = (baseline IS NOT NULL)", name="counted_has_baseline"),
        sa.CheckConstraint(
            "(channel <> 'token') = (exclusion IS NOT NULL AND exclusion = 'no_proof_of_visit')",
            name="only_proven_visits_count",
        ),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    cycle_id: Mapped[int]
    employee_id: Mapped[int]
    level: Mapped[AttributionLevel]
    assignment_id: Mapped[int | None]
    unit_id: Mapped[int]
    service_id: Mapped[int | None]
    counter_id: Mapped[int | None]
    day: Mapped[date]
    days: Mapped[int] = mapped_column(sa.Integer)
    channel: Mapped[Channel]
    share: Mapped[float]
    reason: Mapped[str]
    n: Mapped[int]
    total: Mapped[int]
    total_squares: Mapped[int]
    baseline: Mapped[float | None]
    exclusion: Mapped[Exclusion | None]


class RatingExclusion(Base):
    """A rating that a person decided to leave out of a cycle: for one employee, or, without one, for everybody.

    Always the end of a contest or of an objection; the rating itself stays where it is, and is shown as left out.
    """

    __tablename__ = "rating_exclusions"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("cycle_id", to="cycles"),
        tenant_key("submission_id", to="submissions"),
        tenant_key("employee_id", to="employees"),
        tenant_key("contest_id", to="contests"),
        sa.UniqueConstraint(
            "agency_id", "cycle_id", "submission_id", "employee_id",
            name="uq_rating_exclusions_once",
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint("reason NOT IN ('no_proof_of_visit', 'restricted')", name="decided_by_a_person"),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    cycle_id: Mapped[int]
    submission_id: Mapped[int]
    employee_id: Mapped[int | None]
    reason: Mapped[Exclusion]
    contest_id: Mapped[int | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime]
