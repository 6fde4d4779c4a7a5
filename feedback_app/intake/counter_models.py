"""What a counter has: keys of its machine, its own count of visits, and the codes on its wall."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key


class CounterKey(Base):
    """The key with which a counter's own system asks for visit tokens. Only its hash is kept."""

    __tablename__ = "counter_keys"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "counter_id"],
            ["counters.agency_id", "counters.unit_id", "counters.id"],
            name="fk_counter_keys_counter_of_the_unit",
        ),
        sa.UniqueConstraint("key_hash"),
        sa.CheckConstraint("octet_length(key_hash) = 32", name="hash_length"),
        sa.CheckConstraint("tokens_a_day > 0", name="budget_positive"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int]
    counter_id: Mapped[int | None]  # the one counter whose machine this is; empty for a machine of the whole unit
    name: Mapped[str]
    key_hash: Mapped[bytes]
    tokens_a_day: Mapped[int] = mapped_column(server_default=sa.text("2000"))
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class VisitCount(Base):
    """How many transactions a unit completed on a day, by its own books; set against the tokens it handed out."""

    __tablename__ = "visit_counts"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_visit_counts_service_of_the_unit",
        ),
        sa.UniqueConstraint(
            "agency_id", "unit_id", "day", "service_id", name="uq_visit_counts_cell", postgresql_nulls_not_distinct=True
        ),
        sa.CheckConstraint("transactions >= 0", name="transactions_range"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int]
    service_id: Mapped[int | None]
    day: Mapped[date]
    transactions: Mapped[int]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    counter_key_id: Mapped[int | None]


class WallCode(Base):
    """A printed code that hangs somewhere and leads to the rating of a unit. It proves no visit, and can be revoked."""

    __tablename__ = "wall_codes"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_wall_codes_service_of_the_unit",
        ),
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("char_length(code) = 10", name="code_length"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    code: Mapped[str]
    unit_id: Mapped[int]
    service_id: Mapped[int | None]
    hangs_at: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    revoked_at: Mapped[datetime | None]
