"""Recovery and invitation of accounts."""

from __future__ import annotations

revision = "0012_accounts"
down_revision = "0011_cycle_locks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""
