"""Sign-ins on the server's side, and accounts of other identity providers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_sign_ins"
down_revision = "0013_factors"
branch_labels = None
depends_on = None


def _words(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Make the tables of sign-ins, links to other providers, and rules about claims."""
    _sign_ins()
    _sso_links()
    _claim_rules()
    _claim_grants()


def _sign_ins() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        _moment("began_at"),
        _moment("last_seen_at"),
        _moment("expires_at"),
        sa.Column("idle_minutes", sa.BigInteger(), nullable=False),
        sa.Column("means", _words("password", "webauthn", "oidc", "link", name="means"), nullable=False),
        sa.Column(
            "second_means", _words("totp", "webauthn", "recovery_code", "provider", name="secondmeans"), nullable=True
        ),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("network_mark", sa.LargeBinary(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        _moment("ended_at", nullable=True),
        sa.Column(
            "end_reason",
            _words(
                "signed_out", "idle", "absolute", "revoked", "password_changed", "factor_changed", "deactivated",
                name="endreason",
            ),
            nullable=True,
        ),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_sign_ins_token_is_hashed")),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_sign_ins_end_has_reason")),
        sa.CheckConstraint(
            "began_at <= last_seen_at AND began_at < expires_at", name=op.f("ck_sign_ins_times_in_order")
        ),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= began_at", name=op.f("ck_sign_ins_ends_after_start")),
        sa.CheckConstraint("idle_minutes BETWEEN 1 AND 1440", name=op.f("ck_sign_ins_idle_range")),
        sa.CheckConstraint("char_length(browser) <= 40", name=op.f("ck_sign_ins_browser_is_coarse")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )  # fmt: skip
    op.create_index("uq_sign_ins_token_hash", "sign_ins", ["token_hash"], unique=True)
    op.create_index("ix_sign_ins_of_user", "sign_ins", ["user_id", "began_at"])
    op.create_index("ix_sign_ins_live", "sign_ins", ["expires_at"], postgresql_where=sa.text("ended_at IS NULL"))


def _sso_links() -> None:
    op.create_table(
        "sso_links",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column(
            "basis", _words("verified_email", "administrator", "claim_rule", name="linkbasis"), nullable=False
        ),
        _moment("asked_at"),
        _moment("confirmed_at", nullable=True),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        _moment("last_used_at", nullable=True),
        _moment("ended_at", nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("char_length(subject) BETWEEN 1 AND 255", name=op.f("ck_sso_links_subject_length")),
        sa.CheckConstraint("char_length(issuer) BETWEEN 1 AND 255", name=op.f("ck_sso_links_issuer_length")),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR (basis = 'administrator') = (confirmed_by IS NOT NULL)",
            name=op.f("ck_sso_links_confirmed_by_somebody"),
        ),
        sa.CheckConstraint("confirmed_by <> user_id", name=op.f("ck_sso_links_nobody_confirms_themselves")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sso_links_user_id_users")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["users.id"], name=op.f("fk_sso_links_confirmed_by_users")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_sso_links_ended_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_links")),
    )  # fmt: skip
    op.create_index(
        "uq_sso_links_subject", "sso_links", ["issuer", "subject"], unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
    op.create_index(
        "uq_sso_links_one_each", "sso_links", ["user_id", "issuer"], unique=True,
        postgresql_where=sa.text("ended_at IS NULL AND confirmed_at IS NOT NULL"),
    )  # fmt: skip


def _claim_rules() -> None:
    op.create_table(
        "claim_rules",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("makes_account", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        _moment("created_at"),
        _moment("ended_at", nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "role IN ('officer', 'unit_head', 'supervisor', 'employee')",
            name=op.f("ck_claim_rules_role_of_one_person"),
        ),
        sa.CheckConstraint("days BETWEEN 1 AND 90", name=op.f("ck_claim_rules_days_range")),
        sa.CheckConstraint("char_length(claim) BETWEEN 1 AND 120", name=op.f("ck_claim_rules_claim_length")),
        sa.CheckConstraint("char_length(value) BETWEEN 1 AND 200", name=op.f("ck_claim_rules_value_length")),
        sa.CheckConstraint("char_length(issuer) BETWEEN 1 AND 255", name=op.f("ck_claim_rules_issuer_length")),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= created_at", name=op.f("ck_claim_rules_ends_after_start")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_claim_rules_agency_id_agencies")),
        sa.ForeignKeyConstraint(
            ["agency_id", "unit_id"], ["units.agency_id", "units.id"], name=op.f("fk_claim_rules_agency_id_unit_id_units")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_claim_rules_created_by_users")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_claim_rules_ended_by_users")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_claim_rules")),
    )  # fmt: skip
    op.create_index(
        "uq_claim_rules_active", "claim_rules", ["agency_id", "issuer", "claim", "value", "role", "unit_id"],
        unique=True, postgresql_where=sa.text("ended_at IS NULL"), postgresql_nulls_not_distinct=True,
    )  # fmt: skip


def _claim_grants() -> None:
    op.create_table(
        "claim_grants",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("grant_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        _moment("given_at"),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_claim_grants_agency_id_agencies")),
        sa.ForeignKeyConstraint(
            ["agency_id", "grant_id"], ["role_grants.agency_id", "role_grants.id"],
            name=op.f("fk_claim_grants_agency_id_grant_id_role_grants"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "rule_id"], ["claim_rules.agency_id", "claim_rules.id"],
            name=op.f("fk_claim_grants_agency_id_rule_id_claim_rules"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "grant_id", name=op.f("pk_claim_grants")),
    )  # fmt: skip


def downgrade() -> None:
    """Take the tables away; whoever is signed in has to sign in again."""
    for table in ("claim_grants", "claim_rules", "sso_links", "sign_ins"):
        op.drop_table(table)
