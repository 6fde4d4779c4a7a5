"""Find the case that is due first among all that an agency works on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_inbox_order"
down_revision = "0005_deadline_rounds"
branch_labels = None
depends_on = None

INDEX = "ix_cases_due"


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        INDEX, "cases", ["agency_id", "due_at", "id"],
        postgresql_where=sa.text("status IN ('new', 'verified', 'in_progress')"),
    )  # fmt: skip


def downgrade() -> None:
    """Take the index away."""
    op.drop_index(INDEX, table_name="cases")
