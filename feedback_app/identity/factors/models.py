"""What an account has besides its password, and proofs that are under way.

Tables of their own and not columns of `users`: an account is read with every page, a secret only where it is used, and
the database can so be told who may read which (docs/wall.md).
"""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity


class Purpose(enum.StrEnum):
    """What a challenge was begun for; it proves nothing for any other end."""

    SIGN_IN = "sign_in"
    STEP_UP = "step_up"
    APP = "app"
    PASSKEY = "passkey"


class AccountFactors(Base):
    """The authenticator app of an account, and how often in a row a proof was missed."""

    __tablename__ = "account_factors"
    __table_args__ = (
        sa.CheckConstraint("(totp_sealed IS NULL) = (totp_since IS NULL)", name="app_has_moment"),
        sa.CheckConstraint("(totp_sealed IS NULL) = (totp_last_step IS NULL)", name="app_has_step"),
        sa.CheckConstraint("octet_length(webauthn_handle) = 64", name="handle_length"),
        sa.CheckConstraint("misses >= 0 AND (misses = 0 OR missed_at IS NOT NULL)", name="miss_has_moment"),
    )

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    totp_sealed: Mapped[bytes | None]
    totp_since: Mapped[datetime | None]
    # The time step of the last code that was taken: no code is taken twice (RFC 6238, 5.2).
    totp_last_step: Mapped[int | None]
    # By this a passkey knows its account (WebAuthn, 5.4.3): random, so that it says nothing about a person.
    webauthn_handle: Mapped[bytes] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]
    misses: Mapped[int] = mapped_column(sa.SmallInteger, server_default=sa.text("0"))
    missed_at: Mapped[datetime | None]


class WebAuthnCredential(Base):
    """A passkey or security key of an account; only its public half is ours."""

    __tablename__ = "web_authn_credentials"
    __table_args__ = (
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 60", name="name_length"),
        sa.CheckConstraint("octet_length(credential_id) BETWEEN 1 AND 1023", name="credential_length"),
        sa.CheckConstraint("sign_count >= 0", name="sign_count_positive"),
        sa.Index("uq_web_authn_credentials_name", "user_id", sa.text("lower(name)"), unique=True),
    )

    id: Mapped[int] = mapped_column(identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    transports: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    name: Mapped[str]
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One of the codes that stand in for a lost factor, as a slow hash; once used it stays as used."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        sa.CheckConstraint("octet_length(salt) = 16", name="salt_length"),
        sa.CheckConstraint("octet_length(code_hash) = 32", name="hash_length"),
        sa.Index("ix_recovery_codes_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    # One for all codes of an account made together, so that a try costs one slow hash and not ten.
    salt: Mapped[bytes]
    code_hash: Mapped[bytes]
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class FactorChallenge(Base):
    """A proof that is under way in one browser: after a right password, before an act, or while setting one up.

    The browser holds a random token and no more; what it may still try stands here, where no old cookie brings it back.
    """

    __tablename__ = "factor_challenges"
    __table_args__ = (
        sa.CheckConstraint("octet_length(token_hash) = 32", name="token_length"),
        sa.CheckConstraint("(purpose = 'app') = (totp_sealed IS NOT NULL)", name="app_has_secret"),
        sa.CheckConstraint("misses >= 0", name="misses_positive"),
        sa.CheckConstraint("expires_at > begun_at", name="ends_after_begin"),
        sa.Index("ix_factor_challenges_expires_at", "expires_at"),
        sa.Index("ix_factor_challenges_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    purpose: Mapped[Purpose]
    # What the passkey is to sign; another one for each try.
    challenge: Mapped[bytes | None]
    # The secret of an authenticator app that has not shown a code yet.
    totp_sealed: Mapped[bytes | None]
    # How the password, or a provider, was the first factor of this sign-in.
    first_means: Mapped[str | None]
    misses: Mapped[int] = mapped_column(sa.SmallInteger, server_default=sa.text("0"))
    begun_at: Mapped[datetime]
    expires_at: Mapped[datetime]
