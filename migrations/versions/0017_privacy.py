"""Retention, requests about own data, breaches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017_privacy"
down_revision = "0016_seals"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)
_BEFORE = ("access", "erasure")
_AFTER = (*_BEFORE, "correction", "restriction")
_LEFT_OUT = ("no_proof_of_visit", "wrong_person", "outside_authority", "abuse", "duplicate", "factual_error")
_BREACH_CHECKS = {
    "ended_has_moment": "(state IN ('closed', 'dismissed')) = (ended_at IS NOT NULL)",
    "three_times_24_hours": "due_at = found_at + interval '72 hours'",
    "state_confirmed": "state NOT IN ('confirmed', 'closed') OR confirmed_at IS NOT NULL",
    "confirmed_by_somebody": "(confirmed_at IS NULL) = (confirmed_by IS NULL)",
    "names_data": "cardinality(categories) > 0",
    "advice_length": "char_length(advice) BETWEEN 10 AND 4000",
    "ask_whom_length": "char_length(ask_whom) BETWEEN 10 AND 4000",
    "ending_length": "char_length(ending) BETWEEN 10 AND 4000",
    "how_length": "char_length(how) BETWEEN 10 AND 4000",
    "remedies_length": "char_length(remedies) BETWEEN 10 AND 4000",
    "confirmed_by_somebody_else": "confirmed_by <> written_by",
    "ended_has_words": "ended_at IS NULL OR ending IS NOT NULL",
    "estimate_range": "estimate >= 0",
    "happened_range": "happened_until >= happened_from",
    "reached_range": "reached_until >= reached_from",
}


def upgrade() -> None:
    """Let reporters ask for corrections and restrictions; make room for retention and for breaches."""
    _let_ask_for(_AFTER)
    _leave_out((*_LEFT_OUT, "restricted"))
    op.add_column("subject_requests", sa.Column("warned_at", _AT, nullable=True))
    op.create_index(
        "uq_subject_requests_one_open", "subject_requests", ["agency_id", "submission_id", "kind"], unique=True,
        postgresql_where=sa.text("outcome IS NULL"),
    )  # fmt: skip
    _restrictions()
    _request_words()
    _retention_rules()
    _retention_runs()
    _breaches()
    _breach_notices()


def downgrade() -> None:
    """Forget retention and breaches, and the requests that were of no kind before."""
    op.drop_table("breach_notices")
    op.drop_table("breaches")
    op.drop_table("retention_runs")
    op.drop_table("retention_rules")
    op.drop_table("request_words")
    op.drop_table("restrictions")
    op.drop_index("uq_subject_requests_one_open", table_name="subject_requests")
    op.drop_column("subject_requests", "warned_at")
    op.execute("DELETE FROM subject_requests WHERE kind IN ('correction', 'restriction')")
    _let_ask_for(_BEFORE)
    op.execute("DELETE FROM contributions WHERE exclusion = 'restricted'")
    _leave_out(_LEFT_OUT)


def _let_ask_for(kinds: tuple[str, ...]) -> None:
    _replace_check("subject_requests", "requestkind", _one_of("kind", kinds))


def _leave_out(reasons: tuple[str, ...]) -> None:
    """Say why a rating may be left out of a score; a restriction is nobody's decision upon a contest."""
    _replace_check("contributions", "exclusion", _one_of("exclusion", reasons))
    _replace_check("rating_exclusions", "exclusion", _one_of("reason", reasons))
    by_law = "reason NOT IN ('no_proof_of_visit', 'restricted')"
    only_proof = "reason <> 'no_proof_of_visit'"
    _replace_check("rating_exclusions", "decided_by_a_person", by_law if "restricted" in reasons else only_proof)


def _replace_check(table: str, name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _restrictions() -> None:
    op.create_table(
        "restrictions",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", _AT, nullable=False),
        sa.Column("ends_at", _AT, nullable=True),
        sa.Column("lifted_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("ends_at >= starts_at", name=op.f("ck_restrictions_ends_after_start")),
        sa.CheckConstraint("lifted_by IS NULL OR ends_at IS NOT NULL", name=op.f("ck_restrictions_lifted_has_end")),
        sa.ForeignKeyConstraint(
            ["agency_id", "submission_id"],
            ["submissions.agency_id", "submissions.id"],
            name=op.f("fk_restrictions_agency_id_submission_id_submissions"),
        ),
        sa.ForeignKeyConstraint(["lifted_by"], ["users.id"], name=op.f("fk_restrictions_lifted_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_restrictions")),
    )
    op.create_index("ix_restrictions_submission_id", "restrictions", ["agency_id", "submission_id"], unique=False)
    op.create_index(
        "uq_restrictions_one_at_a_time",
        "restrictions",
        ["agency_id", "submission_id"],
        unique=True,
        postgresql_where=sa.text("ends_at IS NULL"),
    )


def _request_words() -> None:
    op.create_table(
        "request_words",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("wrong", sa.Text(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("redacted_wrong", sa.Text(), nullable=True),
        sa.Column("redacted_said", sa.Text(), nullable=False),
        sa.CheckConstraint("(wrong IS NULL) = (redacted_wrong IS NULL)", name=op.f("ck_request_words_wrong_is_masked")),
        sa.CheckConstraint("char_length(said) BETWEEN 1 AND 2000", name=op.f("ck_request_words_said_length")),
        sa.CheckConstraint("char_length(wrong) BETWEEN 1 AND 2000", name=op.f("ck_request_words_wrong_length")),
        sa.ForeignKeyConstraint(
            ["agency_id", "request_id"],
            ["subject_requests.agency_id", "subject_requests.id"],
            name=op.f("fk_request_words_agency_id_request_id_subject_requests"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "request_id", name=op.f("pk_request_words")),
    )


def _retention_rules() -> None:
    op.create_table(
        "retention_rules",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "contacts",
                "attachments",
                "words",
                "request_words",
                "messages",
                "visit_tokens",
                "staged_imports",
                name="retentionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=True),
        sa.Column("set_at", _AT, nullable=False),
        sa.CheckConstraint("char_length(basis) BETWEEN 5 AND 300", name=op.f("ck_retention_rules_basis_length")),
        sa.CheckConstraint("days BETWEEN 1 AND 36500", name=op.f("ck_retention_rules_days_range")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_retention_rules_agency_id_agencies")),
        sa.ForeignKeyConstraint(["set_by"], ["users.id"], name=op.f("fk_retention_rules_set_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_retention_rules")),
        sa.UniqueConstraint("agency_id", "kind", "starts_on", name=op.f("uq_retention_rules_agency_id_kind_starts_on")),
    )


def _retention_runs() -> None:
    op.create_table(
        "retention_runs",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("started_at", _AT, nullable=False),
        sa.Column("finished_at", _AT, nullable=True),
        sa.Column("is_dry", sa.Boolean(), nullable=False),
        sa.Column("run_by", sa.BigInteger(), nullable=True),
        sa.Column("counts", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("held", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("cutoffs", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.CheckConstraint("finished_at >= started_at", name=op.f("ck_retention_runs_ends_after_start")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_retention_runs_agency_id_agencies")),
        sa.ForeignKeyConstraint(["run_by"], ["users.id"], name=op.f("fk_retention_runs_run_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_retention_runs")),
    )
    op.create_index("ix_retention_runs_started_at", "retention_runs", ["agency_id", "started_at"], unique=False)


def _breaches() -> None:
    op.create_table(
        "breaches",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "confirmed",
                "closed",
                "dismissed",
                name="breachstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default=sa.text("'draft'"),
            nullable=False,
        ),
        sa.Column("found_at", _AT, nullable=False),
        sa.Column("due_at", _AT, nullable=False),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("happened_from", sa.Date(), nullable=False),
        sa.Column("happened_until", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("reached_from", sa.Date(), nullable=False),
        sa.Column("reached_until", sa.Date(), nullable=False),
        sa.Column("estimate", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("remedies", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("ask_whom", sa.Text(), nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=False),
        sa.Column("written_at", _AT, nullable=False),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", _AT, nullable=True),
        sa.Column("authority_told_at", _AT, nullable=True),
        sa.Column("authority_receipt", sa.Text(), nullable=True),
        sa.Column("authority_told_by", sa.BigInteger(), nullable=True),
        sa.Column("warned_at", _AT, nullable=True),
        sa.Column("ended_at", _AT, nullable=True),
        sa.Column("ending", sa.Text(), nullable=True),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_breaches_{name}")) for name, rule in _BREACH_CHECKS.items()),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["units.agency_id", "units.id"], name=op.f("fk_breaches_agency_id_unit_id_units")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_breaches_agency_id_agencies")),
        sa.ForeignKeyConstraint(["authority_told_by"], ["users.id"], name=op.f("fk_breaches_authority_told_by_users")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["users.id"], name=op.f("fk_breaches_confirmed_by_users")),
        sa.ForeignKeyConstraint(["written_by"], ["users.id"], name=op.f("fk_breaches_written_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_breaches")),
    )


def _breach_notices() -> None:
    op.create_table(
        "breach_notices",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("breach_id", sa.BigInteger(), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("owed_at", _AT, nullable=False),
        sa.Column("by_message", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "breach_id"],
            ["breaches.agency_id", "breaches.id"],
            name=op.f("fk_breach_notices_agency_id_breach_id_breaches"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "submission_id"],
            ["submissions.agency_id", "submissions.id"],
            name=op.f("fk_breach_notices_agency_id_submission_id_submissions"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "breach_id", "submission_id", name=op.f("pk_breach_notices")),
    )
    op.create_index("ix_breach_notices_submission_id", "breach_notices", ["agency_id", "submission_id"], unique=False)
