"""Which account of a provider is which account of ours, and which claims give which role where."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.identity.sso.rules import DAYS_MOST, LinkBasis


class SsoLink(Base):
    """An account of a provider that signs in as one of ours; waits for an administrator while `confirmed_at` is empty.

    Known by issuer and subject, the only pair that stays one person's (OpenID Connect Core 1.0, section 5.7).
    """

    __tablename__ = "sso_links"
    __table_args__ = (
        sa.Index(
            "uq_sso_links_subject", "issuer", "subject", unique=True, postgresql_where=sa.text("ended_at IS NULL")
        ),
        sa.Index(
            "uq_sso_links_one_each", "user_id", "issuer", unique=True,
            postgresql_where=sa.text("ended_at IS NULL AND confirmed_at IS NOT NULL"),
        ),
        sa.CheckConstraint("char_length(subject) BETWEEN 1 AND 255", name="subject_length"),
        sa.CheckConstraint("char_length(issuer) BETWEEN 1 AND 255", name="issuer_length"),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR (basis = 'administrator') = (confirmed_by IS NOT NULL)",
            name="confirmed_by_somebody",
        ),
        sa.CheckConstraint("confirmed_by <> user_id", name="nobody_confirms_themselves"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    issuer: Mapped[str]
    subject: Mapped[str]
    basis: Mapped[LinkBasis]
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    last_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class ClaimRule(Base):
    """Whoever signs in with this value of a claim holds a role over a unit, or over the whole agency without one."""

    __tablename__ = "claim_rules"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.Index(
            "uq_claim_rules_active", "agency_id", "issuer", "claim", "value", "role", "unit_id", unique=True,
            postgresql_where=sa.text("ended_at IS NULL"), postgresql_nulls_not_distinct=True,
        ),
        # What needs two people is never given by a claim.
        sa.CheckConstraint("role IN ('officer', 'unit_head', 'supervisor', 'employee')", name="role_of_one_person"),
        sa.CheckConstraint(f"days BETWEEN 1 AND {DAYS_MOST}", name="days_range"),
        sa.CheckConstraint("char_length(claim) BETWEEN 1 AND 120", name="claim_length"),
        sa.CheckConstraint("char_length(value) BETWEEN 1 AND 200", name="value_length"),
        sa.CheckConstraint("char_length(issuer) BETWEEN 1 AND 255", name="issuer_length"),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= created_at", name="ends_after_start"),
    )  # fmt: skip

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    issuer: Mapped[str]
    claim: Mapped[str]
    value: Mapped[str]
    role: Mapped[str]
    unit_id: Mapped[int | None]
    days: Mapped[int]
    makes_account: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    ends_on: Mapped[date | None]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))


class ClaimGrant(Base):
    """A grant that a rule gave. What is not here was given by people, and no claim touches it."""

    __tablename__ = "claim_grants"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "grant_id"),
        tenant_key("grant_id", to="role_grants"),
        tenant_key("rule_id", to="claim_rules"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    grant_id: Mapped[int]
    rule_id: Mapped[int]
    given_at: Mapped[datetime]
