"""Lay out the rooms: agencies to scores."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_rooms"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table of the first part."""
    op.create_table(
        "agencies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column(
            "workdays", postgresql.ARRAY(sa.SmallInteger()), server_default=sa.text("'{0,1,2,3,4}'"), nullable=False
        ),
        sa.Column("opens", sa.Time(), server_default=sa.text("'07:30'"), nullable=False),
        sa.Column("closes", sa.Time(), server_default=sa.text("'16:00'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_agencies_code_form")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
        sa.UniqueConstraint("code", name=op.f("uq_agencies_code")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("fs_uniquifier", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position('@' in email) > 1", name=op.f("ck_users_email_form")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_users_fs_uniquifier")),
    )
    op.create_index("uq_users_email_lower", "users", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "audit_events",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actor_kind",
            sa.Enum(
                "user", "citizen", "system", name="actorkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "detail", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.CheckConstraint("(actor_kind = 'user') = (actor_id IS NOT NULL)", name=op.f("ck_audit_events_user_has_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_audit_events_agency_id_agencies")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_audit_events")),
    )
    op.create_index(
        "ix_audit_events_subject", "audit_events", ["agency_id", "subject_type", "subject_id"], unique=False
    )
    op.create_table(
        "cycles",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "monthly",
                "quarterly",
                "semester",
                "annual",
                name="cyclekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("open", "computed", name="cyclestatus", native_enum=False, create_constraint=True, length=40),
            server_default=sa.text("'open'"),
            nullable=False,
        ),
        sa.Column("method_version", sa.Text(), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("input_hash", sa.Text(), nullable=True),
        sa.Column("tau2", sa.Double(), nullable=True),
        sa.Column("sigma2", sa.Double(), nullable=True),
        sa.Column("delta", sa.Double(), nullable=True),
        sa.Column("overall_baseline", sa.Double(), nullable=True),
        sa.Column("opened_by", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'computed') = (computed_at IS NOT NULL)", name=op.f("ck_cycles_computed_has_moment")
        ),
        sa.CheckConstraint("(computed_at IS NULL) = (input_hash IS NULL)", name=op.f("ck_cycles_computed_has_hash")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_cycles_ends_after_start")),
        sa.CheckConstraint("tau2 >= 0 AND sigma2 >= 0 AND delta >= 0", name=op.f("ck_cycles_variances_positive")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_cycles_agency_id_agencies")),
        sa.ForeignKeyConstraint(["opened_by"], ["users.id"], name=op.f("fk_cycles_opened_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_cycles")),
        sa.UniqueConstraint("agency_id", "name", name=op.f("uq_cycles_agency_id_name")),
    )
    op.create_table(
        "employees",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("nip", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "nip ~ '^(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])(19|20)[0-9]{2}(0[1-9]|1[0-2]|2[0-9])[12](00[1-9]|0[1-9][0-9]|[1-9][0-9]{2})$'",
            name=op.f("ck_employees_nip_form"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_employees_agency_id_agencies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_employees_user_id_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_employees")),
        sa.UniqueConstraint("agency_id", "nip", name=op.f("uq_employees_agency_id_nip")),
        sa.UniqueConstraint("agency_id", "user_id", name=op.f("uq_employees_agency_id_user_id")),
    )
    op.create_table(
        "holidays",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_holidays_agency_id_agencies")),
        sa.PrimaryKeyConstraint("agency_id", "on_date", name=op.f("pk_holidays")),
    )
    op.create_table(
        "imports",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("options_sha256", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("staging", "published", name="importstate", native_enum=False, create_constraint=True, length=40),
            server_default=sa.text("'staging'"),
            nullable=False,
        ),
        sa.Column("rows_read", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_rejected", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_duplicate", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows_published", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'published') = (finished_at IS NOT NULL)", name=op.f("ck_imports_published_is_finished")
        ),
        sa.CheckConstraint(
            "rows_read >= 0 AND rows_rejected >= 0 AND rows_duplicate >= 0", name=op.f("ck_imports_counts")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_imports_agency_id_agencies")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_imports")),
        sa.UniqueConstraint(
            "agency_id",
            "source",
            "file_sha256",
            "options_sha256",
            name=op.f("uq_imports_agency_id_source_file_sha256_options_sha256"),
        ),
    )
    op.create_table(
        "sla_rules",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "classification",
            sa.Enum(
                "information_request",
                "no_oversight",
                "oversight",
                "aspiration",
                name="classification",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("verify_working_days", sa.SmallInteger(), nullable=False),
        sa.Column("reply_working_days", sa.SmallInteger(), nullable=False),
        sa.Column("resolve_working_days", sa.SmallInteger(), nullable=True),
        sa.Column("close_after_silence_working_days", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("close_after_silence_working_days > 0", name=op.f("ck_sla_rules_silence_positive")),
        sa.CheckConstraint("verify_working_days > 0 AND reply_working_days > 0", name=op.f("ck_sla_rules_positive")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_sla_rules_agency_id_agencies")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_sla_rules")),
        sa.UniqueConstraint(
            "agency_id",
            "classification",
            "effective_from",
            name=op.f("uq_sla_rules_agency_id_classification_effective_from"),
        ),
    )
    op.create_table(
        "units",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_units_code_form")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_units_agency_id_agencies")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_units")),
        sa.UniqueConstraint("agency_id", "code", name=op.f("uq_units_agency_id_code")),
    )
    op.create_table(
        "import_rows",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "rating",
                "complaint",
                "aspiration",
                "information_request",
                "praise",
                "unspecified",
                name="submissionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("wants_reply", sa.Boolean(), nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "import_id"],
            ["imports.agency_id", "imports.id"],
            name=op.f("fk_import_rows_agency_id_import_id_imports"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "import_id", "row_number", name=op.f("pk_import_rows")),
    )
    op.create_table(
        "role_grants",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "officer",
                "unit_head",
                "evaluator",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_role_grants_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_role_grants_agency_id_unit_id_units"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_role_grants_agency_id_agencies")),
        sa.ForeignKeyConstraint(["granted_by"], ["users.id"], name=op.f("fk_role_grants_granted_by_users")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_role_grants_user_id_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_role_grants")),
        sa.UniqueConstraint(
            "agency_id",
            "user_id",
            "role",
            "unit_id",
            "starts_on",
            name=op.f("uq_role_grants_agency_id_user_id_role_unit_id_starts_on"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_role_grants_user_id", "role_grants", ["user_id"], unique=False)
    op.create_table(
        "scores",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_id", sa.BigInteger(), nullable=False),
        sa.Column("employee_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("n_effective", sa.Double(), nullable=False),
        sa.Column("own_share", sa.Double(), nullable=False),
        sa.Column("n_beside", sa.BigInteger(), nullable=False),
        sa.Column("mean_residual", sa.Double(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("standard_error", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("reliability", sa.Double(), nullable=False),
        sa.Column(
            "band",
            sa.Enum(
                "above",
                "as_expected",
                "below",
                "insufficient",
                name="band",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "band = 'insufficient' OR n_effective >= 30", name=op.f("ck_scores_no_band_from_small_numbers")
        ),
        sa.CheckConstraint("low <= score AND score <= high", name=op.f("ck_scores_interval_holds_score")),
        sa.CheckConstraint("n_effective >= 0 AND n >= 0 AND n_beside >= 0", name=op.f("ck_scores_counts_positive")),
        sa.CheckConstraint("own_share BETWEEN 0 AND 1", name=op.f("ck_scores_own_share_range")),
        sa.CheckConstraint("reliability BETWEEN 0 AND 1", name=op.f("ck_scores_reliability_range")),
        sa.ForeignKeyConstraint(
            ["agency_id", "cycle_id"],
            ["cycles.agency_id", "cycles.id"],
            name=op.f("fk_scores_agency_id_cycle_id_cycles"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "employee_id"],
            ["employees.agency_id", "employees.id"],
            name=op.f("fk_scores_agency_id_employee_id_employees"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "cycle_id", "employee_id", name=op.f("pk_scores")),
    )
    op.create_table(
        "services",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_services_code_form")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["units.agency_id", "units.id"], name=op.f("fk_services_agency_id_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_services")),
        sa.UniqueConstraint("agency_id", "unit_id", "code", name=op.f("uq_services_agency_id_unit_id_code")),
        sa.UniqueConstraint("agency_id", "unit_id", "id", name=op.f("uq_services_agency_id_unit_id_id")),
    )
    op.create_table(
        "unit_versions",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "department",
                "district",
                "subdistrict",
                "health_centre",
                "hospital",
                "inspectorate",
                "section",
                name="unitkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.literal_column("int8range(agency_id, agency_id, '[]')"), "&&"),
            (sa.literal_column("int8range(unit_id, unit_id, '[]')"), "&&"),
            (sa.literal_column("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_unit_versions_one_at_a_time",
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_unit_versions_ends_after_start")),
        sa.CheckConstraint("parent_id <> unit_id", name=op.f("ck_unit_versions_not_own_parent")),
        sa.ForeignKeyConstraint(
            ["agency_id", "parent_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_unit_versions_agency_id_parent_id_units"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_unit_versions_agency_id_unit_id_units"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_unit_versions")),
    )
    op.create_index("ix_unit_versions_parent_id", "unit_versions", ["agency_id", "parent_id"], unique=False)
    op.create_table(
        "assignments",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("employee_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("is_head", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "definitive",
                "acting_vacant",
                "acting_absent",
                "additional",
                name="assignmentkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("share", sa.Numeric(precision=5, scale=4), server_default=sa.text("1"), nullable=False),
        sa.Column("decree_number", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.literal_column("int8range(agency_id, agency_id, '[]')"), "&&"),
            (sa.literal_column("int8range(employee_id, employee_id, '[]')"), "&&"),
            (sa.literal_column("daterange(starts_on, ends_on, '[]')"), "&&"),
            where=sa.text("kind = 'definitive'"),
            using="gist",
            name="ex_assignments_one_definitive_post",
        ),
        postgresql.ExcludeConstraint(
            (sa.literal_column("int8range(agency_id, agency_id, '[]')"), "&&"),
            (sa.literal_column("int8range(employee_id, employee_id, '[]')"), "&&"),
            (sa.literal_column("int8range(unit_id, unit_id, '[]')"), "&&"),
            (sa.literal_column("int8range(coalesce(service_id, 0), coalesce(service_id, 0), '[]')"), "&&"),
            (sa.literal_column("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_assignments_not_twice_the_same",
        ),
        postgresql.ExcludeConstraint(
            (sa.literal_column("int8range(agency_id, agency_id, '[]')"), "&&"),
            (sa.literal_column("int8range(unit_id, unit_id, '[]')"), "&&"),
            (sa.literal_column("daterange(starts_on, ends_on, '[]')"), "&&"),
            where=sa.text("is_head AND kind IN ('definitive', 'acting_vacant')"),
            using="gist",
            name="ex_assignments_definitive_or_vacant_head",
        ),
        postgresql.ExcludeConstraint(
            (sa.literal_column("int8range(agency_id, agency_id, '[]')"), "&&"),
            (sa.literal_column("int8range(unit_id, unit_id, '[]')"), "&&"),
            (sa.literal_column("daterange(starts_on, ends_on, '[]')"), "&&"),
            where=sa.text("kind IN ('acting_vacant', 'acting_absent')"),
            using="gist",
            name="ex_assignments_one_acting_head",
        ),
        sa.CheckConstraint(
            "kind NOT IN ('acting_vacant', 'acting_absent') OR is_head", name=op.f("ck_assignments_acting_is_head")
        ),
        sa.CheckConstraint("NOT is_head OR service_id IS NULL", name=op.f("ck_assignments_head_of_whole_unit")),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_assignments_ends_after_start")),
        sa.CheckConstraint("share >= 0 AND share <= 1", name=op.f("ck_assignments_share_range")),
        sa.ForeignKeyConstraint(
            ["agency_id", "employee_id"],
            ["employees.agency_id", "employees.id"],
            name=op.f("fk_assignments_agency_id_employee_id_employees"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_assignments_service_of_the_unit",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_assignments_agency_id_unit_id_units"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_assignments")),
    )
    op.create_index(
        "ix_assignments_unit_id_starts_on", "assignments", ["agency_id", "unit_id", "starts_on"], unique=False
    )
    op.create_table(
        "daily_measures",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("open", "token", "imported", name="channel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("total_squares", sa.BigInteger(), nullable=False),
        sa.Column("n1", sa.BigInteger(), nullable=False),
        sa.Column("n2", sa.BigInteger(), nullable=False),
        sa.Column("n3", sa.BigInteger(), nullable=False),
        sa.Column("n4", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("n = n1 + n2 + n3 + n4", name=op.f("ck_daily_measures_counts_add_up")),
        sa.CheckConstraint(
            "n1 >= 0 AND n2 >= 0 AND n3 >= 0 AND n4 >= 0 AND n > 0", name=op.f("ck_daily_measures_counts_positive")
        ),
        sa.CheckConstraint("total = n1 + 2 * n2 + 3 * n3 + 4 * n4", name=op.f("ck_daily_measures_total_adds_up")),
        sa.CheckConstraint(
            "total_squares = n1 + 4 * n2 + 9 * n3 + 16 * n4", name=op.f("ck_daily_measures_squares_add_up")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_daily_measures_service_of_the_unit",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_daily_measures_agency_id_unit_id_units"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_daily_measures")),
        sa.UniqueConstraint(
            "agency_id",
            "unit_id",
            "day",
            "channel",
            "element",
            "service_id",
            name="uq_daily_measures_cell",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "daily_topics",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("open", "token", "imported", name="channel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "complaint",
                "aspiration",
                "information_request",
                "praise",
                "spam",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "sentiment",
            sa.Enum(
                "negative",
                "neutral",
                "positive",
                name="sentiment",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "aspect",
            sa.Enum(
                "requirements",
                "procedure",
                "delay",
                "queue_hours",
                "not_served",
                "fee",
                "illegal_levy",
                "product_error",
                "competence",
                "conduct",
                "discrimination",
                "abuse_of_power",
                "facilities",
                "accessibility",
                "online_system",
                "information",
                "complaint_handling",
                "data_privacy",
                "other",
                name="aspect",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("ck_daily_topics_count_positive")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_daily_topics_service_of_the_unit",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_daily_topics_agency_id_unit_id_units"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_daily_topics")),
        sa.UniqueConstraint(
            "agency_id",
            "unit_id",
            "day",
            "channel",
            "service_id",
            "kind",
            "sentiment",
            "aspect",
            name="uq_daily_topics_cell",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "visit_tokens",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_visit_tokens_expires_after_issue")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_visit_tokens_hash_length")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_visit_tokens_service_of_the_unit",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_visit_tokens_agency_id_unit_id_units"),
        ),
        sa.ForeignKeyConstraint(["issued_by"], ["users.id"], name=op.f("fk_visit_tokens_issued_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "token_hash", name=op.f("pk_visit_tokens")),
        sa.UniqueConstraint(
            "agency_id", "token_hash", "unit_id", name=op.f("uq_visit_tokens_agency_id_token_hash_unit_id")
        ),
    )
    op.create_table(
        "contributions",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("cycle_id", sa.BigInteger(), nullable=False),
        sa.Column("employee_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("open", "token", "imported", name="channel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("total_squares", sa.BigInteger(), nullable=False),
        sa.Column("baseline", sa.Double(), nullable=True),
        sa.Column(
            "exclusion",
            sa.Enum("no_proof_of_visit", name="exclusion", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(channel = 'token') = (exclusion IS NULL)", name=op.f("ck_contributions_only_proven_visits_count")
        ),
        sa.CheckConstraint(
            "(exclusion IS NULL) = (baseline IS NOT NULL)", name=op.f("ck_contributions_counted_has_baseline")
        ),
        sa.CheckConstraint("n > 0", name=op.f("ck_contributions_count_positive")),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("ck_contributions_share_range")),
        sa.ForeignKeyConstraint(
            ["agency_id", "assignment_id"],
            ["assignments.agency_id", "assignments.id"],
            name=op.f("fk_contributions_agency_id_assignment_id_assignments"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "cycle_id"],
            ["cycles.agency_id", "cycles.id"],
            name=op.f("fk_contributions_agency_id_cycle_id_cycles"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "employee_id"],
            ["employees.agency_id", "employees.id"],
            name=op.f("fk_contributions_agency_id_employee_id_employees"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_contributions_service_of_the_unit",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_contributions_agency_id_unit_id_units"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_contributions")),
        sa.UniqueConstraint(
            "agency_id",
            "cycle_id",
            "assignment_id",
            "day",
            "channel",
            "service_id",
            name="uq_contributions_cell",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "ix_contributions_employee", "contributions", ["agency_id", "cycle_id", "employee_id"], unique=False
    )
    op.create_table(
        "submissions",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "rating",
                "complaint",
                "aspiration",
                "information_request",
                "praise",
                "unspecified",
                name="submissionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum("open", "token", "imported", name="channel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("wants_reply", sa.Boolean(), nullable=True),
        sa.Column("is_anonymous", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_confidential", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tracking_hash", sa.LargeBinary(), nullable=True),
        sa.Column("visit_token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column(
            "analysis",
            sa.Enum(
                "pending",
                "done",
                "quarantined",
                name="analysisstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default=sa.text("'pending'"),
            nullable=False,
        ),
        sa.Column("analysis_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(analysis = 'quarantined') = (analysis_error IS NOT NULL)",
            name=op.f("ck_submissions_quarantine_has_reason"),
        ),
        sa.CheckConstraint(
            "(channel = 'imported') = (import_id IS NOT NULL)", name=op.f("ck_submissions_import_channel_has_import")
        ),
        sa.CheckConstraint(
            "(channel = 'token') = (visit_token_hash IS NOT NULL)", name=op.f("ck_submissions_token_channel_has_token")
        ),
        sa.CheckConstraint("kind <> 'rating' OR rating IS NOT NULL", name=op.f("ck_submissions_rating_is_rated")),
        sa.CheckConstraint(
            "kind NOT IN ('aspiration', 'complaint', 'information_request') OR (text IS NOT NULL AND (char_length(text) >= 10 OR channel = 'imported'))",
            name=op.f("ck_submissions_case_kinds_have_text"),
        ),
        sa.CheckConstraint(
            "reasons <@ ARRAY['clear_procedure', 'comfortable', 'competent', 'complicated', 'expensive', 'fair_fee', 'fast', 'friendly', 'not_competent', 'slow', 'uncomfortable', 'unfriendly']::text[]",
            name=op.f("ck_submissions_known_reasons"),
        ),
        sa.CheckConstraint("char_length(text) BETWEEN 1 AND 4000", name=op.f("ck_submissions_text_length")),
        sa.CheckConstraint("rating BETWEEN 1 AND 4", name=op.f("ck_submissions_rating_range")),
        sa.CheckConstraint("rating IS NOT NULL OR text IS NOT NULL", name=op.f("ck_submissions_says_something")),
        sa.ForeignKeyConstraint(
            ["agency_id", "import_id"],
            ["imports.agency_id", "imports.id"],
            name=op.f("fk_submissions_agency_id_import_id_imports"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_submissions_service_of_the_unit",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_submissions_agency_id_unit_id_units"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "visit_token_hash", "unit_id"],
            ["visit_tokens.agency_id", "visit_tokens.token_hash", "visit_tokens.unit_id"],
            name="fk_submissions_visit_token_of_the_unit",
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("tracking_hash", "agency_id", name="uq_submissions_tracking_hash"),
    )
    op.create_index(
        "ix_submissions_pending",
        "submissions",
        [sa.literal_column("(import_id IS NOT NULL)"), "received_at"],
        unique=False,
        postgresql_where=sa.text("analysis = 'pending'"),
    )
    op.create_index(
        "ix_submissions_unit_id_occurred_on", "submissions", ["agency_id", "unit_id", "occurred_on"], unique=False
    )
    op.create_index(
        "uq_submissions_import_row",
        "submissions",
        ["agency_id", "source", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index(
        "uq_submissions_visit_token_counts_once",
        "submissions",
        ["agency_id", "visit_token_hash"],
        unique=True,
        postgresql_where=sa.text("visit_token_hash IS NOT NULL"),
    )
    op.create_table(
        "cases",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "classification",
            sa.Enum(
                "information_request",
                "no_oversight",
                "oversight",
                "aspiration",
                name="classification",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("is_confidential", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "new",
                "in_progress",
                "answered",
                "closed",
                "on_hold",
                "archived",
                name="casestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default=sa.text("'new'"),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "confirmed",
                "partly",
                "disputed",
                "silent",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolve_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("silence_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_count", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("assigned_to", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'answered') = (silence_ends_at IS NOT NULL)", name=op.f("ck_cases_answer_starts_the_window")
        ),
        sa.CheckConstraint("(status = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_cases_closed_has_outcome")),
        sa.CheckConstraint(
            "(status IN ('closed', 'archived')) = (closed_at IS NOT NULL)", name=op.f("ck_cases_ended_has_moment")
        ),
        sa.CheckConstraint(
            "status NOT IN ('answered', 'closed') OR first_replied_at IS NOT NULL",
            name=op.f("ck_cases_no_end_without_a_reply"),
        ),
        sa.CheckConstraint("reopened_count >= 0", name=op.f("ck_cases_reopened_count_range")),
        sa.CheckConstraint(
            "unit_id IS NOT NULL OR is_confidential", name=op.f("ck_cases_only_allegations_wait_without_a_unit")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "submission_id"],
            ["submissions.agency_id", "submissions.id"],
            name=op.f("fk_cases_agency_id_submission_id_submissions"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["units.agency_id", "units.id"], name=op.f("fk_cases_agency_id_unit_id_units")
        ),
        sa.ForeignKeyConstraint(["assigned_to"], ["users.id"], name=op.f("fk_cases_assigned_to_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_cases")),
        sa.UniqueConstraint("agency_id", "submission_id", name="uq_cases_one_per_submission"),
    )
    op.create_index(
        "ix_cases_silence", "cases", ["silence_ends_at"], unique=False, postgresql_where=sa.text("status = 'answered'")
    )
    op.create_index("ix_cases_unit_id_status", "cases", ["agency_id", "unit_id", "status"], unique=False)
    op.create_index(
        "ix_cases_unit_open",
        "cases",
        ["agency_id", "unit_id", "reply_due_at"],
        unique=False,
        postgresql_where=sa.text("status NOT IN ('closed', 'archived')"),
    )
    op.create_table(
        "labels",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("redacted_text", sa.Text(), nullable=True),
        sa.Column("pii_kinds", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "complaint",
                "aspiration",
                "information_request",
                "praise",
                "spam",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("kind_confidence", sa.REAL(), nullable=False),
        sa.Column(
            "sentiment",
            sa.Enum(
                "negative",
                "neutral",
                "positive",
                name="sentiment",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("sentiment_confidence", sa.REAL(), nullable=False),
        sa.Column(
            "aspect",
            sa.Enum(
                "requirements",
                "procedure",
                "delay",
                "queue_hours",
                "not_served",
                "fee",
                "illegal_levy",
                "product_error",
                "competence",
                "conduct",
                "discrimination",
                "abuse_of_power",
                "facilities",
                "accessibility",
                "online_system",
                "information",
                "complaint_handling",
                "data_privacy",
                "other",
                name="aspect",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("aspect_confidence", sa.REAL(), nullable=False),
        sa.Column(
            "urgency",
            sa.Enum("normal", "high", "critical", name="urgency", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("urgency_confidence", sa.REAL(), nullable=False),
        sa.Column("urgency_source", sa.Text(), nullable=False),
        sa.Column("integrity", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("aspect_confidence BETWEEN 0 AND 1", name=op.f("ck_labels_aspect_confidence_range")),
        sa.CheckConstraint("kind_confidence BETWEEN 0 AND 1", name=op.f("ck_labels_kind_confidence_range")),
        sa.CheckConstraint("sentiment_confidence BETWEEN 0 AND 1", name=op.f("ck_labels_sentiment_confidence_range")),
        sa.CheckConstraint("urgency_confidence BETWEEN 0 AND 1", name=op.f("ck_labels_urgency_confidence_range")),
        sa.ForeignKeyConstraint(
            ["agency_id", "submission_id"],
            ["submissions.agency_id", "submissions.id"],
            name=op.f("fk_labels_agency_id_submission_id_submissions"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "submission_id", name=op.f("pk_labels")),
    )
    op.create_table(
        "case_events",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actor_kind",
            sa.Enum(
                "user", "citizen", "system", name="actorkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "from_status",
            sa.Enum(
                "new",
                "in_progress",
                "answered",
                "closed",
                "on_hold",
                "archived",
                name="from_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_status",
            sa.Enum(
                "new",
                "in_progress",
                "answered",
                "closed",
                "on_hold",
                "archived",
                name="casestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "confirmed",
                "partly",
                "disputed",
                "silent",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_case_events_actor_id_users")),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["cases.agency_id", "cases.id"],
            name=op.f("fk_case_events_agency_id_case_id_cases"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_case_events")),
    )
    op.create_index("ix_case_events_case_id", "case_events", ["agency_id", "case_id"], unique=False)
    op.create_table(
        "replies",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(text) BETWEEN 10 AND 4000", name=op.f("ck_replies_text_length")),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["cases.agency_id", "cases.id"], name=op.f("fk_replies_agency_id_case_id_cases")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_replies_author_id_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_replies")),
    )
    op.create_index("ix_replies_case_id", "replies", ["agency_id", "case_id"], unique=False)
    op.execute(
        """
        CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'audit_events is append-only';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
        FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
        """
    )


def downgrade() -> None:
    """Drop them again, last ones first."""
    op.execute("DROP TRIGGER audit_events_append_only ON audit_events")
    op.execute("DROP FUNCTION audit_is_append_only()")
    op.drop_index("ix_replies_case_id", table_name="replies")
    op.drop_table("replies")
    op.drop_index("ix_case_events_case_id", table_name="case_events")
    op.drop_table("case_events")
    op.drop_table("labels")
    op.drop_index(
        "ix_cases_unit_open", table_name="cases", postgresql_where=sa.text("status NOT IN ('closed', 'archived')")
    )
    op.drop_index("ix_cases_unit_id_status", table_name="cases")
    op.drop_index("ix_cases_silence", table_name="cases", postgresql_where=sa.text("status = 'answered'"))
    op.drop_table("cases")
    op.drop_index(
        "uq_submissions_visit_token_counts_once",
        table_name="submissions",
        postgresql_where=sa.text("visit_token_hash IS NOT NULL"),
    )
    op.drop_index(
        "uq_submissions_import_row", table_name="submissions", postgresql_where=sa.text("external_id IS NOT NULL")
    )
    op.drop_index("ix_submissions_unit_id_occurred_on", table_name="submissions")
    op.drop_index("ix_submissions_pending", table_name="submissions", postgresql_where=sa.text("analysis = 'pending'"))
    op.drop_table("submissions")
    op.drop_index("ix_contributions_employee", table_name="contributions")
    op.drop_table("contributions")
    op.drop_table("visit_tokens")
    op.drop_table("daily_topics")
    op.drop_table("daily_measures")
    op.drop_index("ix_assignments_unit_id_starts_on", table_name="assignments")
    op.drop_table("assignments")
    op.drop_index("ix_unit_versions_parent_id", table_name="unit_versions")
    op.drop_table("unit_versions")
    op.drop_table("services")
    op.drop_table("scores")
    op.drop_index("ix_role_grants_user_id", table_name="role_grants")
    op.drop_table("role_grants")
    op.drop_table("import_rows")
    op.drop_table("units")
    op.drop_table("sla_rules")
    op.drop_table("imports")
    op.drop_table("holidays")
    op.drop_table("employees")
    op.drop_table("cycles")
    op.drop_index("ix_audit_events_subject", table_name="audit_events")
    op.drop_table("audit_events")
    op.drop_index("uq_users_email_lower", table_name="users")
    op.drop_table("users")
    op.drop_table("agencies")
