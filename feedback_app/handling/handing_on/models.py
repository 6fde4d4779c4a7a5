"""Reports that somebody else handles now."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key


class Referral(Base):
    """A report that another agency of this platform handles now, as a submission of its own there."""

    __tablename__ = "referrals"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        sa.ForeignKeyConstraint(
            ["to_agency_id", "to_submission_id"],
            ["submissions.agency_id", "submissions.id"],
            name="fk_referrals_submission_there",
        ),
        sa.UniqueConstraint("agency_id", "case_id"),
        sa.CheckConstraint("to_agency_id <> agency_id", name="to_another_agency"),
        sa.CheckConstraint("(to_agency_id IS NULL) = (to_submission_id IS NULL)", name="whole_or_outside"),
        sa.CheckConstraint("(to_agency_id IS NULL) = (outside_name IS NOT NULL)", name="here_or_outside"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    to_agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agencies.id"))
    to_submission_id: Mapped[int | None]
    outside_name: Mapped[str | None]
    reason: Mapped[str]
    referred_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    referred_at: Mapped[datetime]
