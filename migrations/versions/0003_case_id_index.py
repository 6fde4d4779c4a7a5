"""Find a case by its number alone: officers' addresses name no agency."""

from __future__ import annotations

from alembic import op

revision = "0003_case_id_index"
down_revision = "0002_citizens"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_cases_id", "cases", ["id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_cases_id", table_name="cases")
