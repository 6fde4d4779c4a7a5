"""Recovery and invitation of accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_accounts"
down_revision = "0011_cycle_locks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add invitations, requests for a new password, and when a password was set."""
    moment = sa.DateTime(timezone=True)
    op.add_column("users", sa.Column("password_set_at", moment, nullable=True))
    op.create_table(
        "invitations",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("invited_by", sa.BigInteger(), nullable=True),
        sa.Column("invited_at", moment, nullable=False),
        sa.Column("sent_at", moment, nullable=False),
        sa.Column("sendings", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("accepted_at", moment, nullable=True),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_invitations_one_end")),
        sa.CheckConstraint("sendings >= 1", name=op.f("ck_invitations_sendings_range")),
        sa.CheckConstraint(
            "expires_at > sent_at AND sent_at >= invited_at", name=op.f("ck_invitations_moments_in_order")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_invitations_agency_id_agencies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_invitations_user_id_users")),
        sa.ForeignKeyConstraint(["invited_by"], ["users.id"], name=op.f("fk_invitations_invited_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_invitations")),
    )
    op.create_index(
        "uq_invitations_open",
        "invitations",
        ["agency_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("accepted_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_index("ix_invitations_user_id", "invitations", ["user_id"])
    op.create_table(
        "recovery_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("settled_at", moment, nullable=True),
        sa.Column("mailed_at", moment, nullable=True),
        sa.CheckConstraint(
            "mailed_at IS NULL OR settled_at IS NOT NULL", name=op.f("ck_recovery_requests_mailed_is_settled")
        ),
        sa.CheckConstraint(
            "mailed_at IS NULL OR user_id IS NOT NULL", name=op.f("ck_recovery_requests_mailed_has_owner")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_requests_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_requests")),
    )
    op.create_index(
        "ix_recovery_requests_waiting", "recovery_requests", ["id"], postgresql_where=sa.text("settled_at IS NULL")
    )
    op.create_index("ix_recovery_requests_mailed", "recovery_requests", ["user_id", "mailed_at"])
    op.create_index("ix_recovery_requests_asked_at", "recovery_requests", ["asked_at"])


def downgrade() -> None:
    """Drop them; an invited account without a password stays, and cannot sign in."""
    op.drop_table("recovery_requests")
    op.drop_table("invitations")
    op.drop_column("users", "password_set_at")
