"""Seals over batches of the audit trail."""

from __future__ import annotations

revision = "0016_seals"
down_revision = "0015_grants"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""
