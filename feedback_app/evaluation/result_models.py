"""What a cycle says: about each person, each unit, and the cases somebody answered for."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, tenant_key, words
from feedback_app.evaluation.cases.rules import CaseDuty as CaseDuty
from feedback_app.evaluation.rules import Band


class Score(Base):
    """What a cycle says about one person: a figure with its interval, or that there is not enough evidence.

    The `shadow_*` columns are the same figure without the ratings set aside as odd (`n_set_aside` of them); `n_counter`
    of the `n` ratings were laid on the person by the counter record; `n_excluded` were left out after a contest.
    `is_withheld` marks figures of so few ratings (or so few beyond those of another cycle) that they could be led back
    to a citizen: pages and exports show the counts and the band, no figure. `n_changed` ratings changed sides since the
    figure was last told in full: above none, it is withheld, or, where only contests were upheld, in whole points.
    """

    __tablename__ = "scores"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "cycle_id", "employee_id"),
        tenant_key("cycle_id", to="cycles"),
        tenant_key("employee_id", to="employees"),
        sa.CheckConstraint("low <= score AND score <= high", name="interval_holds_score"),
        sa.CheckConstraint("shadow_low <= shadow_score AND shadow_score <= shadow_high", name="shadow_holds_score"),
        sa.CheckConstraint("reliability BETWEEN 0 AND 1", name="reliability_range"),
        sa.CheckConstraint("n_effective >= 0 AND n >= 0 AND n_beside >= 0", name="counts_positive"),
        sa.CheckConstraint("n_counter BETWEEN 0 AND n AND n_excluded >= 0 AND n_set_aside >= 0", name="parts_positive"),
        sa.CheckConstraint("own_share BETWEEN 0 AND 1", name="own_share_range"),
        sa.CheckConstraint("band = 'insufficient' OR n_effective >= 30", name="no_band_from_small_numbers"),
    )

    agency_id: Mapped[int]
    cycle_id: Mapped[int]
    employee_id: Mapped[int]
    n: Mapped[int]
    n_effective: Mapped[float]
    own_share: Mapped[float]
    n_counter: Mapped[int] = mapped_column(server_default=sa.text("0"))
    n_beside: Mapped[int]
    n_excluded: Mapped[int] = mapped_column(server_default=sa.text("0"))
    mean_residual: Mapped[float]
    score: Mapped[float]
    standard_error: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    reliability: Mapped[float]
    band: Mapped[Band]
    n_set_aside: Mapped[int] = mapped_column(server_default=sa.text("0"))
    shadow_score: Mapped[float]
    shadow_low: Mapped[float]
    shadow_high: Mapped[float]
    shadow_band: Mapped[Band] = mapped_column(words(Band, "shadow_band"))
    is_shadow_notable: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    is_withheld: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    n_changed: Mapped[int] = mapped_column(server_default=sa.text("0"))


class UnitScore(Base):
    """What a cycle says about one unit, against the other units of the agency; stands beside its people's figures.

    `n_nobody` of its proven ratings fell on days for which nobody was responsible. The denominators of response:
    `transactions` by the unit's own count, `tokens` handed out for visits of the period, `tokens_used` of them.
    `is_withheld` marks figures that less those of its people, of other cycles or of what was told before would be a
    handful's; `n_changed` ratings changed since it was last told.
    """

    __tablename__ = "unit_scores"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "cycle_id", "unit_id"),
        tenant_key("cycle_id", to="cycles"),
        tenant_key("unit_id", to="units"),
        sa.CheckConstraint("low <= score AND score <= high", name="interval_holds_score"),
        sa.CheckConstraint("n >= 0 AND n_beside >= 0 AND n_nobody BETWEEN 0 AND n", name="counts_positive"),
        sa.CheckConstraint("transactions >= 0 AND tokens >= 0 AND tokens_used BETWEEN 0 AND tokens", name="visits"),
    )

    agency_id: Mapped[int]
    cycle_id: Mapped[int]
    unit_id: Mapped[int]
    n: Mapped[int]
    n_beside: Mapped[int]
    n_nobody: Mapped[int]
    mean: Mapped[float | None]
    score: Mapped[float]
    standard_error: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    reliability: Mapped[float]
    band: Mapped[Band]
    transactions: Mapped[int | None]
    tokens: Mapped[int]
    tokens_used: Mapped[int]
    is_withheld: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    n_changed: Mapped[int] = mapped_column(server_default=sa.text("0"))


class CaseRecord(Base):
    """The cases of a period that somebody answered for: how long people waited, and whether they say it is solved.

    Declared by the office, confirmed, partly, disputed and silent stand apart: what an office says of itself is no
    measure of it. `median_wait_hours` is Kaplan-Meier's, open cases counted; empty where less than half are answered.
    Volume is never scored.
    """

    __tablename__ = "case_records"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "cycle_id", "employee_id", "unit_id", "duty"),
        tenant_key("cycle_id", to="cycles"),
        tenant_key("employee_id", to="employees"),
        tenant_key("unit_id", to="units"),
        sa.CheckConstraint("n_cases > 0", name="count_positive"),
        sa.CheckConstraint("median_wait_hours >= 0", name="wait_positive"),
    )

    agency_id: Mapped[int]
    cycle_id: Mapped[int]
    employee_id: Mapped[int]
    unit_id: Mapped[int]
    duty: Mapped[CaseDuty]
    n_cases: Mapped[int]
    n_replied: Mapped[int]
    n_on_time: Mapped[int]
    n_open: Mapped[int]
    n_declared: Mapped[int]
    n_confirmed: Mapped[int]
    n_partly: Mapped[int]
    n_disputed: Mapped[int]
    n_silent: Mapped[int]
    n_upheld: Mapped[int]
    n_praise: Mapped[int]
    median_wait_hours: Mapped[float | None]
