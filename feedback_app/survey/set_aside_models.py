"""What an administrator set aside of a survey, and why."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.survey.rules import SurveyChannel

REASON_MIN: Final = 10
REASON_MAX: Final = 500


class SetAside(Base):
    """Questionnaires of one unit, day and open channel that count nowhere, until `undone_at` where that is given.

    A questionnaire that proves a visit, or came on paper, is never set aside so: the one by its code, the other by its
    batch leads to where it came from.
    """

    __tablename__ = "skm_set_asides"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("period_id", to="skm_periods"),
        tenant_key("unit_id", to="units"),
        sa.CheckConstraint(f"char_length(reason) BETWEEN {REASON_MIN} AND {REASON_MAX}", name="reason_length"),
        sa.CheckConstraint("channel IN ('web', 'kiosk')", name="open_channels_only"),
        sa.CheckConstraint("responses >= 0", name="responses_count"),
        sa.Index("ix_skm_set_asides_place", "agency_id", "period_id", "unit_id"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    period_id: Mapped[int]
    unit_id: Mapped[int]
    day: Mapped[date]
    channel: Mapped[SurveyChannel]
    reason: Mapped[str]
    responses: Mapped[int] = mapped_column(sa.Integer)
    set_at: Mapped[datetime]
    set_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
