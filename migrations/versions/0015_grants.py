"""Grants with reason, source and end; requests, operators, break-glass."""

from __future__ import annotations

revision = "0015_grants"
down_revision = "0014_sign_ins"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""
