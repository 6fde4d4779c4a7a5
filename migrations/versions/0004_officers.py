"""Add what officers need: clocks that pause, notes, templates, proof, reviews, escalation, acts on many, search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_officers"
down_revision = "0003_case_id_index"
branch_labels = None
depends_on = None

STATUSES = ("new", "in_progress", "answered", "closed", "on_hold", "archived")
REASONS = ("withdrawn", "incomplete", "unclear", "out_of_scope", "illogical", "spam", "referred")
CLASSIFICATIONS = ("information_request", "no_oversight", "oversight", "aspiration")
CLOCKS = ("verify", "reply", "resolve")
EVENTS = ("moved", "disposed", "assigned", "reclassified", "extended", "merged", "unmerged", "escalated")
REPLIES = ("answer", "progress", "question", "explanation")
# Each a CHECK of words that stands on one column: (table, name, column).
STATUS_CHECKS = (
    ("cases", "casestatus", "status"),
    ("case_events", "from_status", "from_status"),
    ("case_events", "casestatus", "to_status"),
)
CLASSIFICATION_CHECKS = (
    ("cases", "classification", "classification"),
    ("sla_rules", "classification", "classification"),
)
CASE_CHECKS = {
    "held_until_a_moment": "(status = 'on_hold') = (held_until IS NOT NULL)",
    "no_clock_while_the_citizen_is_asked": (
        "status IN ('new', 'verified', 'in_progress') OR (clock IS NULL AND due_at IS NULL)"
    ),
    "due_of_a_clock": "due_at IS NULL OR clock IS NOT NULL",
    "escalation_step_range": "escalation_step BETWEEN 0 AND 3",
    "not_own_duplicate": "duplicate_of <> id",
    "confidential_is_no_duplicate": "NOT is_confidential OR duplicate_of IS NULL",
}
RULE_CHECKS = {
    "resolve_positive": "resolve_working_days > 0",
    "complete_positive": "complete_days > 0",
    "extension_positive": "extension_working_days > 0",
    "objection_positive": "objection_working_days > 0",
}


def _words(table: str, name: str, column: str, words: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, f"{column} IN ({listed})")


def _other_words(checks: tuple[tuple[str, str, str], ...], words: tuple[str, ...]) -> None:
    for table, name, column in checks:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        _words(table, name, column, words)


def _carry_over() -> None:
    """Fill what the new columns say of the cases that are there."""
    op.execute("UPDATE case_events SET kind = 'disposed' WHERE from_status = to_status AND reason IS NOT NULL")
    # The days of verification depend on the calendar; until they are computed again nobody is called late too early.
    op.execute("UPDATE cases SET clocks_start_at = opened_at, verify_due_at = reply_due_at")
    op.execute(
        "UPDATE cases c SET verified_at = (SELECT min(e.at) FROM case_events e WHERE e.agency_id = c.agency_id "
        "AND e.case_id = c.id AND e.from_status = 'new') WHERE c.status <> 'new'"
    )
    op.execute("UPDATE cases SET reply_met_at = first_replied_at WHERE reopened_count = 0")
    op.execute(
        "UPDATE cases c SET answered_by = (SELECT r.author_id FROM replies r WHERE r.agency_id = c.agency_id "
        "AND r.case_id = c.id ORDER BY r.sent_at DESC, r.id DESC LIMIT 1) WHERE c.first_replied_at IS NOT NULL"
    )
    op.execute(
        "UPDATE cases SET clock = CASE WHEN status = 'new' THEN 'verify' WHEN reply_met_at IS NULL THEN 'reply' "
        "ELSE 'resolve' END WHERE status IN ('new', 'in_progress')"
    )
    op.execute(
        "UPDATE cases SET due_at = CASE WHEN clock = 'resolve' THEN resolve_due_at ELSE reply_due_at END "
        "WHERE clock IS NOT NULL"
    )
    op.execute("UPDATE cases SET escalate_at = due_at WHERE due_at IS NOT NULL")
    op.execute("UPDATE cases SET held_until = now() + interval '30 days' WHERE status = 'on_hold'")
    op.execute(
        "INSERT INTO case_pauses (agency_id, case_id, starts_at) SELECT agency_id, id, now() FROM cases "
        "WHERE status = 'on_hold'"
    )
    op.execute(
        "INSERT INTO case_words (agency_id, case_id, document) SELECT c.agency_id, c.id, "
        "to_tsvector('indonesian', coalesce(l.redacted_text, '')) FROM cases c JOIN labels l "
        "ON l.agency_id = c.agency_id AND l.submission_id = c.submission_id"
    )


def upgrade() -> None:
    """Create the tables and columns of handling."""
    op.create_table(
        "bulk_acts",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "verify",
                "assign",
                "dispose",
                "merge",
                "reply",
                name="bulkkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("undone_at IS NULL OR kind <> 'reply'", name=op.f("ck_bulk_acts_a_reply_is_not_undone")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_bulk_acts_agency_id_agencies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_bulk_acts_user_id_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_bulk_acts")),
    )
    op.create_table(
        "saved_views",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("asked", postgresql.JSONB(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 60", name=op.f("ck_saved_views_name_length")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
    )
    op.create_index("uq_saved_views_name", "saved_views", ["user_id", sa.text("lower(name)")], unique=True)
    op.create_table(
        "staff_rounds",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("reminder", "digest", name="roundkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_staff_rounds_agency_id_agencies")),
        sa.PrimaryKeyConstraint("agency_id", "kind", "on_date", name=op.f("pk_staff_rounds")),
    )
    op.create_table(
        "staff_settings",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("wants_reminder", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("wants_digest", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("language", sa.Text(), server_default=sa.text("'id'"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_staff_settings_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_staff_settings")),
    )
    op.create_table(
        "reply_templates",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 80", name=op.f("ck_reply_templates_name_length")),
        sa.CheckConstraint("char_length(text) BETWEEN 1 AND 4000", name=op.f("ck_reply_templates_text_length")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_reply_templates_agency_id_unit_id_units"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_reply_templates_agency_id_agencies")),
        sa.ForeignKeyConstraint(["written_by"], ["users.id"], name=op.f("fk_reply_templates_written_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_reply_templates")),
    )
    op.create_index(
        "uq_reply_templates_name",
        "reply_templates",
        ["agency_id", "unit_id", sa.text("lower(name)")],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "working_hours",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("workdays", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("noted_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("workdays <@ '{0,1,2,3,4,5,6}'::smallint[]", name=op.f("ck_working_hours_workdays_range")),
        sa.CheckConstraint("cardinality(workdays) BETWEEN 1 AND 7", name=op.f("ck_working_hours_has_workdays")),
        sa.CheckConstraint("closes > opens", name=op.f("ck_working_hours_closes_after_opens")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_working_hours_agency_id_unit_id_units"),
        ),
        sa.ForeignKeyConstraint(["noted_by"], ["users.id"], name=op.f("fk_working_hours_noted_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_working_hours")),
        sa.UniqueConstraint(
            "agency_id", "unit_id", "starts_on", name=op.f("uq_working_hours_agency_id_unit_id_starts_on")
        ),
    )
    op.create_table(
        "label_corrections",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("machine_said", sa.Text(), nullable=True),
        sa.Column("machine_confidence", sa.REAL(), nullable=False),
        sa.Column("person_says", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("corrected_by", sa.BigInteger(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "head IN ('kind', 'sentiment', 'aspect', 'urgency')", name=op.f("ck_label_corrections_head")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "submission_id"],
            ["submissions.agency_id", "submissions.id"],
            name=op.f("fk_label_corrections_agency_id_submission_id_submissions"),
        ),
        sa.ForeignKeyConstraint(["corrected_by"], ["users.id"], name=op.f("fk_label_corrections_corrected_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_label_corrections")),
    )
    op.create_index(
        "ix_label_corrections_submission_id", "label_corrections", ["agency_id", "submission_id"], unique=False
    )
    op.create_table(
        "bulk_items",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("version_after", sa.Integer(), nullable=False),
        sa.Column("undone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "act_id"],
            ["bulk_acts.agency_id", "bulk_acts.id"],
            name=op.f("fk_bulk_items_agency_id_act_id_bulk_acts"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["cases.agency_id", "cases.id"],
            name=op.f("fk_bulk_items_agency_id_case_id_cases"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "act_id", "case_id", name=op.f("pk_bulk_items")),
    )
    op.create_table(
        "case_notes",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(text) BETWEEN 2 AND 4000", name=op.f("ck_case_notes_text_length")),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["cases.agency_id", "cases.id"],
            name=op.f("fk_case_notes_agency_id_case_id_cases"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_case_notes_author_id_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_case_notes")),
    )
    op.create_index("ix_case_notes_case_id", "case_notes", ["agency_id", "case_id"], unique=False)
    op.create_table(
        "case_pauses",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at IS NULL OR ends_at >= starts_at", name=op.f("ck_case_pauses_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["cases.agency_id", "cases.id"],
            name=op.f("fk_case_pauses_agency_id_case_id_cases"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_case_pauses")),
    )
    op.create_index("ix_case_pauses_case_id", "case_pauses", ["agency_id", "case_id"], unique=False)
    op.create_index(
        "uq_case_pauses_one_open",
        "case_pauses",
        ["agency_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("ends_at IS NULL"),
    )
    op.create_table(
        "case_words",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("document", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["cases.agency_id", "cases.id"],
            name=op.f("fk_case_words_agency_id_case_id_cases"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "case_id", name=op.f("pk_case_words")),
    )
    op.create_index("ix_case_words_document", "case_words", ["document"], unique=False, postgresql_using="gin")
    op.create_table(
        "deadline_changes",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "clock",
            sa.Enum(
                "verify", "reply", "resolve", name="caseclock", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("old_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "cause",
            sa.Enum(
                "resumed",
                "calendar",
                "rule",
                "reclassified",
                "reopened",
                "disposed",
                "extended",
                "restored",
                "allegation",
                name="changecause",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "actor_kind",
            sa.Enum(
                "user", "citizen", "system", name="actorkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_deadline_changes_actor_id_users")),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["cases.agency_id", "cases.id"],
            name=op.f("fk_deadline_changes_agency_id_case_id_cases"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_deadline_changes")),
    )
    op.create_index("ix_deadline_changes_case_id", "deadline_changes", ["agency_id", "case_id"], unique=False)
    op.create_table(
        "dispute_reviews",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("answered_by", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum("sent_back", "stands", name="reviewverdict", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(verdict IS NULL) = (decided_at IS NULL) AND (verdict IS NULL) = (reviewer_id IS NULL)",
            name=op.f("ck_dispute_reviews_decided_has_reviewer_and_moment"),
        ),
        sa.CheckConstraint("char_length(words) BETWEEN 10 AND 4000", name=op.f("ck_dispute_reviews_words_length")),
        sa.CheckConstraint("reviewer_id <> answered_by", name=op.f("ck_dispute_reviews_not_by_who_answered")),
        sa.CheckConstraint("verdict IS NULL OR words IS NOT NULL", name=op.f("ck_dispute_reviews_decided_has_words")),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["cases.agency_id", "cases.id"],
            name=op.f("fk_dispute_reviews_agency_id_case_id_cases"),
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["users.id"], name=op.f("fk_dispute_reviews_answered_by_users")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["users.id"], name=op.f("fk_dispute_reviews_reviewer_id_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_dispute_reviews")),
    )
    op.create_index("ix_dispute_reviews_case_id", "dispute_reviews", ["agency_id", "case_id"], unique=False)
    op.create_index(
        "uq_dispute_reviews_one_open",
        "dispute_reviews",
        ["agency_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("verdict IS NULL AND lapsed_at IS NULL"),
    )
    op.create_table(
        "escalations",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "clock",
            sa.Enum(
                "verify", "reply", "resolve", name="caseclock", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("step BETWEEN 1 AND 3", name=op.f("ck_escalations_step_range")),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["cases.agency_id", "cases.id"],
            name=op.f("fk_escalations_agency_id_case_id_cases"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_escalations")),
        sa.UniqueConstraint("agency_id", "case_id", "clock", "due_at", "step", name="uq_escalations_each_step_once"),
    )
    op.create_table(
        "proofs",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("photo", "document", name="attachmentkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.BigInteger(), nullable=True),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=True),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_proofs_hash_length")),
        sa.CheckConstraint("size_bytes BETWEEN 1 AND 10485760", name=op.f("ck_proofs_size_range")),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], name=op.f("fk_proofs_added_by_users")),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["cases.agency_id", "cases.id"], name=op.f("fk_proofs_agency_id_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_proofs")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_proofs_storage_key")),
    )
    op.create_index("ix_proofs_case_id", "proofs", ["agency_id", "case_id"], unique=False)
    op.create_table(
        "referrals",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("to_agency_id", sa.BigInteger(), nullable=True),
        sa.Column("to_submission_id", sa.BigInteger(), nullable=True),
        sa.Column("outside_name", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("referred_by", sa.BigInteger(), nullable=False),
        sa.Column("referred_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(to_agency_id IS NULL) = (outside_name IS NOT NULL)", name=op.f("ck_referrals_here_or_outside")
        ),
        sa.CheckConstraint(
            "(to_agency_id IS NULL) = (to_submission_id IS NULL)", name=op.f("ck_referrals_whole_or_outside")
        ),
        sa.CheckConstraint("to_agency_id <> agency_id", name=op.f("ck_referrals_to_another_agency")),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["cases.agency_id", "cases.id"], name=op.f("fk_referrals_agency_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(["referred_by"], ["users.id"], name=op.f("fk_referrals_referred_by_users")),
        sa.ForeignKeyConstraint(
            ["to_agency_id", "to_submission_id"],
            ["submissions.agency_id", "submissions.id"],
            name="fk_referrals_submission_there",
        ),
        sa.ForeignKeyConstraint(["to_agency_id"], ["agencies.id"], name=op.f("fk_referrals_to_agency_id_agencies")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_referrals")),
        sa.UniqueConstraint("agency_id", "case_id", name=op.f("uq_referrals_agency_id_case_id")),
    )
    op.add_column(
        "case_events",
        sa.Column(
            "kind",
            sa.Enum(
                "moved",
                "disposed",
                "assigned",
                "reclassified",
                "extended",
                "merged",
                "unmerged",
                "escalated",
                name="eventkind",
                native_enum=False,
                create_constraint=False,
                length=40,
            ),
            server_default=sa.text("'moved'"),
            nullable=False,
        ),
    )
    op.add_column(
        "case_events", sa.Column("detail", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False)
    )
    op.add_column("cases", sa.Column("clocks_start_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("verify_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("reply_met_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "cases",
        sa.Column(
            "clock",
            sa.Enum(
                "verify", "reply", "resolve", name="caseclock", native_enum=False, create_constraint=False, length=40
            ),
            nullable=True,
        ),
    )
    op.add_column("cases", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("escalation_step", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("cases", sa.Column("escalate_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("inspected_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("answered_by", sa.BigInteger(), nullable=True))
    op.add_column("cases", sa.Column("duplicate_of", sa.BigInteger(), nullable=True))
    op.drop_index(
        op.f("ix_cases_unit_open"), table_name="cases", postgresql_where=sa.text("status NOT IN ('closed', 'archived')")
    )
    op.create_index(
        "ix_cases_unit_open",
        "cases",
        ["agency_id", "unit_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("status NOT IN ('closed', 'archived')"),
    )
    op.create_index(
        "ix_cases_assigned_to",
        "cases",
        ["assigned_to"],
        unique=False,
        postgresql_where=sa.text("assigned_to IS NOT NULL"),
    )
    op.create_index(
        "ix_cases_duplicate_of",
        "cases",
        ["agency_id", "duplicate_of"],
        unique=False,
        postgresql_where=sa.text("duplicate_of IS NOT NULL"),
    )
    op.create_index(
        "ix_cases_escalate",
        "cases",
        ["escalate_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('new', 'verified', 'in_progress')"),
    )
    op.create_index(
        "ix_cases_held_until", "cases", ["held_until"], unique=False, postgresql_where=sa.text("status = 'on_hold'")
    )
    op.create_foreign_key(op.f("fk_cases_answered_by_users"), "cases", "users", ["answered_by"], ["id"])
    op.create_foreign_key(
        op.f("fk_cases_agency_id_duplicate_of_cases"),
        "cases",
        "cases",
        ["agency_id", "duplicate_of"],
        ["agency_id", "id"],
    )
    op.add_column("holidays", sa.Column("is_struck", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("messages", sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "replies",
        sa.Column(
            "kind",
            sa.Enum(
                "answer",
                "progress",
                "question",
                "explanation",
                name="replykind",
                native_enum=False,
                create_constraint=False,
                length=40,
            ),
            server_default=sa.text("'answer'"),
            nullable=False,
        ),
    )
    op.add_column("replies", sa.Column("bulk_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_replies_agency_id_bulk_id_bulk_acts"),
        "replies",
        "bulk_acts",
        ["agency_id", "bulk_id"],
        ["agency_id", "id"],
    )
    op.add_column("sla_rules", sa.Column("unit_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "sla_rules", sa.Column("complete_days", sa.SmallInteger(), server_default=sa.text("30"), nullable=False)
    )
    op.add_column("sla_rules", sa.Column("extension_working_days", sa.SmallInteger(), nullable=True))
    op.add_column("sla_rules", sa.Column("objection_working_days", sa.SmallInteger(), nullable=True))
    op.add_column("sla_rules", sa.Column("noted_by", sa.BigInteger(), nullable=True))
    op.drop_constraint(op.f("uq_sla_rules_agency_id_classification_effective_from"), "sla_rules", type_="unique")
    op.create_unique_constraint(
        op.f("uq_sla_rules_agency_id_classification_unit_id_effective_from"),
        "sla_rules",
        ["agency_id", "classification", "unit_id", "effective_from"],
        postgresql_nulls_not_distinct=True,
    )
    op.create_foreign_key(
        op.f("fk_sla_rules_agency_id_unit_id_units"),
        "sla_rules",
        "units",
        ["agency_id", "unit_id"],
        ["agency_id", "id"],
    )
    op.create_foreign_key(op.f("fk_sla_rules_noted_by_users"), "sla_rules", "users", ["noted_by"], ["id"])

    _other_words(STATUS_CHECKS, ("new", "verified", *STATUSES[1:]))
    _other_words(CLASSIFICATION_CHECKS, (*CLASSIFICATIONS, "public_information"))
    _other_words((("cases", "archivereason", "archive_reason"),), REASONS)
    _words("cases", "caseclock", "clock", CLOCKS)
    _words("case_events", "eventkind", "kind", EVENTS)
    _words("replies", "replykind", "kind", REPLIES)
    _carry_over()
    op.alter_column("cases", "clocks_start_at", nullable=False)
    op.alter_column("cases", "verify_due_at", nullable=False)
    for name, condition in CASE_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_cases_{name}"), "cases", condition)
    for name, condition in RULE_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_sla_rules_{name}"), "sla_rules", condition)


def downgrade() -> None:
    """Drop them again; what only the newer tables can say is said as nearly as the older ones can."""
    for name in RULE_CHECKS:
        op.drop_constraint(op.f(f"ck_sla_rules_{name}"), "sla_rules", type_="check")
    for name in CASE_CHECKS:
        op.drop_constraint(op.f(f"ck_cases_{name}"), "cases", type_="check")
    op.execute("UPDATE cases SET status = 'new' WHERE status = 'verified'")
    op.execute("UPDATE case_events SET to_status = 'new' WHERE to_status = 'verified'")
    op.execute("UPDATE case_events SET from_status = 'new' WHERE from_status = 'verified'")
    op.execute("UPDATE cases SET classification = 'information_request' WHERE classification = 'public_information'")
    op.execute("UPDATE cases SET archive_reason = 'withdrawn' WHERE status = 'archived'")
    op.execute("DELETE FROM sla_rules WHERE unit_id IS NOT NULL OR classification = 'public_information'")
    _other_words(STATUS_CHECKS, STATUSES)
    _other_words(CLASSIFICATION_CHECKS, CLASSIFICATIONS)
    _other_words((("cases", "archivereason", "archive_reason"),), REASONS[:1])
    # Older code reads each message of an officer as an answer.
    op.execute("DELETE FROM replies WHERE kind <> 'answer'")

    op.drop_constraint(op.f("fk_sla_rules_noted_by_users"), "sla_rules", type_="foreignkey")
    op.drop_constraint(op.f("fk_sla_rules_agency_id_unit_id_units"), "sla_rules", type_="foreignkey")
    op.drop_constraint(
        op.f("uq_sla_rules_agency_id_classification_unit_id_effective_from"), "sla_rules", type_="unique"
    )
    op.create_unique_constraint(
        op.f("uq_sla_rules_agency_id_classification_effective_from"),
        "sla_rules",
        ["agency_id", "classification", "effective_from"],
        postgresql_nulls_not_distinct=False,
    )
    op.drop_column("sla_rules", "noted_by")
    op.drop_column("sla_rules", "objection_working_days")
    op.drop_column("sla_rules", "extension_working_days")
    op.drop_column("sla_rules", "complete_days")
    op.drop_column("sla_rules", "unit_id")
    op.drop_constraint(op.f("fk_replies_agency_id_bulk_id_bulk_acts"), "replies", type_="foreignkey")
    op.drop_column("replies", "bulk_id")
    op.drop_column("replies", "kind")
    op.drop_column("messages", "delivered_at")
    op.drop_column("holidays", "is_struck")
    op.drop_constraint(op.f("fk_cases_agency_id_duplicate_of_cases"), "cases", type_="foreignkey")
    op.drop_constraint(op.f("fk_cases_answered_by_users"), "cases", type_="foreignkey")
    op.drop_index("ix_cases_held_until", table_name="cases", postgresql_where=sa.text("status = 'on_hold'"))
    op.drop_index(
        "ix_cases_escalate",
        table_name="cases",
        postgresql_where=sa.text("status IN ('new', 'verified', 'in_progress')"),
    )
    op.drop_index("ix_cases_duplicate_of", table_name="cases", postgresql_where=sa.text("duplicate_of IS NOT NULL"))
    op.drop_index("ix_cases_assigned_to", table_name="cases", postgresql_where=sa.text("assigned_to IS NOT NULL"))
    op.drop_index(
        "ix_cases_unit_open", table_name="cases", postgresql_where=sa.text("status NOT IN ('closed', 'archived')")
    )
    op.create_index(
        op.f("ix_cases_unit_open"),
        "cases",
        ["agency_id", "unit_id", "reply_due_at"],
        unique=False,
        postgresql_where=sa.text("status NOT IN ('closed', 'archived')"),
    )
    op.drop_column("cases", "duplicate_of")
    op.drop_column("cases", "answered_by")
    op.drop_column("cases", "held_until")
    op.drop_column("cases", "inspected_since")
    op.drop_column("cases", "escalate_at")
    op.drop_column("cases", "escalation_step")
    op.drop_column("cases", "due_at")
    op.drop_column("cases", "clock")
    op.drop_column("cases", "extended_at")
    op.drop_column("cases", "reply_met_at")
    op.drop_column("cases", "verified_at")
    op.drop_column("cases", "verify_due_at")
    op.drop_column("cases", "clocks_start_at")
    op.drop_column("case_events", "detail")
    op.drop_column("case_events", "kind")
    op.drop_table("referrals")
    op.drop_index("ix_proofs_case_id", table_name="proofs")
    op.drop_table("proofs")
    op.drop_table("escalations")
    op.drop_index(
        "uq_dispute_reviews_one_open",
        table_name="dispute_reviews",
        postgresql_where=sa.text("verdict IS NULL AND lapsed_at IS NULL"),
    )
    op.drop_index("ix_dispute_reviews_case_id", table_name="dispute_reviews")
    op.drop_table("dispute_reviews")
    op.drop_index("ix_deadline_changes_case_id", table_name="deadline_changes")
    op.drop_table("deadline_changes")
    op.drop_index("ix_case_words_document", table_name="case_words", postgresql_using="gin")
    op.drop_table("case_words")
    op.drop_index("uq_case_pauses_one_open", table_name="case_pauses", postgresql_where=sa.text("ends_at IS NULL"))
    op.drop_index("ix_case_pauses_case_id", table_name="case_pauses")
    op.drop_table("case_pauses")
    op.drop_index("ix_case_notes_case_id", table_name="case_notes")
    op.drop_table("case_notes")
    op.drop_table("bulk_items")
    op.drop_index("ix_label_corrections_submission_id", table_name="label_corrections")
    op.drop_table("label_corrections")
    op.drop_table("working_hours")
    op.drop_index(
        "uq_reply_templates_name",
        table_name="reply_templates",
        postgresql_where=sa.text("removed_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_table("reply_templates")
    op.drop_table("staff_settings")
    op.drop_table("staff_rounds")
    op.drop_index("uq_saved_views_name", table_name="saved_views")
    op.drop_table("saved_views")
    op.drop_table("bulk_acts")
