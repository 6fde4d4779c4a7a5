"""What the leaders' board is drawn from: closed lots of ratings, and what came of the receipts of closed days."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.evaluation.board.rules import BLOCK_HOURS, LOT_MIN


class BoardLot(Base):
    """Proven ratings of one unit that were read after its last lot and up to `read_until`; never changed again.

    Nobody is told anything of ratings that wait for their lot, and two states of a chart differ by whole lots: that is
    what keeps the newest rating from being worked out. `first_on` and `last_on` are days of service.
    """

    __tablename__ = "board_lots"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.UniqueConstraint("agency_id", "unit_id", "read_until", "first_on", name="uq_board_lots_once"),
        sa.CheckConstraint(f"n >= {LOT_MIN}", name="no_small_lot"),
        sa.CheckConstraint("n_low BETWEEN 0 AND n", name="low_is_a_part"),
        sa.CheckConstraint("total BETWEEN n AND 4 * n AND total_squares BETWEEN n AND 16 * n", name="sums_range"),
        sa.CheckConstraint("last_on >= first_on", name="ends_after_start"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int]
    first_on: Mapped[date]
    last_on: Mapped[date]
    n: Mapped[int]
    n_low: Mapped[int]
    total: Mapped[int]
    total_squares: Mapped[int]
    read_until: Mapped[datetime]
    marked_at: Mapped[datetime]


class BoardVisits(Base):
    """Receipts for the visits of one unit, day and block of hours (of handing out), and how many came back as ratings.

    Written once, after the last of them can no longer be used.
    """

    __tablename__ = "board_visits"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "day", "unit_id", "block"),
        tenant_key("unit_id", to="units"),
        sa.CheckConstraint(f"block BETWEEN 0 AND 23 AND block % {BLOCK_HOURS} = 0", name="block_range"),
        sa.CheckConstraint("used BETWEEN 0 AND issued AND issued > 0", name="used_is_a_part"),
    )

    agency_id: Mapped[int]
    day: Mapped[date]
    unit_id: Mapped[int]
    block: Mapped[int] = mapped_column(sa.SmallInteger)
    issued: Mapped[int]
    used: Mapped[int]
