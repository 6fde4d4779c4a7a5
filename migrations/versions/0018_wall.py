"""The second wall: the web role sees one agency a transaction."""

from __future__ import annotations

revision = "0018_wall"
down_revision = "0017_privacy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""
