"""Second factors of accounts: secrets, keys, recovery codes."""

from __future__ import annotations

revision = "0013_factors"
down_revision = "0012_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""
