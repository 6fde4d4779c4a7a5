"""Add what citizens need: attachments, contacts, messages, followers, publications, releases, counters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002_citizens"
down_revision = "0001_rooms"
branch_labels = None
depends_on = None

CHANNEL_TABLES = ("submissions", "daily_measures", "daily_topics", "contributions")


def _channels(words: str) -> None:
    for table in CHANNEL_TABLES:
        op.drop_constraint(op.f(f"ck_{table}_channel"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_channel"), table, f"channel IN ({words})")


def upgrade() -> None:
    """Create the tables and columns of the second part."""
    op.create_table(
        "anomalies",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "open",
                "kiosk",
                "token",
                "imported",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "burst",
                "one_network",
                "automatic",
                name="anomalykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("network_mark", sa.LargeBinary(), nullable=True),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("detected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "quarantined", "cleared", name="anomalystate", native_enum=False, create_constraint=True, length=40
            ),
            server_default=sa.text("'quarantined'"),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'cleared') = (decided_at IS NOT NULL)", name=op.f("ck_anomalies_cleared_has_moment")
        ),
        sa.CheckConstraint("state <> 'cleared' OR reason IS NOT NULL", name=op.f("ck_anomalies_cleared_has_reason")),
        sa.CheckConstraint("ends_at >= starts_at", name=op.f("ck_anomalies_ends_after_start")),
        sa.CheckConstraint("n > 0 AND expected >= 0", name=op.f("ck_anomalies_counts")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["units.agency_id", "units.id"], name=op.f("fk_anomalies_agency_id_unit_id_units")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_anomalies_decided_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_anomalies")),
    )
    op.create_index("ix_anomalies_unit_id", "anomalies", ["agency_id", "unit_id", "channel", "starts_at"], unique=False)
    op.create_table(
        "counter_keys",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tokens_a_day", sa.BigInteger(), server_default=sa.text("2000"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(key_hash) = 32", name=op.f("ck_counter_keys_hash_length")),
        sa.CheckConstraint("tokens_a_day > 0", name=op.f("ck_counter_keys_budget_positive")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_counter_keys_agency_id_unit_id_units"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_counter_keys_created_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_counter_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_counter_keys_key_hash")),
    )
    op.create_table(
        "releases",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                "visits",
                "open",
                "voices",
                "handling",
                name="releasesubject",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("ck_releases_count_positive")),
        sa.CheckConstraint("released_at >= as_of", name=op.f("ck_releases_released_after_counting")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["units.agency_id", "units.id"], name=op.f("fk_releases_agency_id_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_releases")),
        sa.UniqueConstraint("agency_id", "unit_id", "year", "subject", "as_of", name="uq_releases_epoch"),
    )
    op.create_table(
        "visit_counts",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("transactions", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("counter_key_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("transactions >= 0", name=op.f("ck_visit_counts_transactions_range")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_visit_counts_service_of_the_unit",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_visit_counts_agency_id_unit_id_units"),
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_visit_counts_recorded_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_visit_counts")),
        sa.UniqueConstraint(
            "agency_id", "unit_id", "day", "service_id", name="uq_visit_counts_cell", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "wall_codes",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("hangs_at", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(code) = 10", name=op.f("ck_wall_codes_code_length")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_wall_codes_service_of_the_unit",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_wall_codes_agency_id_unit_id_units"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_wall_codes_created_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_wall_codes")),
        sa.UniqueConstraint("code", name=op.f("uq_wall_codes_code")),
    )
    op.create_table(
        "attachments",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
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
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'photo') = (width IS NOT NULL AND height IS NOT NULL)", name=op.f("ck_attachments_photo_has_size")
        ),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_attachments_hash_length")),
        sa.CheckConstraint("size_bytes BETWEEN 1 AND 10485760", name=op.f("ck_attachments_size_range")),
        sa.ForeignKeyConstraint(
            ["agency_id", "submission_id"],
            ["submissions.agency_id", "submissions.id"],
            name=op.f("fk_attachments_agency_id_submission_id_submissions"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_attachments_storage_key")),
    )
    op.create_index("ix_attachments_submission_id", "attachments", ["agency_id", "submission_id"], unique=False)
    op.create_table(
        "subject_requests",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("access", "erasure", name="requestkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("done", "refused", name="request_outcome", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "due_at = requested_at + interval '72 hours'", name=op.f("ck_subject_requests_three_times_24_hours")
        ),
        sa.CheckConstraint(
            "outcome IS DISTINCT FROM 'refused' OR reason IS NOT NULL",
            name=op.f("ck_subject_requests_refusal_has_reason"),
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (settled_at IS NULL)", name=op.f("ck_subject_requests_settled_has_moment")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "submission_id"],
            ["submissions.agency_id", "submissions.id"],
            name=op.f("fk_subject_requests_agency_id_submission_id_submissions"),
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["users.id"], name=op.f("fk_subject_requests_settled_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_subject_requests")),
    )
    op.create_index(
        "ix_subject_requests_open",
        "subject_requests",
        ["agency_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_index(
        "ix_subject_requests_submission_id", "subject_requests", ["agency_id", "submission_id"], unique=False
    )
    op.create_table(
        "case_followers",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("tracking_hash", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("redacted_text", sa.Text(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(text) BETWEEN 1 AND 2000", name=op.f("ck_case_followers_text_length")),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["cases.agency_id", "cases.id"],
            name=op.f("fk_case_followers_agency_id_case_id_cases"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_case_followers")),
        sa.UniqueConstraint("tracking_hash", "agency_id", name="uq_case_followers_tracking_hash"),
    )
    op.create_index("ix_case_followers_case_id", "case_followers", ["agency_id", "case_id"], unique=False)
    op.create_table(
        "citizen_messages",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("redacted_text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(text) BETWEEN 3 AND 2000", name=op.f("ck_citizen_messages_text_length")),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["cases.agency_id", "cases.id"],
            name=op.f("fk_citizen_messages_agency_id_case_id_cases"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_citizen_messages")),
    )
    op.create_index("ix_citizen_messages_case_id", "citizen_messages", ["agency_id", "case_id"], unique=False)
    op.create_table(
        "improvements",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum("planned", "made", name="improvementstage", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(stage = 'made') = (made_at IS NOT NULL)", name=op.f("ck_improvements_made_has_moment")),
        sa.CheckConstraint("char_length(text) BETWEEN 10 AND 500", name=op.f("ck_improvements_text_length")),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["cases.agency_id", "cases.id"],
            name=op.f("fk_improvements_agency_id_case_id_cases"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_improvements_agency_id_unit_id_units"),
        ),
        sa.ForeignKeyConstraint(["noted_by"], ["users.id"], name=op.f("fk_improvements_noted_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_improvements")),
    )
    op.create_index("ix_improvements_unit_id", "improvements", ["agency_id", "unit_id"], unique=False)
    op.create_table(
        "publications",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("char_length(reply) BETWEEN 10 AND 4000", name=op.f("ck_publications_reply_length")),
        sa.CheckConstraint("char_length(text) BETWEEN 10 AND 4000", name=op.f("ck_publications_text_length")),
        sa.CheckConstraint("withdrawn_at >= published_at", name=op.f("ck_publications_withdrawn_after")),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["cases.agency_id", "cases.id"],
            name=op.f("fk_publications_agency_id_case_id_cases"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_publications_agency_id_unit_id_units"),
        ),
        sa.ForeignKeyConstraint(["published_by"], ["users.id"], name=op.f("fk_publications_published_by_users")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["users.id"], name=op.f("fk_publications_withdrawn_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_publications")),
    )
    op.create_index(
        "ix_publications_unit_id_published_at", "publications", ["agency_id", "unit_id", "published_at"], unique=False
    )
    op.create_index(
        "uq_publications_one_at_a_time",
        "publications",
        ["agency_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "contacts",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column("follower_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("email", "whatsapp", name="contactkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unsubscribed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(submission_id IS NULL) <> (follower_id IS NULL)", name=op.f("ck_contacts_of_one_of_both")),
        sa.CheckConstraint("octet_length(fingerprint) = 32", name=op.f("ck_contacts_fingerprint_length")),
        sa.ForeignKeyConstraint(
            ["agency_id", "follower_id"],
            ["case_followers.agency_id", "case_followers.id"],
            name=op.f("fk_contacts_agency_id_follower_id_case_followers"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "submission_id"],
            ["submissions.agency_id", "submissions.id"],
            name=op.f("fk_contacts_agency_id_submission_id_submissions"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("agency_id", "follower_id", name=op.f("uq_contacts_agency_id_follower_id")),
        sa.UniqueConstraint("agency_id", "submission_id", name=op.f("uq_contacts_agency_id_submission_id")),
    )
    op.create_index("ix_contacts_fingerprint", "contacts", ["fingerprint"], unique=False)
    op.create_table(
        "messages",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column(
            "params", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("language", sa.Text(), server_default=sa.text("'id'"), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending", "sent", "dead", name="messagestate", native_enum=False, create_constraint=True, length=40
            ),
            server_default=sa.text("'pending'"),
            nullable=False,
        ),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_messages_sent_has_moment")),
        sa.CheckConstraint("(contact_id IS NULL) <> (user_id IS NULL)", name=op.f("ck_messages_to_one_of_both")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_messages_attempts_range")),
        sa.ForeignKeyConstraint(
            ["agency_id", "contact_id"],
            ["contacts.agency_id", "contacts.id"],
            name=op.f("fk_messages_agency_id_contact_id_contacts"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_messages_agency_id_agencies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_messages_user_id_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_messages")),
        sa.UniqueConstraint("agency_id", "dedupe_key", name=op.f("uq_messages_agency_id_dedupe_key")),
    )
    op.create_index(
        "ix_messages_pending", "messages", ["next_try_at"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.add_column("agencies", sa.Column("reception_unit_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_agencies_reception_unit", "agencies", "units", ["id", "reception_unit_id"], ["agency_id", "id"]
    )
    op.add_column(
        "cases",
        sa.Column(
            "archive_reason",
            sa.Enum("withdrawn", name="archivereason", native_enum=False, create_constraint=False, length=40),
            nullable=True,
        ),
    )
    op.add_column(
        "submissions", sa.Column("unit_is_unknown", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "submissions", sa.Column("signals", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column("submissions", sa.Column("network_mark", sa.LargeBinary(), nullable=True))
    op.add_column("submissions", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_submissions_received_at_marked",
        "submissions",
        ["agency_id", "received_at"],
        unique=False,
        postgresql_where=sa.text("network_mark IS NOT NULL"),
    )
    op.add_column("visit_tokens", sa.Column("counter_key_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_visit_tokens_unit_id_visited_on", "visit_tokens", ["agency_id", "unit_id", "visited_on"], unique=False
    )
    op.create_foreign_key(
        op.f("fk_visit_tokens_agency_id_counter_key_id_counter_keys"),
        "visit_tokens",
        "counter_keys",
        ["agency_id", "counter_key_id"],
        ["agency_id", "id"],
    )

    _channels("'open', 'kiosk', 'token', 'imported'")
    op.create_check_constraint(op.f("ck_cases_archivereason"), "cases", "archive_reason IN ('withdrawn')")
    op.execute("UPDATE cases SET archive_reason = 'withdrawn' WHERE status = 'archived'")
    op.create_check_constraint(
        op.f("ck_cases_archived_has_reason"), "cases", "(status = 'archived') = (archive_reason IS NOT NULL)"
    )
    op.create_check_constraint(
        op.f("ck_submissions_known_signals"), "submissions", "signals <@ ARRAY['honeypot', 'too_fast']::text[]"
    )
    op.create_check_constraint(
        op.f("ck_submissions_ratings_know_their_unit"), "submissions", "NOT unit_is_unknown OR rating IS NULL"
    )


def downgrade() -> None:
    """Drop them again, last ones first."""
    op.drop_constraint(op.f("ck_submissions_ratings_know_their_unit"), "submissions", type_="check")
    op.drop_constraint(op.f("ck_submissions_known_signals"), "submissions", type_="check")
    op.drop_constraint(op.f("ck_cases_archived_has_reason"), "cases", type_="check")
    op.drop_constraint(op.f("ck_cases_archivereason"), "cases", type_="check")
    # What came through a kiosk came without a proven visit; the older tables know that as "open".
    op.execute("UPDATE submissions SET channel = 'open' WHERE channel = 'kiosk'")
    for table in ("daily_measures", "daily_topics", "contributions"):
        op.execute(f"DELETE FROM {table} WHERE channel = 'kiosk'")  # noqa: S608 - names of this migration
    _channels("'open', 'token', 'imported'")
    op.drop_constraint(
        op.f("fk_visit_tokens_agency_id_counter_key_id_counter_keys"), "visit_tokens", type_="foreignkey"
    )
    op.drop_index("ix_visit_tokens_unit_id_visited_on", table_name="visit_tokens")
    op.drop_column("visit_tokens", "counter_key_id")
    op.drop_index(
        "ix_submissions_received_at_marked",
        table_name="submissions",
        postgresql_where=sa.text("network_mark IS NOT NULL"),
    )
    op.drop_column("submissions", "erased_at")
    op.drop_column("submissions", "network_mark")
    op.drop_column("submissions", "signals")
    op.drop_column("submissions", "unit_is_unknown")
    op.drop_column("cases", "archive_reason")
    op.drop_constraint("fk_agencies_reception_unit", "agencies", type_="foreignkey")
    op.drop_column("agencies", "reception_unit_id")
    op.drop_index("ix_messages_pending", table_name="messages", postgresql_where=sa.text("state = 'pending'"))
    op.drop_table("messages")
    op.drop_index("ix_contacts_fingerprint", table_name="contacts")
    op.drop_table("contacts")
    op.drop_index(
        "uq_publications_one_at_a_time", table_name="publications", postgresql_where=sa.text("withdrawn_at IS NULL")
    )
    op.drop_index("ix_publications_unit_id_published_at", table_name="publications")
    op.drop_table("publications")
    op.drop_index("ix_improvements_unit_id", table_name="improvements")
    op.drop_table("improvements")
    op.drop_index("ix_citizen_messages_case_id", table_name="citizen_messages")
    op.drop_table("citizen_messages")
    op.drop_index("ix_case_followers_case_id", table_name="case_followers")
    op.drop_table("case_followers")
    op.drop_index("ix_subject_requests_submission_id", table_name="subject_requests")
    op.drop_index(
        "ix_subject_requests_open", table_name="subject_requests", postgresql_where=sa.text("outcome IS NULL")
    )
    op.drop_table("subject_requests")
    op.drop_index("ix_attachments_submission_id", table_name="attachments")
    op.drop_table("attachments")
    op.drop_table("wall_codes")
    op.drop_table("visit_counts")
    op.drop_table("releases")
    op.drop_table("counter_keys")
    op.drop_index("ix_anomalies_unit_id", table_name="anomalies")
    op.drop_table("anomalies")
