"""What a survey came to: results as they were stored, and the improvements that followed from them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.survey.elements import Grade, RuleSetCode, Weight
from feedback_app.survey.models import unit_and_service
from feedback_app.survey.rules import ActionStatus, Averaging, MissingRule, ResultLevel


class Result(Base):
    """The index of a service, a unit or an agency in a period, with the rules that made it. Never changed.

    A period that is closed again makes a new version. `index_exact` is the fraction before rounding ("numerator/
    denominator"); `elements` and `counts` carry every figure that a report prints; `input_sha256` is the hash over the
    sums it was made of. A result that was published elsewhere, before the platform, has `source_note` instead.
    """

    __tablename__ = "skm_results"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("period_id", to="skm_periods"),
        *unit_and_service("skm_results"),
        sa.UniqueConstraint(
            "agency_id", "period_id", "level", "unit_id", "service_id", "version",
            name="uq_skm_results_place",
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint("(level = 'agency') = (unit_id IS NULL)", name="agency_has_no_unit"),
        sa.CheckConstraint("(level = 'service') = (service_id IS NOT NULL)", name="service_has_service"),
        # Older weights sum to 0.99, so that the least index is 24.75.
        sa.CheckConstraint("index_value BETWEEN 24 AND 100", name="index_range"),
        sa.CheckConstraint("respondents > 0", name="has_respondents"),
        sa.CheckConstraint("version > 0", name="version_positive"),
        sa.CheckConstraint("(source_note IS NULL) = (input_sha256 IS NOT NULL)", name="computed_or_reported"),
        sa.CheckConstraint("(index_low IS NULL) = (index_high IS NULL)", name="interval_whole"),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    period_id: Mapped[int]
    level: Mapped[ResultLevel]
    unit_id: Mapped[int | None]
    service_id: Mapped[int | None]
    version: Mapped[int] = mapped_column(sa.Integer)
    ruleset: Mapped[RuleSetCode]
    weight: Mapped[Weight]
    averaging: Mapped[Averaging | None]
    missing: Mapped[MissingRule | None]
    respondents: Mapped[int]
    population: Mapped[int | None]
    index_exact: Mapped[str | None]
    index_value: Mapped[Decimal] = mapped_column(sa.Numeric(5, 2))
    index_low: Mapped[Decimal | None] = mapped_column(sa.Numeric(5, 2))
    index_high: Mapped[Decimal | None] = mapped_column(sa.Numeric(5, 2))
    grade: Mapped[Grade]
    elements: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    input_sha256: Mapped[bytes | None]
    source_note: Mapped[str | None]
    computed_at: Mapped[datetime]
    computed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class Action(Base):
    """One row of a rencana tindak lanjut: what a unit does about an element, in which quarters, who answers for it.

    What is not done at the end of a period is carried into the next one (`carried_from`).
    """

    __tablename__ = "skm_actions"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("period_id", to="skm_periods"),
        tenant_key("unit_id", to="units"),
        tenant_key("carried_from", to="skm_actions"),
        sa.UniqueConstraint("agency_id", "period_id", "carried_from"),
        sa.CheckConstraint("char_length(programme) BETWEEN 5 AND 500", name="programme_length"),
        sa.CheckConstraint("char_length(responsible) BETWEEN 2 AND 200", name="responsible_length"),
        sa.CheckConstraint("year BETWEEN 2000 AND 2200", name="year_range"),
        sa.CheckConstraint("cardinality(quarters) BETWEEN 1 AND 4", name="has_quarters"),
        sa.CheckConstraint("quarters <@ '{1,2,3,4}'::smallint[]", name="quarters_range"),
        sa.Index("ix_skm_actions_place", "agency_id", "period_id", "unit_id"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    period_id: Mapped[int]
    unit_id: Mapped[int]
    element: Mapped[str]
    programme: Mapped[str]
    year: Mapped[int] = mapped_column(sa.SmallInteger)
    quarters: Mapped[list[int]] = mapped_column(ARRAY(sa.SmallInteger))
    responsible: Mapped[str]
    status: Mapped[ActionStatus] = mapped_column(server_default=sa.text("'planned'"))
    carried_from: Mapped[int | None]
    version: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("1"))
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class ActionEvent(Base):
    """That an action was planned, changed or came further; the newest tells how it stands."""

    __tablename__ = "skm_action_events"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("action_id", to="skm_actions"),
        sa.CheckConstraint("char_length(note) <= 1000", name="note_length"),
        sa.Index("ix_skm_action_events_action_id", "agency_id", "action_id"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    action_id: Mapped[int]
    status: Mapped[ActionStatus]
    note: Mapped[str] = mapped_column(server_default=sa.text("''"))
    happened_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
