"""Templates of replies, and proof of what was done."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.handling.models import REPLY_MAX
from feedback_app.intake.rules import ATTACHMENT_BYTES_MAX, AttachmentKind

TEMPLATE_NAME_MAX = 80


class ReplyTemplate(Base):
    """Words for answers that come often, with placeholders; of one unit and those below it, or of the agency."""

    __tablename__ = "reply_templates"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("unit_id", to="units"),
        sa.CheckConstraint(f"char_length(name) BETWEEN 1 AND {TEMPLATE_NAME_MAX}", name="name_length"),
        sa.CheckConstraint(f"char_length(text) BETWEEN 1 AND {REPLY_MAX}", name="text_length"),
        sa.Index(
            "uq_reply_templates_name", "agency_id", "unit_id", sa.text("lower(name)"), unique=True,
            postgresql_where=sa.text("removed_at IS NULL"), postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    unit_id: Mapped[int | None]
    name: Mapped[str]
    text: Mapped[str]
    written_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    written_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Proof(Base):
    """A picture or document that shows the citizen what was done, cleaned like theirs."""

    __tablename__ = "proofs"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("case_id", to="cases"),
        sa.UniqueConstraint("storage_key"),
        sa.Index("ix_proofs_case_id", "agency_id", "case_id"),
        sa.CheckConstraint("octet_length(sha256) = 32", name="hash_length"),
        sa.CheckConstraint(f"size_bytes BETWEEN 1 AND {ATTACHMENT_BYTES_MAX}", name="size_range"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    case_id: Mapped[int]
    kind: Mapped[AttachmentKind]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    sha256: Mapped[bytes]
    storage_key: Mapped[str]
    caption: Mapped[str | None]
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    added_at: Mapped[datetime]
