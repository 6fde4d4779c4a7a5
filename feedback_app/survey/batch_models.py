"""What is stored of questionnaires that came in together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.survey.models import unit_and_service
from feedback_app.survey.rules import AnswerOrder, BatchKind, BatchState


class Batch(Base):
    """Questionnaires that came in together: a session of typing paper ones, or a file. Undone as a whole."""

    __tablename__ = "skm_batches"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("period_id", to="skm_periods"),
        *unit_and_service("skm_batches"),
        sa.CheckConstraint("(kind = 'file') = (file_sha256 IS NOT NULL)", name="file_has_hash"),
        sa.CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name="undone_has_moment"),
        sa.Index(
            "uq_skm_batches_file_once",
            "agency_id", "period_id", "unit_id", "file_sha256",
            unique=True,
            postgresql_where=sa.text("state = 'kept' AND file_sha256 IS NOT NULL"),
        ),
    )  # fmt: skip

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    period_id: Mapped[int]
    unit_id: Mapped[int]
    service_id: Mapped[int | None]
    kind: Mapped[BatchKind]
    state: Mapped[BatchState] = mapped_column(server_default=sa.text("'kept'"))
    answer_order: Mapped[AnswerOrder | None]
    file_name: Mapped[str | None]
    file_sha256: Mapped[bytes | None]
    options: Mapped[dict[str, Any]] = mapped_column(sa.JSON, server_default=sa.text("'{}'"))
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
