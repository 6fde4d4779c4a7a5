"""What is shown to everybody, and what was set aside from it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.intake.rules import Channel


class ReleaseSubject(enum.StrEnum):
    """Each is a set of answers of one unit and one year, disjoint from or unrelated to the others."""

    VISITS = "visits"  # ratings after a proven visit
    OPEN = "open"  # ratings without one
    VOICES = "voices"  # what texts praise and criticise
    HANDLING = "handling"  # how cases were answered and ended


class Release(Base):
    """One epoch of a public figure: counted from the rows read up to `as_of`, shown until the next epoch."""

    __tablename__ = "releases"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.UniqueConstraint("agency_id", "unit_id", "year", "subject", "as_of", name="uq_releases_epoch"),
        sa.CheckConstraint("n > 0", name="count_positive"),
        sa.CheckConstraint("released_at >= as_of", name="released_after_counting"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int]
    year: Mapped[int] = mapped_column(sa.SmallInteger)
    subject: Mapped[ReleaseSubject]
    as_of: Mapped[datetime]
    released_at: Mapped[datetime]
    n: Mapped[int]
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)


class AnomalyKind(enum.StrEnum):
    """What is odd about a run of ratings."""

    BURST = "burst"  # many more than this unit ever gets in that time
    ONE_NETWORK = "one_network"  # most of a day's ratings from one network
    AUTOMATIC = "automatic"  # filled in by no human hand


class AnomalyState(enum.StrEnum):
    """Set aside until somebody looks, or looked at and found to be in order."""

    QUARANTINED = "quarantined"
    CLEARED = "cleared"


class Anomaly(Base):
    """A run of ratings of one unit and channel, set aside from what is shown: kept, counted apart, and reversible.

    It covers the ratings received from `starts_at` to `ends_at` (both included), only those of `network_mark` where
    one is given.
    """

    __tablename__ = "anomalies"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.Index("ix_anomalies_unit_id", "agency_id", "unit_id", "channel", "starts_at"),
        sa.CheckConstraint("ends_at >= starts_at", name="ends_after_start"),
        sa.CheckConstraint("n > 0 AND expected >= 0", name="counts"),
        sa.CheckConstraint("(state = 'cleared') = (decided_at IS NOT NULL)", name="cleared_has_moment"),
        sa.CheckConstraint("state <> 'cleared' OR reason IS NOT NULL", name="cleared_has_reason"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int]
    channel: Mapped[Channel]
    kind: Mapped[AnomalyKind]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    network_mark: Mapped[bytes | None]
    n: Mapped[int]
    expected: Mapped[float]
    detected_at: Mapped[datetime]
    state: Mapped[AnomalyState] = mapped_column(server_default=sa.text("'quarantined'"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    reason: Mapped[str | None]
