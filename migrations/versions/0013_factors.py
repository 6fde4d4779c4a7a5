"""Second factors of accounts: authenticator apps, passkeys, recovery codes, and proofs under way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013_factors"
down_revision = "0012_accounts"
branch_labels = None
depends_on = None

_PURPOSES = ("sign_in", "step_up", "app", "passkey")


def upgrade() -> None:
    """Add the four tables; nobody has a second factor yet."""
    _factors()
    _passkeys()
    _recovery_codes()
    _challenges()


def downgrade() -> None:
    """Drop them: whoever signed in with a second factor does so with the password alone."""
    for table in ("factor_challenges", "recovery_codes", "web_authn_credentials", "account_factors"):
        op.drop_table(table)


def _factors() -> None:
    op.create_table(
        "account_factors",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=True),
        sa.Column("webauthn_handle", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("misses", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        _check("account_factors", "app_has_moment", "(totp_sealed IS NULL) = (totp_since IS NULL)"),
        _check("account_factors", "app_has_step", "(totp_sealed IS NULL) = (totp_last_step IS NULL)"),
        _check("account_factors", "handle_length", "octet_length(webauthn_handle) = 64"),
        _check("account_factors", "miss_has_moment", "misses >= 0 AND (misses = 0 OR missed_at IS NOT NULL)"),
        _of_user("account_factors"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_account_factors")),
        sa.UniqueConstraint("webauthn_handle", name=op.f("uq_account_factors_webauthn_handle")),
    )


def _passkeys() -> None:
    op.create_table(
        "web_authn_credentials",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _check("web_authn_credentials", "name_length", "char_length(name) BETWEEN 1 AND 60"),
        _check("web_authn_credentials", "credential_length", "octet_length(credential_id) BETWEEN 1 AND 1023"),
        _check("web_authn_credentials", "sign_count_positive", "sign_count >= 0"),
        _of_user("web_authn_credentials"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_authn_credentials")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_web_authn_credentials_credential_id")),
    )
    op.create_index(
        "uq_web_authn_credentials_name", "web_authn_credentials", ["user_id", sa.text("lower(name)")], unique=True
    )


def _recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _check("recovery_codes", "salt_length", "octet_length(salt) = 16"),
        _check("recovery_codes", "hash_length", "octet_length(code_hash) = 32"),
        _of_user("recovery_codes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])


def _challenges() -> None:
    op.create_table(
        "factor_challenges",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("first_means", sa.Text(), nullable=True),
        sa.Column("misses", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        _check("factor_challenges", "purpose", f"purpose IN ({', '.join(repr(one) for one in _PURPOSES)})"),
        _check("factor_challenges", "token_length", "octet_length(token_hash) = 32"),
        _check("factor_challenges", "app_has_secret", "(purpose = 'app') = (totp_sealed IS NOT NULL)"),
        _check("factor_challenges", "misses_positive", "misses >= 0"),
        _check("factor_challenges", "ends_after_begin", "expires_at > begun_at"),
        _of_user("factor_challenges"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_challenges")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_factor_challenges_token_hash")),
    )
    op.create_index("ix_factor_challenges_expires_at", "factor_challenges", ["expires_at"])
    op.create_index("ix_factor_challenges_user_id", "factor_challenges", ["user_id"])


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id_users"))
