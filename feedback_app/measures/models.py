"""Daily figures. Only sums are stored, never means: sums of sums are right, means of means are not."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.intake.rules import Channel
from feedback_app.nlp.labels import Aspect, Kind, Sentiment

PORTAL_RATING = "portal_rating"


def _unit_and_service(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    return (
        tenant_key("unit_id", to="units"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name=f"fk_{table}_service_of_the_unit",
        ),
    )


class DailyMeasure(Base):
    """Answers of one element, one unit, service, day of service, channel and, where a visit token names it, counter.

    `n` answers, their `total` and `total_squares` (in the element's own points, 1 to 4), and the count of each point.
    """

    __tablename__ = "daily_measures"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        *_unit_and_service("daily_measures"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "counter_id"],
            ["counters.agency_id", "counters.unit_id", "counters.id"],
            name="fk_daily_measures_counter_of_the_unit",
        ),
        sa.UniqueConstraint(
            "agency_id", "unit_id", "day", "channel", "element", "service_id", "counter_id",
            name="uq_daily_measures_cell",
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint("n = n1 + n2 + n3 + n4", name="counts_add_up"),
        sa.CheckConstraint("total = n1 + 2 * n2 + 3 * n3 + 4 * n4", name="total_adds_up"),
        sa.CheckConstraint("total_squares = n1 + 4 * n2 + 9 * n3 + 16 * n4", name="squares_add_up"),
        sa.CheckConstraint("n1 >= 0 AND n2 >= 0 AND n3 >= 0 AND n4 >= 0 AND n > 0", name="counts_positive"),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int]
    service_id: Mapped[int | None]
    counter_id: Mapped[int | None]
    day: Mapped[date]
    channel: Mapped[Channel]
    element: Mapped[str]
    n: Mapped[int]
    total: Mapped[int]
    total_squares: Mapped[int]
    n1: Mapped[int]
    n2: Mapped[int]
    n3: Mapped[int]
    n4: Mapped[int]


class DailyTopic(Base):
    """How many texts said what: one unit, service, day of service, channel, kind, sentiment and aspect."""

    __tablename__ = "daily_topics"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        *_unit_and_service("daily_topics"),
        sa.UniqueConstraint(
            "agency_id", "unit_id", "day", "channel", "service_id", "kind", "sentiment", "aspect",
            name="uq_daily_topics_cell",
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint("n > 0", name="count_positive"),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int]
    service_id: Mapped[int | None]
    day: Mapped[date]
    channel: Mapped[Channel]
    kind: Mapped[Kind | None]
    sentiment: Mapped[Sentiment | None]
    aspect: Mapped[Aspect | None]
    n: Mapped[int]
