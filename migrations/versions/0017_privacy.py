"""Retention, requests about own data, breaches."""

from __future__ import annotations

revision = "0017_privacy"
down_revision = "0016_seals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""
