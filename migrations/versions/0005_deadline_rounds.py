"""Let the hours of a whole agency change on a day, and note each round in which its open deadlines are recomputed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_deadline_rounds"
down_revision = "0004_officers"
branch_labels = None
depends_on = None

ONE_A_DAY = "uq_working_hours_agency_id_unit_id_starts_on"
CAUSES = (
    "resumed", "calendar", "rule", "reclassified", "reopened", "disposed", "extended", "restored", "allegation",
)  # fmt: skip


def upgrade() -> None:
    """Make the changes."""
    op.alter_column("working_hours", "unit_id", existing_type=sa.BigInteger(), nullable=True)
    op.drop_constraint(op.f(ONE_A_DAY), "working_hours", type_="unique")
    op.create_unique_constraint(
        op.f(ONE_A_DAY), "working_hours", ["agency_id", "unit_id", "starts_on"], postgresql_nulls_not_distinct=True
    )
    op.create_table(
        "deadline_rounds",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(*CAUSES, name="changecause", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("moved", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("after_case_id", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("checked_at IS NULL OR done_at IS NOT NULL", name=op.f("ck_deadline_rounds_checked_last")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_deadline_rounds_agency_id_agencies")),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_deadline_rounds_asked_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_deadline_rounds")),
    )
    op.create_index(
        "ix_deadline_rounds_waiting",
        "deadline_rounds",
        ["agency_id", "id"],
        unique=False,
        postgresql_where=sa.text("checked_at IS NULL"),
    )


def downgrade() -> None:
    """Take the changes back."""
    op.drop_index(
        "ix_deadline_rounds_waiting", table_name="deadline_rounds", postgresql_where=sa.text("checked_at IS NULL")
    )
    op.drop_table("deadline_rounds")
    op.drop_constraint(op.f(ONE_A_DAY), "working_hours", type_="unique")
    op.execute("DELETE FROM working_hours WHERE unit_id IS NULL")
    op.create_unique_constraint(op.f(ONE_A_DAY), "working_hours", ["agency_id", "unit_id", "starts_on"])
    op.alter_column("working_hours", "unit_id", existing_type=sa.BigInteger(), nullable=False)
