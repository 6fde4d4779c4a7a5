"""Sign-ins on the server's side, and accounts of other identity providers."""

from __future__ import annotations

revision = "0014_sign_ins"
down_revision = "0013_factors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""
