"""People and posts dated twice, counters and rosters; cycles that are signed and frozen, contests and objections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_evaluation"
down_revision = "0009_learning"
branch_labels = None
depends_on = None

_ROLES = ("officer", "unit_head", "evaluator", "administrator")
_NEW_ROLES = ("personnel", "reviewer", "superior", "employee")
_BANDS = ("above", "as_expected", "below", "insufficient")
_STATES = ("draft", "computed", "right_of_reply", "reviewed", "signed", "frozen")
_EXCLUSIONS = (
    "no_proof_of_visit", "wrong_person", "outside_authority", "abuse", "duplicate", "factual_error",
)  # fmt: skip
_AGENCY = "int8range(agency_id, agency_id, '[]') WITH &&"
_DAYS = "daterange(starts_on, ends_on, '[]') WITH &&"
_OVERLAPS = {
    "ex_assignments_one_definitive_post": (("employee_id",), "kind = 'definitive'"),
    "ex_assignments_definitive_or_vacant_head": (("unit_id",), "is_head AND kind IN ('definitive', 'acting_vacant')"),
    "ex_assignments_one_acting_head": (("unit_id",), "kind IN ('acting_vacant', 'acting_absent')"),
    "ex_assignments_not_twice_the_same": (("employee_id", "unit_id", "coalesce(service_id, 0)"), None),
}
_CYCLE_CHECKS = {
    "versions_follow": "version >= 1 AND (version > 1) = (replaces_id IS NOT NULL)",
    "version_has_reason": "replaces_id IS NULL OR version_reason IS NOT NULL",
    "computed_has_moment": "(status <> 'draft') = (computed_at IS NOT NULL)",
    "computed_has_input_hash": "(computed_at IS NULL) = (input_hash IS NULL)",
    "computed_has_output_hash": "(computed_at IS NULL) = (output_hash IS NULL)",
    "computed_has_cut_off": "computed_at IS NULL OR inputs_until IS NOT NULL",
    "signed_has_moment": "status NOT IN ('signed', 'frozen') OR signed_at IS NOT NULL",
    "frozen_has_moment": "(status = 'frozen') = (frozen_at IS NOT NULL)",
    "delta_in_tau_range": "delta_in_tau > 0 AND delta_in_tau <= 2",
}
_CONTRIBUTION_CHECKS = {
    "laid_on_a_person": "level <> 'unit'",
    "assignment_level_has_one": "(level = 'assignment') = (assignment_id IS NOT NULL)",
    "counter_level_has_counter": "level <> 'counter' OR counter_id IS NOT NULL",
    "only_proven_visits_count": ("(channel <> 'token') = (exclusion IS NOT NULL AND exclusion = 'no_proof_of_visit')"),
}
_SCORE_CHECKS = {
    "shadow_holds_score": "shadow_low <= shadow_score AND shadow_score <= shadow_high",
    "parts_positive": "n_counter BETWEEN 0 AND n AND n_excluded >= 0 AND n_set_aside >= 0",
}


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _keep_apart(*, only_standing: bool) -> None:
    """Write the exclusion constraints of posts anew: among all rows, or among those not superseded."""
    for name, (columns, where) in _OVERLAPS.items():
        op.execute(f"ALTER TABLE assignments DROP CONSTRAINT {name}")
        keys = ", ".join(f"int8range({key}, {key}, '[]') WITH &&" for key in columns)
        found = " AND ".join(part for part in (where, "superseded_at IS NULL" if only_standing else None) if part)
        op.execute(
            f"ALTER TABLE assignments ADD CONSTRAINT {name} EXCLUDE USING gist ({_AGENCY}, {keys}, {_DAYS})"
            + (f" WHERE ({found})" if found else "")
        )


def _replace_check(table: str, name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def upgrade() -> None:
    """Add the tables and columns; a cycle that was computed before is a draft again, to be computed anew."""
    _new_tables_and_columns()
    _keep_apart(only_standing=True)
    _replace_check("role_grants", "role", _one_of("role", (*_ROLES, *_NEW_ROLES)))
    for name in ("cyclestatus", "computed_has_moment", "computed_has_hash"):
        op.drop_constraint(op.f(f"ck_cycles_{name}"), "cycles", type_="check")
    op.execute("ALTER TABLE cycles ALTER COLUMN status SET DEFAULT 'draft'")
    # Its figures are by ratings that could still come in, and nothing says which posts were known: computed anew they
    # can be verified.
    op.execute("DELETE FROM contributions")
    op.execute("DELETE FROM scores")
    op.execute("UPDATE cycles SET status = 'draft', computed_at = NULL, input_hash = NULL")
    op.create_check_constraint(op.f("ck_cycles_cyclestatus"), "cycles", _one_of("status", _STATES))
    for name, condition in _CYCLE_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_cycles_{name}"), "cycles", condition)
    _replace_check("contributions", "exclusion", _one_of("exclusion", _EXCLUSIONS))
    op.drop_constraint(op.f("ck_contributions_only_proven_visits_count"), "contributions", type_="check")
    for name, condition in _CONTRIBUTION_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_contributions_{name}"), "contributions", condition)
    op.execute("UPDATE scores SET shadow_score = score, shadow_low = low, shadow_high = high, shadow_band = band")
    for column in ("shadow_score", "shadow_low", "shadow_high", "shadow_band"):
        op.alter_column("scores", column, nullable=False)
    op.create_check_constraint(op.f("ck_scores_shadow_band"), "scores", _one_of("shadow_band", _BANDS))
    for name, condition in _SCORE_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_scores_{name}"), "scores", condition)
    op.create_check_constraint(
        op.f("ck_submissions_counter_is_proven"), "submissions", "counter_id IS NULL OR channel = 'token'"
    )
    op.create_check_constraint(
        op.f("ck_assignments_superseded_after_recorded"), "assignments", "superseded_at >= recorded_at"
    )
    op.create_check_constraint(op.f("ck_assignments_not_own_predecessor"), "assignments", "replaces_id <> id")


def downgrade() -> None:
    """Drop them; cycles in a state that is not known below are computed again, superseded posts are forgotten."""
    op.execute("DELETE FROM role_grants WHERE " + _one_of("role", _NEW_ROLES))  # noqa: S608 - words of this module
    _replace_check("role_grants", "role", _one_of("role", _ROLES))
    for table in (
        "cycle_signatures", "cycle_moves", "objections", "statements", "rating_exclusions", "contest_files", "contests",
        "unit_scores", "case_records", "scores", "contributions", "people_changes", "people_import_rows",
    ):  # fmt: skip
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - names of this module
    op.execute("ALTER TABLE cycles DROP CONSTRAINT ck_cycles_versions_follow")
    op.execute("UPDATE cycles SET replaces_id = NULL, reference_id = NULL")
    op.execute("DELETE FROM cycles WHERE version > 1")
    op.execute("UPDATE assignments SET replaces_id = NULL")
    op.execute("DELETE FROM assignments WHERE superseded_at IS NOT NULL")
    _keep_apart(only_standing=False)
    op.drop_constraint(op.f("ck_submissions_counter_is_proven"), "submissions", type_="check")
    for name in ("superseded_after_recorded", "not_own_predecessor"):
        op.drop_constraint(op.f(f"ck_assignments_{name}"), "assignments", type_="check")
    for name in ("shadow_band", *_SCORE_CHECKS):
        op.drop_constraint(op.f(f"ck_scores_{name}"), "scores", type_="check")
    for name in ("attributionlevel", *_CONTRIBUTION_CHECKS):
        op.drop_constraint(op.f(f"ck_contributions_{name}"), "contributions", type_="check")
    for name in ("cyclestatus", *(name for name in _CYCLE_CHECKS if name != "versions_follow")):
        op.drop_constraint(op.f(f"ck_cycles_{name}"), "cycles", type_="check")
    # Without contributions and scores a cycle is open, whatever it was.
    op.execute("UPDATE cycles SET status = 'open', computed_at = NULL, input_hash = NULL")
    op.execute("ALTER TABLE cycles ALTER COLUMN status SET DEFAULT 'open'")
    _drop_tables_and_columns()
    op.create_check_constraint(op.f("ck_cycles_cyclestatus"), "cycles", _one_of("status", ("open", "computed")))
    op.create_check_constraint(
        op.f("ck_cycles_computed_has_moment"), "cycles", "(status = 'computed') = (computed_at IS NOT NULL)"
    )
    op.create_check_constraint(
        op.f("ck_cycles_computed_has_hash"), "cycles", "(computed_at IS NULL) = (input_hash IS NULL)"
    )
    _replace_check("contributions", "exclusion", _one_of("exclusion", ("no_proof_of_visit",)))
    op.create_check_constraint(
        op.f("ck_contributions_only_proven_visits_count"), "contributions",
        "(channel = 'token') = (exclusion IS NULL)",
    )  # fmt: skip


def _merge_counters() -> None:
    """Add the cells of several counters together, as they were counted before."""
    op.execute("""
        WITH gone AS (DELETE FROM daily_measures RETURNING *)
        INSERT INTO daily_measures (agency_id, unit_id, service_id, day, channel, element, n, total, total_squares,
                                    n1, n2, n3, n4)
        SELECT agency_id, unit_id, service_id, day, channel, element, sum(n), sum(total), sum(total_squares),
               sum(n1), sum(n2), sum(n3), sum(n4)
        FROM gone GROUP BY 1, 2, 3, 4, 5, 6
    """)


def _new_tables_and_columns() -> None:

    op.create_table(
        "people_imports",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "previewed",
                "waiting",
                "applied",
                "undone",
                "dropped",
                name="importstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default=sa.text("'previewed'"),
            nullable=False,
        ),
        sa.Column("is_whole_list", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("counts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("applied_by", sa.BigInteger(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'undone') = (undone_at IS NOT NULL)", name=op.f("ck_people_imports_undone_has_moment")
        ),
        sa.CheckConstraint(
            "(state IN ('applied', 'undone')) = (applied_at IS NOT NULL)",
            name=op.f("ck_people_imports_applied_has_moment"),
        ),
        sa.CheckConstraint("approved_by <> uploaded_by", name=op.f("ck_people_imports_approved_by_a_second_person")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_people_imports_agency_id_agencies")),
        sa.ForeignKeyConstraint(["applied_by"], ["users.id"], name=op.f("fk_people_imports_applied_by_users")),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_people_imports_approved_by_users")),
        sa.ForeignKeyConstraint(["undone_by"], ["users.id"], name=op.f("fk_people_imports_undone_by_users")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], name=op.f("fk_people_imports_uploaded_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_people_imports")),
    )
    op.create_index(
        "ix_submissions_told_apart", "submissions", ["agency_id", "occurred_on"], unique=False,
        postgresql_where=sa.text("is_confidential OR cardinality(signals) > 0"),
    )  # fmt: skip
    op.create_index(
        "ix_labels_integrity", "labels", ["agency_id", "submission_id"], unique=False,
        postgresql_where=sa.text("integrity"),
    )  # fmt: skip
    op.create_index(
        "ix_cases_confidential", "cases", ["agency_id", "submission_id"], unique=False,
        postgresql_where=sa.text("is_confidential"),
    )  # fmt: skip
    op.create_table(
        "board_lots",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("n_low", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("total_squares", sa.BigInteger(), nullable=False),
        sa.Column("read_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("n >= 40", name=op.f("ck_board_lots_no_small_lot")),
        sa.CheckConstraint("n_low BETWEEN 0 AND n", name=op.f("ck_board_lots_low_is_a_part")),
        sa.CheckConstraint(
            "total BETWEEN n AND 4 * n AND total_squares BETWEEN n AND 16 * n", name=op.f("ck_board_lots_sums_range")
        ),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_board_lots_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_board_lots_agency_id_unit_id_units"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_board_lots")),
        sa.UniqueConstraint("agency_id", "unit_id", "read_until", "first_on", name="uq_board_lots_once"),
    )
    op.create_table(
        "board_visits",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("block", sa.SmallInteger(), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("block BETWEEN 0 AND 23 AND block % 2 = 0", name=op.f("ck_board_visits_block_range")),
        sa.CheckConstraint("used BETWEEN 0 AND issued AND issued > 0", name=op.f("ck_board_visits_used_is_a_part")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_board_visits_agency_id_unit_id_units"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "day", "unit_id", "block", name=op.f("pk_board_visits")),
    )
    op.create_table(
        "account_links",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("employee_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_by", sa.BigInteger(), nullable=True),
        sa.Column("unlinked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unlinked_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("unlinked_at >= linked_at", name=op.f("ck_account_links_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["agency_id", "employee_id"],
            ["employees.agency_id", "employees.id"],
            name=op.f("fk_account_links_agency_id_employee_id_employees"),
        ),
        sa.ForeignKeyConstraint(["linked_by"], ["users.id"], name=op.f("fk_account_links_linked_by_users")),
        sa.ForeignKeyConstraint(["unlinked_by"], ["users.id"], name=op.f("fk_account_links_unlinked_by_users")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_account_links_user_id_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_account_links")),
    )
    for column in ("employee_id", "user_id"):
        op.create_index(
            f"uq_account_links_standing_of_{column.removesuffix('_id')}", "account_links", ["agency_id", column],
            unique=True, postgresql_where=sa.text("unlinked_at IS NULL"),
        )  # fmt: skip
    op.create_index("ix_account_links_employee_id", "account_links", ["agency_id", "employee_id"])
    op.create_index("ix_account_links_user_id", "account_links", ["user_id"])
    # Whose an account is today it has been since the record was made, as far as anybody noted.
    op.execute(
        "INSERT INTO account_links (agency_id, employee_id, user_id, linked_at) "
        "SELECT agency_id, id, user_id, created_at FROM employees WHERE user_id IS NOT NULL"
    )
    op.create_table(
        "people_mappings",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 60", name=op.f("ck_people_mappings_name_length")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_people_mappings_agency_id_agencies")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_people_mappings")),
        sa.UniqueConstraint("agency_id", "name", name=op.f("uq_people_mappings_agency_id_name")),
    )
    op.create_table(
        "sync_keys",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(key_hash) = 32", name=op.f("ck_sync_keys_hash_length")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_sync_keys_agency_id_agencies")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_sync_keys_created_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_sync_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_sync_keys_key_hash")),
    )
    op.create_table(
        "attribution_rules",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "counter",
                "assignment",
                "unit",
                name="attributionlevel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_attribution_rules_agency_id_unit_id_units"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_attribution_rules_agency_id_agencies")),
        sa.ForeignKeyConstraint(["declared_by"], ["users.id"], name=op.f("fk_attribution_rules_declared_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_attribution_rules")),
        sa.UniqueConstraint(
            "agency_id",
            "unit_id",
            "starts_on",
            name=op.f("uq_attribution_rules_agency_id_unit_id_starts_on"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "case_records",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_id", sa.BigInteger(), nullable=False),
        sa.Column("employee_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "duty",
            sa.Enum("head", "handler", name="caseduty", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("n_cases", sa.BigInteger(), nullable=False),
        sa.Column("n_replied", sa.BigInteger(), nullable=False),
        sa.Column("n_on_time", sa.BigInteger(), nullable=False),
        sa.Column("n_open", sa.BigInteger(), nullable=False),
        sa.Column("n_declared", sa.BigInteger(), nullable=False),
        sa.Column("n_confirmed", sa.BigInteger(), nullable=False),
        sa.Column("n_partly", sa.BigInteger(), nullable=False),
        sa.Column("n_disputed", sa.BigInteger(), nullable=False),
        sa.Column("n_silent", sa.BigInteger(), nullable=False),
        sa.Column("n_upheld", sa.BigInteger(), nullable=False),
        sa.Column("n_praise", sa.BigInteger(), nullable=False),
        sa.Column("median_wait_hours", sa.Double(), nullable=True),
        sa.CheckConstraint("median_wait_hours >= 0", name=op.f("ck_case_records_wait_positive")),
        sa.CheckConstraint("n_cases > 0", name=op.f("ck_case_records_count_positive")),
        sa.ForeignKeyConstraint(
            ["agency_id", "cycle_id"],
            ["cycles.agency_id", "cycles.id"],
            name=op.f("fk_case_records_agency_id_cycle_id_cycles"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "employee_id"],
            ["employees.agency_id", "employees.id"],
            name=op.f("fk_case_records_agency_id_employee_id_employees"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_case_records_agency_id_unit_id_units"),
        ),
        sa.PrimaryKeyConstraint(
            "agency_id", "cycle_id", "employee_id", "unit_id", "duty", name=op.f("pk_case_records")
        ),
    )
    op.create_table(
        "cycle_moves",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("cycle_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "from_status",
            sa.Enum(
                "draft",
                "computed",
                "right_of_reply",
                "reviewed",
                "signed",
                "frozen",
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
                "draft",
                "computed",
                "right_of_reply",
                "reviewed",
                "signed",
                "frozen",
                name="to_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_user", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "cycle_id"],
            ["cycles.agency_id", "cycles.id"],
            name=op.f("fk_cycle_moves_agency_id_cycle_id_cycles"),
        ),
        sa.ForeignKeyConstraint(["by_user"], ["users.id"], name=op.f("fk_cycle_moves_by_user_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_cycle_moves")),
    )
    op.create_index("ix_cycle_moves_cycle_id", "cycle_moves", ["agency_id", "cycle_id"], unique=False)
    op.create_table(
        "cycle_signatures",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("input_hash", sa.Text(), nullable=False),
        sa.Column("output_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "cycle_id"],
            ["cycles.agency_id", "cycles.id"],
            name=op.f("fk_cycle_signatures_agency_id_cycle_id_cycles"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_cycle_signatures_user_id_users")),
        sa.PrimaryKeyConstraint("agency_id", "cycle_id", "user_id", name=op.f("pk_cycle_signatures")),
    )
    op.create_table(
        "objections",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("cycle_id", sa.BigInteger(), nullable=False),
        sa.Column("employee_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("filed_by", sa.BigInteger(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_day_on", sa.Date(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("explained_by", sa.BigInteger(), nullable=True),
        sa.Column("explained_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "upheld",
                "partly",
                "rejected",
                name="objectionoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_cycle_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_objections_decided_by_somebody")
        ),
        sa.CheckConstraint(
            "(explained_at IS NULL) = (explanation IS NULL)", name=op.f("ck_objections_explanation_has_moment")
        ),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name=op.f("ck_objections_decided_has_moment")),
        sa.CheckConstraint("char_length(words) BETWEEN 10 AND 4000", name=op.f("ck_objections_words_length")),
        sa.CheckConstraint("decided_by <> filed_by", name=op.f("ck_objections_decided_by_somebody_else")),
        sa.CheckConstraint("explained_by <> decided_by", name=op.f("ck_objections_evaluator_does_not_decide")),
        sa.CheckConstraint("explained_by <> filed_by", name=op.f("ck_objections_explained_by_somebody_else")),
        sa.CheckConstraint(
            "outcome IS NULL OR char_length(decision) > 0", name=op.f("ck_objections_decided_is_explained")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "cycle_id"],
            ["cycles.agency_id", "cycles.id"],
            name=op.f("fk_objections_agency_id_cycle_id_cycles"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "employee_id"],
            ["employees.agency_id", "employees.id"],
            name=op.f("fk_objections_agency_id_employee_id_employees"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "new_cycle_id"],
            ["cycles.agency_id", "cycles.id"],
            name=op.f("fk_objections_agency_id_new_cycle_id_cycles"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_objections_decided_by_users")),
        sa.ForeignKeyConstraint(["explained_by"], ["users.id"], name=op.f("fk_objections_explained_by_users")),
        sa.ForeignKeyConstraint(["filed_by"], ["users.id"], name=op.f("fk_objections_filed_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_objections")),
        sa.UniqueConstraint(
            "agency_id", "cycle_id", "employee_id", name=op.f("uq_objections_agency_id_cycle_id_employee_id")
        ),
    )
    op.create_table(
        "statements",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_id", sa.BigInteger(), nullable=False),
        sa.Column("employee_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_by", sa.BigInteger(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(words) BETWEEN 1 AND 4000", name=op.f("ck_statements_words_length")),
        sa.ForeignKeyConstraint(
            ["agency_id", "cycle_id"],
            ["cycles.agency_id", "cycles.id"],
            name=op.f("fk_statements_agency_id_cycle_id_cycles"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "employee_id"],
            ["employees.agency_id", "employees.id"],
            name=op.f("fk_statements_agency_id_employee_id_employees"),
        ),
        sa.ForeignKeyConstraint(["said_by"], ["users.id"], name=op.f("fk_statements_said_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "cycle_id", "employee_id", name=op.f("pk_statements")),
    )
    op.create_table(
        "unit_scores",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("n_beside", sa.BigInteger(), nullable=False),
        sa.Column("n_nobody", sa.BigInteger(), nullable=False),
        sa.Column("mean", sa.Double(), nullable=True),
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
        sa.Column("transactions", sa.BigInteger(), nullable=True),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("tokens_used", sa.BigInteger(), nullable=False),
        sa.Column("is_withheld", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("n_changed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("low <= score AND score <= high", name=op.f("ck_unit_scores_interval_holds_score")),
        sa.CheckConstraint(
            "n >= 0 AND n_beside >= 0 AND n_nobody BETWEEN 0 AND n", name=op.f("ck_unit_scores_counts_positive")
        ),
        sa.CheckConstraint(
            "transactions >= 0 AND tokens >= 0 AND tokens_used BETWEEN 0 AND tokens", name=op.f("ck_unit_scores_visits")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "cycle_id"],
            ["cycles.agency_id", "cycles.id"],
            name=op.f("fk_unit_scores_agency_id_cycle_id_cycles"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"],
            ["units.agency_id", "units.id"],
            name=op.f("fk_unit_scores_agency_id_unit_id_units"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "cycle_id", "unit_id", name=op.f("pk_unit_scores")),
    )
    op.create_table(
        "counters",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_counters_code_form")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "service_id"],
            ["services.agency_id", "services.unit_id", "services.id"],
            name="fk_counters_service_of_the_unit",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["units.agency_id", "units.id"], name=op.f("fk_counters_agency_id_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_counters")),
        sa.UniqueConstraint("agency_id", "unit_id", "code", name=op.f("uq_counters_agency_id_unit_id_code")),
        sa.UniqueConstraint("agency_id", "unit_id", "id", name=op.f("uq_counters_agency_id_unit_id_id")),
    )
    op.create_table(
        "duty_entries",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("counter_id", sa.BigInteger(), nullable=False),
        sa.Column("employee_id", sa.BigInteger(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("superseded_at >= recorded_at", name=op.f("ck_duty_entries_superseded_after_recorded")),
        sa.ForeignKeyConstraint(
            ["agency_id", "employee_id"],
            ["employees.agency_id", "employees.id"],
            name=op.f("fk_duty_entries_agency_id_employee_id_employees"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "import_id"],
            ["people_imports.agency_id", "people_imports.id"],
            name=op.f("fk_duty_entries_agency_id_import_id_people_imports"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id", "counter_id"],
            ["counters.agency_id", "counters.unit_id", "counters.id"],
            name="fk_duty_entries_counter_of_the_unit",
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_duty_entries_recorded_by_users")),
        sa.ForeignKeyConstraint(["superseded_by"], ["users.id"], name=op.f("fk_duty_entries_superseded_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_duty_entries")),
    )
    op.create_index(
        "ix_duty_entries_employee_id", "duty_entries", ["agency_id", "employee_id", "on_date"], unique=False
    )
    op.create_index(
        "uq_duty_entries_standing",
        "duty_entries",
        ["agency_id", "counter_id", "on_date", "employee_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "people_changes",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "assign",
                "end",
                "correct",
                "cancel",
                "duty",
                "import",
                "undo_import",
                "link",
                name="changekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("employee_id", sa.BigInteger(), nullable=True),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("touches_from", sa.Date(), nullable=False),
        sa.Column("touches_to", sa.Date(), nullable=False),
        sa.Column(
            "concerned_employees", postgresql.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("concerned_users", postgresql.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "approved",
                "refused",
                "withdrawn",
                name="changestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default=sa.text("'waiting'"),
            nullable=False,
        ),
        sa.Column("requested_by", sa.BigInteger(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_people_changes_waiting_is_undecided")
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'refused') OR decided_by IS NOT NULL",
            name=op.f("ck_people_changes_decided_by_somebody"),
        ),
        sa.CheckConstraint("char_length(reason) BETWEEN 1 AND 1000", name=op.f("ck_people_changes_reason_length")),
        sa.CheckConstraint("decided_by <> requested_by", name=op.f("ck_people_changes_decided_by_a_second_person")),
        sa.CheckConstraint(
            "decided_by <> ALL (concerned_users)", name=op.f("ck_people_changes_decided_by_nobody_concerned")
        ),
        sa.CheckConstraint(
            "state <> 'approved' OR requested_by IS NOT NULL",
            name=op.f("ck_people_changes_approved_was_asked_by_somebody"),
        ),
        sa.CheckConstraint("touches_to >= touches_from", name=op.f("ck_people_changes_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["agency_id", "assignment_id"],
            ["assignments.agency_id", "assignments.id"],
            name=op.f("fk_people_changes_agency_id_assignment_id_assignments"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "employee_id"],
            ["employees.agency_id", "employees.id"],
            name=op.f("fk_people_changes_agency_id_employee_id_employees"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "import_id"],
            ["people_imports.agency_id", "people_imports.id"],
            name=op.f("fk_people_changes_agency_id_import_id_people_imports"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_people_changes_decided_by_users")),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"], name=op.f("fk_people_changes_requested_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_people_changes")),
    )
    op.create_index(
        "ix_people_changes_waiting",
        "people_changes",
        ["agency_id", "requested_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "people_import_rows",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.Column(
            "change",
            sa.Enum(
                "new_person",
                "new_post",
                "changed_person",
                "changed_post",
                "ended_post",
                "same",
                "refused",
                name="rowchange",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("touches_past", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("employee_id", sa.BigInteger(), nullable=True),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(change = 'refused') = (problem IS NOT NULL)", name=op.f("ck_people_import_rows_refused_has_problem")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "assignment_id"],
            ["assignments.agency_id", "assignments.id"],
            name=op.f("fk_people_import_rows_agency_id_assignment_id_assignments"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "employee_id"],
            ["employees.agency_id", "employees.id"],
            name=op.f("fk_people_import_rows_agency_id_employee_id_employees"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "import_id"],
            ["people_imports.agency_id", "people_imports.id"],
            name=op.f("fk_people_import_rows_agency_id_import_id_people_imports"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "import_id", "row_number", name=op.f("pk_people_import_rows")),
    )
    op.create_table(
        "contests",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("cycle_id", sa.BigInteger(), nullable=False),
        sa.Column("employee_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "rating",
                "month",
                "assignment",
                "cases",
                "figure",
                name="contestkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "wrong_person",
                "outside_authority",
                "abuse",
                "duplicate",
                "factual_error",
                name="contestreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "filed",
                "assigned",
                "decided",
                "withdrawn",
                name="conteststate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default=sa.text("'filed'"),
            nullable=False,
        ),
        sa.Column("filed_by", sa.BigInteger(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger(), nullable=True),
        sa.Column("assigned_by", sa.BigInteger(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "upheld",
                "partly",
                "rejected",
                name="contestoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "correction",
            sa.Enum(
                "posts",
                "roster",
                "cases",
                "figure",
                name="correction",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("corrected_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "correction IS NULL OR outcome IN ('upheld', 'partly')", name=op.f("ck_contests_correction_follows_outcome")
        ),
        sa.CheckConstraint("corrected_at IS NULL OR correction IS NOT NULL", name=op.f("ck_contests_corrected_what")),
        sa.CheckConstraint(
            "(corrected_at IS NULL) = (corrected_by IS NULL)", name=op.f("ck_contests_corrected_by_somebody")
        ),
        sa.CheckConstraint("corrected_by <> filed_by", name=op.f("ck_contests_corrected_by_somebody_else")),
        sa.CheckConstraint(
            "(kind = 'rating') = (submission_id IS NOT NULL)", name=op.f("ck_contests_rating_has_submission")
        ),
        sa.CheckConstraint(
            "(state = 'decided') = (decided_at IS NOT NULL)", name=op.f("ck_contests_decided_has_moment")
        ),
        sa.CheckConstraint("(state = 'decided') = (outcome IS NOT NULL)", name=op.f("ck_contests_decided_has_outcome")),
        sa.CheckConstraint(
            "(state IN ('filed', 'withdrawn')) OR reviewer_id IS NOT NULL",
            name=op.f("ck_contests_reviewed_by_somebody"),
        ),
        sa.CheckConstraint(
            "kind <> 'assignment' OR assignment_id IS NOT NULL", name=op.f("ck_contests_assignment_is_named")
        ),
        sa.CheckConstraint(
            "state <> 'decided' OR char_length(explanation) > 0", name=op.f("ck_contests_decided_is_explained")
        ),
        sa.CheckConstraint("assigned_by <> filed_by", name=op.f("ck_contests_assigned_by_somebody_else")),
        sa.CheckConstraint("char_length(words) BETWEEN 10 AND 4000", name=op.f("ck_contests_words_length")),
        sa.CheckConstraint("reviewer_id <> filed_by", name=op.f("ck_contests_reviewer_is_not_the_subject")),
        sa.ForeignKeyConstraint(
            ["agency_id", "assignment_id"],
            ["assignments.agency_id", "assignments.id"],
            name=op.f("fk_contests_agency_id_assignment_id_assignments"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "cycle_id"],
            ["cycles.agency_id", "cycles.id"],
            name=op.f("fk_contests_agency_id_cycle_id_cycles"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "employee_id"],
            ["employees.agency_id", "employees.id"],
            name=op.f("fk_contests_agency_id_employee_id_employees"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "submission_id"],
            ["submissions.agency_id", "submissions.id"],
            name=op.f("fk_contests_agency_id_submission_id_submissions"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["units.agency_id", "units.id"], name=op.f("fk_contests_agency_id_unit_id_units")
        ),
        sa.ForeignKeyConstraint(["assigned_by"], ["users.id"], name=op.f("fk_contests_assigned_by_users")),
        sa.ForeignKeyConstraint(["corrected_by"], ["users.id"], name=op.f("fk_contests_corrected_by_users")),
        sa.ForeignKeyConstraint(["filed_by"], ["users.id"], name=op.f("fk_contests_filed_by_users")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["users.id"], name=op.f("fk_contests_reviewer_id_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_contests")),
    )
    op.create_index("ix_contests_cycle_id", "contests", ["agency_id", "cycle_id", "employee_id"], unique=False)
    op.create_index(
        "ix_contests_reviewer_id",
        "contests",
        ["reviewer_id"],
        unique=False,
        postgresql_where=sa.text("state = 'assigned'"),
    )
    op.create_index(
        "uq_contests_one_thing",
        "contests",
        ["agency_id", "cycle_id", "employee_id", "kind", "unit_id", "month", "assignment_id"],
        unique=True,
        postgresql_where=sa.text("submission_id IS NULL AND state <> 'withdrawn'"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        "uq_contests_one_at_a_time",
        "contests",
        ["agency_id", "cycle_id", "employee_id", "submission_id"],
        unique=True,
        postgresql_where=sa.text("submission_id IS NOT NULL AND state <> 'withdrawn'"),
    )
    op.create_table(
        "contest_files",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("contest_id", sa.BigInteger(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_contest_files_size_positive")),
        sa.ForeignKeyConstraint(
            ["agency_id", "contest_id"],
            ["contests.agency_id", "contests.id"],
            name=op.f("fk_contest_files_agency_id_contest_id_contests"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_contest_files")),
    )
    op.create_table(
        "rating_exclusions",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("cycle_id", sa.BigInteger(), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("employee_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "no_proof_of_visit",
                "wrong_person",
                "outside_authority",
                "abuse",
                "duplicate",
                "factual_error",
                name="exclusion",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("contest_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> 'no_proof_of_visit'", name=op.f("ck_rating_exclusions_decided_by_a_person")),
        sa.ForeignKeyConstraint(
            ["agency_id", "contest_id"],
            ["contests.agency_id", "contests.id"],
            name=op.f("fk_rating_exclusions_agency_id_contest_id_contests"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "cycle_id"],
            ["cycles.agency_id", "cycles.id"],
            name=op.f("fk_rating_exclusions_agency_id_cycle_id_cycles"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "employee_id"],
            ["employees.agency_id", "employees.id"],
            name=op.f("fk_rating_exclusions_agency_id_employee_id_employees"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "submission_id"],
            ["submissions.agency_id", "submissions.id"],
            name=op.f("fk_rating_exclusions_agency_id_submission_id_submissions"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_rating_exclusions_decided_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_rating_exclusions")),
        sa.UniqueConstraint(
            "agency_id",
            "cycle_id",
            "submission_id",
            "employee_id",
            name="uq_rating_exclusions_once",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.add_column("assignments", sa.Column("recorded_by", sa.BigInteger(), nullable=True))
    op.add_column("assignments", sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("assignments", sa.Column("superseded_by", sa.BigInteger(), nullable=True))
    op.add_column("assignments", sa.Column("superseded_reason", sa.Text(), nullable=True))
    op.add_column("assignments", sa.Column("replaces_id", sa.BigInteger(), nullable=True))
    op.add_column("assignments", sa.Column("import_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_assignments_employee_id", "assignments", ["agency_id", "employee_id", "starts_on"], unique=False
    )
    op.create_foreign_key(op.f("fk_assignments_superseded_by_users"), "assignments", "users", ["superseded_by"], ["id"])
    op.create_foreign_key(op.f("fk_assignments_recorded_by_users"), "assignments", "users", ["recorded_by"], ["id"])
    op.create_foreign_key(
        op.f("fk_assignments_agency_id_replaces_id_assignments"),
        "assignments",
        "assignments",
        ["agency_id", "replaces_id"],
        ["agency_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_assignments_agency_id_import_id_people_imports"),
        "assignments",
        "people_imports",
        ["agency_id", "import_id"],
        ["agency_id", "id"],
    )
    op.add_column("contributions", sa.Column("level", sa.String(40), server_default="assignment", nullable=False))
    op.alter_column("contributions", "level", server_default=None)
    op.create_check_constraint(
        op.f("ck_contributions_attributionlevel"), "contributions", "level IN ('counter', 'assignment', 'unit')"
    )
    op.add_column("contributions", sa.Column("counter_id", sa.BigInteger(), nullable=True))
    # Cycles computed before are to be computed anew; until then each of their rows is one day.
    op.add_column("contributions", sa.Column("days", sa.Integer(), nullable=True))
    op.execute("UPDATE contributions SET days = 1 << (extract(day FROM day)::integer - 1)")
    op.alter_column("contributions", "days", nullable=False)
    op.create_check_constraint(op.f("ck_contributions_days_positive"), "contributions", "days > 0")
    op.alter_column("contributions", "assignment_id", existing_type=sa.BIGINT(), nullable=True)
    op.drop_constraint(op.f("uq_contributions_cell"), "contributions", type_="unique")
    op.create_unique_constraint(
        "uq_contributions_cell",
        "contributions",
        [
            "agency_id",
            "cycle_id",
            "employee_id",
            "assignment_id",
            "unit_id",
            "day",
            "channel",
            "service_id",
            "counter_id",
            "exclusion",
        ],
        postgresql_nulls_not_distinct=True,
    )
    # The cell's key begins with the same three columns.
    op.drop_index("ix_contributions_employee", table_name="contributions")
    op.create_foreign_key(
        "fk_contributions_counter_of_the_unit",
        "contributions",
        "counters",
        ["agency_id", "unit_id", "counter_id"],
        ["agency_id", "unit_id", "id"],
    )
    op.add_column("counter_keys", sa.Column("counter_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_counter_keys_counter_of_the_unit",
        "counter_keys",
        "counters",
        ["agency_id", "unit_id", "counter_id"],
        ["agency_id", "unit_id", "id"],
    )
    op.add_column("cycles", sa.Column("version", sa.SmallInteger(), server_default=sa.text("1"), nullable=False))
    op.add_column("cycles", sa.Column("replaces_id", sa.BigInteger(), nullable=True))
    op.add_column("cycles", sa.Column("version_reason", sa.Text(), nullable=True))
    op.add_column("cycles", sa.Column("delta_in_tau", sa.Double(), server_default=sa.text("0.5"), nullable=False))
    op.add_column("cycles", sa.Column("reference_id", sa.BigInteger(), nullable=True))
    op.add_column("cycles", sa.Column("inputs_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cycles", sa.Column("computed_by", sa.BigInteger(), nullable=True))
    op.add_column("cycles", sa.Column("output_hash", sa.Text(), nullable=True))
    op.add_column("cycles", sa.Column("parameters", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("cycles", sa.Column("totals", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("cycles", sa.Column("reply_from", sa.Date(), nullable=True))
    op.add_column("cycles", sa.Column("reply_until", sa.Date(), nullable=True))
    op.add_column("cycles", sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cycles", sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE cycles SET method_version = 'fair-score/1' WHERE method_version IS NULL")
    op.alter_column("cycles", "method_version", existing_type=sa.TEXT(), nullable=False)
    op.drop_constraint(op.f("uq_cycles_agency_id_name"), "cycles", type_="unique")
    op.create_unique_constraint(op.f("uq_cycles_agency_id_name_version"), "cycles", ["agency_id", "name", "version"])
    op.create_unique_constraint(op.f("uq_cycles_agency_id_replaces_id"), "cycles", ["agency_id", "replaces_id"])
    op.create_foreign_key(op.f("fk_cycles_computed_by_users"), "cycles", "users", ["computed_by"], ["id"])
    op.create_foreign_key(
        op.f("fk_cycles_agency_id_reference_id_cycles"),
        "cycles",
        "cycles",
        ["agency_id", "reference_id"],
        ["agency_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_cycles_agency_id_replaces_id_cycles"),
        "cycles",
        "cycles",
        ["agency_id", "replaces_id"],
        ["agency_id", "id"],
    )
    op.create_index(
        "ix_submissions_signalled",
        "submissions",
        ["agency_id", "unit_id"],
        unique=False,
        postgresql_where=sa.text("cardinality(signals) > 0"),
    )
    op.add_column("daily_measures", sa.Column("counter_id", sa.BigInteger(), nullable=True))
    op.drop_constraint(op.f("uq_daily_measures_cell"), "daily_measures", type_="unique")
    op.create_unique_constraint(
        "uq_daily_measures_cell",
        "daily_measures",
        ["agency_id", "unit_id", "day", "channel", "element", "service_id", "counter_id"],
        postgresql_nulls_not_distinct=True,
    )
    op.create_foreign_key(
        "fk_daily_measures_counter_of_the_unit",
        "daily_measures",
        "counters",
        ["agency_id", "unit_id", "counter_id"],
        ["agency_id", "unit_id", "id"],
    )
    op.add_column("employees", sa.Column("rank", sa.Text(), nullable=True))
    op.add_column("employees", sa.Column("left_on", sa.Date(), nullable=True))
    op.add_column("scores", sa.Column("n_counter", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("scores", sa.Column("n_excluded", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("scores", sa.Column("n_set_aside", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("scores", sa.Column("shadow_score", sa.Double(), nullable=True))
    op.add_column("scores", sa.Column("shadow_low", sa.Double(), nullable=True))
    op.add_column("scores", sa.Column("shadow_high", sa.Double(), nullable=True))
    op.add_column("scores", sa.Column("shadow_band", sa.String(40), nullable=True))
    op.add_column(
        "scores", sa.Column("is_shadow_notable", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("scores", sa.Column("is_withheld", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("scores", sa.Column("n_changed", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("submissions", sa.Column("counter_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_submissions_counter_of_the_unit",
        "submissions",
        "counters",
        ["agency_id", "unit_id", "counter_id"],
        ["agency_id", "unit_id", "id"],
    )
    op.add_column("visit_tokens", sa.Column("counter_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_visit_tokens_counter_of_the_unit",
        "visit_tokens",
        "counters",
        ["agency_id", "unit_id", "counter_id"],
        ["agency_id", "unit_id", "id"],
    )


def _drop_tables_and_columns() -> None:

    op.drop_constraint("fk_visit_tokens_counter_of_the_unit", "visit_tokens", type_="foreignkey")
    op.drop_column("visit_tokens", "counter_id")
    op.drop_constraint("fk_submissions_counter_of_the_unit", "submissions", type_="foreignkey")
    op.drop_column("submissions", "counter_id")
    op.drop_column("scores", "n_changed")
    op.drop_column("scores", "is_withheld")
    op.drop_column("scores", "is_shadow_notable")
    op.drop_column("scores", "shadow_band")
    op.drop_column("scores", "shadow_high")
    op.drop_column("scores", "shadow_low")
    op.drop_column("scores", "shadow_score")
    op.drop_column("scores", "n_set_aside")
    op.drop_column("scores", "n_excluded")
    op.drop_column("scores", "n_counter")
    op.drop_column("employees", "left_on")
    op.drop_column("employees", "rank")
    _merge_counters()
    op.drop_constraint("fk_daily_measures_counter_of_the_unit", "daily_measures", type_="foreignkey")
    op.drop_constraint("uq_daily_measures_cell", "daily_measures", type_="unique")
    op.create_unique_constraint(
        op.f("uq_daily_measures_cell"),
        "daily_measures",
        ["agency_id", "unit_id", "day", "channel", "element", "service_id"],
        postgresql_nulls_not_distinct=True,
    )
    op.drop_column("daily_measures", "counter_id")
    op.drop_constraint(op.f("fk_cycles_agency_id_replaces_id_cycles"), "cycles", type_="foreignkey")
    op.drop_constraint(op.f("fk_cycles_agency_id_reference_id_cycles"), "cycles", type_="foreignkey")
    op.drop_constraint(op.f("fk_cycles_computed_by_users"), "cycles", type_="foreignkey")
    op.drop_constraint(op.f("uq_cycles_agency_id_replaces_id"), "cycles", type_="unique")
    op.drop_constraint(op.f("uq_cycles_agency_id_name_version"), "cycles", type_="unique")
    op.create_unique_constraint(
        op.f("uq_cycles_agency_id_name"), "cycles", ["agency_id", "name"], postgresql_nulls_not_distinct=False
    )
    op.alter_column("cycles", "method_version", existing_type=sa.TEXT(), nullable=True)
    op.drop_column("cycles", "frozen_at")
    op.drop_column("cycles", "signed_at")
    op.drop_column("cycles", "reply_until")
    op.drop_column("cycles", "reply_from")
    op.drop_column("cycles", "totals")
    op.drop_column("cycles", "parameters")
    op.drop_column("cycles", "output_hash")
    op.drop_column("cycles", "computed_by")
    op.drop_column("cycles", "inputs_until")
    op.drop_column("cycles", "reference_id")
    op.drop_column("cycles", "delta_in_tau")
    op.drop_column("cycles", "version_reason")
    op.drop_column("cycles", "replaces_id")
    op.drop_column("cycles", "version")
    op.drop_constraint("fk_counter_keys_counter_of_the_unit", "counter_keys", type_="foreignkey")
    op.drop_column("counter_keys", "counter_id")
    op.drop_constraint("fk_contributions_counter_of_the_unit", "contributions", type_="foreignkey")
    op.create_index(
        "ix_contributions_employee", "contributions", ["agency_id", "cycle_id", "employee_id"], unique=False
    )
    op.drop_constraint("uq_contributions_cell", "contributions", type_="unique")
    op.create_unique_constraint(
        op.f("uq_contributions_cell"),
        "contributions",
        ["agency_id", "cycle_id", "assignment_id", "day", "channel", "service_id"],
        postgresql_nulls_not_distinct=True,
    )
    op.alter_column("contributions", "assignment_id", existing_type=sa.BIGINT(), nullable=False)
    op.drop_index("ix_submissions_signalled", table_name="submissions")
    op.drop_constraint(op.f("ck_contributions_days_positive"), "contributions", type_="check")
    op.drop_column("contributions", "days")
    op.drop_column("contributions", "counter_id")
    op.drop_column("contributions", "level")
    op.drop_constraint(op.f("fk_assignments_agency_id_import_id_people_imports"), "assignments", type_="foreignkey")
    op.drop_constraint(op.f("fk_assignments_agency_id_replaces_id_assignments"), "assignments", type_="foreignkey")
    op.drop_constraint(op.f("fk_assignments_recorded_by_users"), "assignments", type_="foreignkey")
    op.drop_constraint(op.f("fk_assignments_superseded_by_users"), "assignments", type_="foreignkey")
    op.drop_index("ix_assignments_employee_id", table_name="assignments")
    op.drop_column("assignments", "import_id")
    op.drop_column("assignments", "replaces_id")
    op.drop_column("assignments", "superseded_reason")
    op.drop_column("assignments", "superseded_by")
    op.drop_column("assignments", "superseded_at")
    op.drop_column("assignments", "recorded_by")
    op.drop_table("rating_exclusions")
    op.drop_table("contest_files")
    op.drop_index(
        "uq_contests_one_at_a_time",
        table_name="contests",
        postgresql_where=sa.text("submission_id IS NOT NULL AND state <> 'withdrawn'"),
    )
    op.drop_index("ix_contests_reviewer_id", table_name="contests", postgresql_where=sa.text("state = 'assigned'"))
    op.drop_index("ix_contests_cycle_id", table_name="contests")
    op.drop_table("contests")
    op.drop_table("people_import_rows")
    op.drop_index(
        "ix_people_changes_waiting", table_name="people_changes", postgresql_where=sa.text("state = 'waiting'")
    )
    op.drop_table("people_changes")
    op.drop_index(
        "uq_duty_entries_standing", table_name="duty_entries", postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.drop_index("ix_duty_entries_employee_id", table_name="duty_entries")
    op.drop_table("duty_entries")
    op.drop_table("counters")
    op.drop_table("unit_scores")
    op.drop_table("statements")
    op.drop_table("objections")
    op.drop_table("cycle_signatures")
    op.drop_index("ix_cycle_moves_cycle_id", table_name="cycle_moves")
    op.drop_table("cycle_moves")
    op.drop_table("case_records")
    op.drop_table("attribution_rules")
    op.drop_table("sync_keys")
    op.drop_index("ix_cases_confidential", table_name="cases", postgresql_where=sa.text("is_confidential"))
    op.drop_index("ix_labels_integrity", table_name="labels", postgresql_where=sa.text("integrity"))
    op.drop_index(
        "ix_submissions_told_apart", table_name="submissions",
        postgresql_where=sa.text("is_confidential OR cardinality(signals) > 0"),
    )  # fmt: skip
    op.drop_table("board_visits")
    op.drop_table("board_lots")
    op.drop_table("account_links")
    op.drop_table("people_mappings")
    op.drop_table("people_imports")
