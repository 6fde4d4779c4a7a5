"""What may come with a submission: photos and documents, and where its sender wants to be told."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity, tenant_key
from feedback_app.intake.rules import ATTACHMENT_BYTES_MAX, AttachmentKind, ContactKind


class Attachment(Base):
    """A file sent with a report, as it was re-encoded here; its own name and its metadata are not kept."""

    __tablename__ = "attachments"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("submission_id", to="submissions"),
        sa.UniqueConstraint("storage_key"),
        sa.Index("ix_attachments_submission_id", "agency_id", "submission_id"),
        sa.CheckConstraint("octet_length(sha256) = 32", name="hash_length"),
        sa.CheckConstraint(f"size_bytes BETWEEN 1 AND {ATTACHMENT_BYTES_MAX}", name="size_range"),
        sa.CheckConstraint("(kind = 'photo') = (width IS NOT NULL AND height IS NOT NULL)", name="photo_has_size"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    submission_id: Mapped[int]
    kind: Mapped[AttachmentKind]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    sha256: Mapped[bytes]
    storage_key: Mapped[str]
    added_at: Mapped[datetime]


class Contact(Base):
    """Where a citizen wants to be told, sealed: only the notifier opens it, and no page of an officer shows it.

    It belongs to a submission, or to somebody who joined a case. `fingerprint` is a keyed hash that tells the same
    address again without opening it.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        tenant_key("submission_id", to="submissions"),
        tenant_key("follower_id", to="case_followers"),
        sa.UniqueConstraint("agency_id", "submission_id"),
        sa.UniqueConstraint("agency_id", "follower_id"),
        sa.CheckConstraint("(submission_id IS NULL) <> (follower_id IS NULL)", name="of_one_of_both"),
        sa.CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint_length"),
        sa.Index("ix_contacts_fingerprint", "fingerprint"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    submission_id: Mapped[int | None]
    follower_id: Mapped[int | None]
    kind: Mapped[ContactKind]
    sealed: Mapped[bytes]
    fingerprint: Mapped[bytes]
    language: Mapped[str]
    added_at: Mapped[datetime]
    unsubscribed_at: Mapped[datetime | None]
