"""Make room for learning from people: texts drawn for them, models, rounds, what serves since when, alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_learning"
down_revision = "0008_readings"
branch_labels = None
depends_on = None

_KINDS = ("complaint", "aspiration", "information_request", "praise", "spam")
_SENTIMENTS = ("negative", "neutral", "positive")
_ASPECTS = (
    "requirements", "procedure", "delay", "queue_hours", "not_served", "fee", "illegal_levy", "product_error",
    "competence", "conduct", "discrimination", "abuse_of_power", "facilities", "accessibility", "online_system",
    "information", "complaint_handling", "data_privacy", "other",
)  # fmt: skip
_URGENCIES = ("normal", "high", "critical")
_AT = sa.DateTime(timezone=True)
_GUARDS = (
    """
    CREATE FUNCTION model_uses_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'model_uses is append-only';
    END $$
    """,
    """
    CREATE TRIGGER model_uses_are_kept BEFORE UPDATE OR DELETE ON model_uses
    FOR EACH ROW EXECUTE FUNCTION model_uses_stay()
    """,
)


def _word(column: str, values: tuple[str, ...], name: str | None = None) -> sa.Enum:
    return sa.Enum(*values, name=name or column, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Create the tables, and the choice of an agency to keep its texts to itself."""
    op.add_column(
        "agencies", sa.Column("texts_may_teach", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    # Drift, figures and the day's draw look at the texts of an agency between two moments.
    op.create_index("ix_labels_labelled_at", "labels", ["agency_id", "labelled_at"], unique=False)
    _models()
    _reviews()
    for statement in _GUARDS:
        op.execute(statement)


def _models() -> None:
    op.create_table(
        "model_versions",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("manifest", postgresql.JSONB(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("origin", _word("versionorigin", ("shipped", "refit")), nullable=False),
        sa.Column("trained_until", _AT, nullable=True),
        sa.CheckConstraint("origin <> 'shipped' OR body IS NULL", name=op.f("ck_model_versions_shipped_has_no_body")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_model_versions")),
    )
    op.create_table(
        "model_rounds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("started_at", _AT, nullable=False),
        sa.Column("finished_at", _AT, nullable=True),
        *(
            sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)
            for name in ("corpus_rows", "corrected_rows", "reviewed_rows", "held_out_rows")
        ),
        sa.Column("data_hash", sa.Text(), nullable=True),
        sa.Column("champion", sa.Text(), nullable=True),
        sa.Column("challenger", sa.Text(), nullable=True),
        sa.Column("figures", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("measured_until", _AT, nullable=True),
        sa.Column("decision", _word("decision", ("promoted", "kept", "too_few", "failed")), nullable=True),
        sa.Column("reasons", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (decision IS NULL)", name=op.f("ck_model_rounds_finished_is_decided")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_rounds")),
    )
    op.create_index("ix_model_rounds_started_at", "model_rounds", ["started_at"], unique=False)
    op.create_table(
        "model_uses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("since", _AT, nullable=False),
        sa.Column("why", _word("usereason", ("first", "promoted", "rolled_back")), nullable=False),
        sa.Column("by_user", sa.BigInteger(), nullable=True),
        sa.Column("round_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(why = 'rolled_back') OR by_user IS NULL", name=op.f("ck_model_uses_people_only_roll_back")
        ),
        sa.CheckConstraint(
            "(why = 'promoted') = (round_id IS NOT NULL)", name=op.f("ck_model_uses_promoted_by_a_round")
        ),
        sa.ForeignKeyConstraint(
            ["version"], ["model_versions.version"], name=op.f("fk_model_uses_version_model_versions")
        ),
        sa.ForeignKeyConstraint(["by_user"], ["users.id"], name=op.f("fk_model_uses_by_user_users")),
        sa.ForeignKeyConstraint(["round_id"], ["model_rounds.id"], name=op.f("fk_model_uses_round_id_model_rounds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_uses")),
    )


def _reviews() -> None:
    op.create_table(
        "label_reviews",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", _word("reviewreason", ("abstained", "audit", "drift")), nullable=False),
        sa.Column("chance", sa.REAL(), nullable=True),
        sa.Column("machine", postgresql.JSONB(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("drawn_at", _AT, nullable=False),
        sa.Column(
            "state",
            _word("reviewstate", ("waiting", "done", "skipped")),
            server_default=sa.text("'waiting'"),
            nullable=False,
        ),
        sa.Column("kind", _word("kind", _KINDS), nullable=True),
        sa.Column("sentiment", _word("sentiment", _SENTIMENTS), nullable=True),
        sa.Column("aspect", _word("aspect", _ASPECTS), nullable=True),
        sa.Column("aspect2", _word("aspect2", _ASPECTS), nullable=True),
        sa.Column("urgency", _word("urgency", _URGENCIES), nullable=True),
        sa.Column("abusive", sa.Boolean(), nullable=True),
        sa.Column("judged_by", sa.BigInteger(), nullable=True),
        sa.Column("judged_at", _AT, nullable=True),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_label_reviews_{name}"))
            for name, condition in (
                ("audit_has_chance", "(reason = 'audit') = (chance IS NOT NULL)"),
                ("chance_range", "chance > 0 AND chance <= 1"),
                ("waiting_is_not_judged", "(state = 'waiting') = (judged_at IS NULL)"),
                ("judged_by_somebody", "(judged_at IS NULL) = (judged_by IS NULL)"),
                (
                    "done_is_answered",
                    (
                        "(state = 'done') = (kind IS NOT NULL AND sentiment IS NOT NULL AND aspect IS NOT NULL"
                        " AND urgency IS NOT NULL AND abusive IS NOT NULL)"
                    ),
                ),
                ("two_aspects_differ", "aspect2 IS NULL OR aspect2 <> aspect"),
            )
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "submission_id"],
            ["submissions.agency_id", "submissions.id"],
            name=op.f("fk_label_reviews_agency_id_submission_id_submissions"),
        ),
        sa.ForeignKeyConstraint(["judged_by"], ["users.id"], name=op.f("fk_label_reviews_judged_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_label_reviews")),
        sa.UniqueConstraint("agency_id", "submission_id", name=op.f("uq_label_reviews_agency_id_submission_id")),
    )
    op.create_index(
        "ix_label_reviews_waiting",
        "label_reviews",
        ["agency_id", "drawn_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_label_reviews_judged_at", "label_reviews", ["agency_id", "judged_at"], unique=False)
    op.create_table(
        "reader_days",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("looked_at", _AT, nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_reader_days_agency_id_agencies")),
        sa.PrimaryKeyConstraint("agency_id", "on_date", name=op.f("pk_reader_days")),
    )
    op.create_table(
        "drift_alarms",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("measure", _word("driftmeasure", ("abstention", "labels", "accuracy")), nullable=False),
        sa.Column("expected", sa.REAL(), nullable=False),
        sa.Column("seen", sa.REAL(), nullable=False),
        sa.Column("statistic", sa.REAL(), nullable=False),
        sa.Column("since", _AT, nullable=False),
        sa.Column("closed_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_drift_alarms_agency_id_agencies")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_drift_alarms")),
    )
    op.create_index(
        "uq_drift_alarms_open",
        "drift_alarms",
        ["agency_id", "head", "measure"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def downgrade() -> None:
    """Drop the tables; what people said in reviews goes with them."""
    op.execute("DROP TRIGGER model_uses_are_kept ON model_uses")
    op.execute("DROP FUNCTION model_uses_stay()")
    for table in ("drift_alarms", "reader_days", "label_reviews", "model_uses", "model_rounds", "model_versions"):
        op.drop_table(table)
    op.drop_index("ix_labels_labelled_at", table_name="labels")
    op.drop_column("agencies", "texts_may_teach")
