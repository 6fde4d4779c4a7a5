"""Keep more of what a text was read as: language, second subject, insults, guesses, the words that decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_readings"
down_revision = "0007_survey"
branch_labels = None
depends_on = None

_LANGUAGES = ("id", "id-informal", "regional-mix", "en")
_ASPECTS = (
    "requirements", "procedure", "delay", "queue_hours", "not_served", "fee", "illegal_levy", "product_error",
    "competence", "conduct", "discrimination", "abuse_of_power", "facilities", "accessibility", "online_system",
    "information", "complaint_handling", "data_privacy", "other",
)  # fmt: skip


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def upgrade() -> None:
    """Add the columns; a text that was read before keeps them empty."""
    op.add_column("labels", sa.Column("language", sa.String(40), nullable=True))
    op.add_column("labels", sa.Column("language_confidence", sa.REAL(), server_default=sa.text("0"), nullable=False))
    op.add_column("labels", sa.Column("aspect2", sa.String(40), nullable=True))
    op.add_column("labels", sa.Column("abusive", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("labels", sa.Column("guesses", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("labels", sa.Column("why", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("labels", sa.Column("rare_grams", postgresql.ARRAY(sa.Integer()), nullable=True))
    op.create_check_constraint(
        op.f("ck_labels_language_confidence_range"), "labels", "language_confidence BETWEEN 0 AND 1"
    )
    op.create_check_constraint(op.f("ck_labels_language"), "labels", _one_of("language", _LANGUAGES))
    op.create_check_constraint(op.f("ck_labels_aspect2"), "labels", _one_of("aspect2", _ASPECTS))
    op.create_index("ix_labels_rare_grams", "labels", ["rare_grams"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_submissions_without_unit", "submissions", ["agency_id", "id"], unique=False,
        postgresql_where=sa.text("unit_is_unknown"),
    )  # fmt: skip


def downgrade() -> None:
    """Drop the columns."""
    op.drop_index("ix_submissions_without_unit", table_name="submissions", postgresql_where=sa.text("unit_is_unknown"))
    op.drop_index("ix_labels_rare_grams", table_name="labels", postgresql_using="gin")
    for name in ("aspect2", "language", "language_confidence_range"):
        op.drop_constraint(op.f(f"ck_labels_{name}"), "labels", type_="check")
    for name in ("rare_grams", "why", "guesses", "abusive", "aspect2", "language_confidence", "language"):
        op.drop_column("labels", name)
