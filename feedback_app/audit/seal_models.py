"""Seals over the audit trail: what was sealed together, and the hash of each event as it was then."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base


class SealKind(enum.StrEnum):
    """Why a seal was set."""

    BATCH = "batch"  # over events
    HEARTBEAT = "heartbeat"  # over nothing: says that until then nothing came after the seal before
    ROTATION = "rotation"  # from here on another key signs
    RESUMED = "resumed"  # the database is an older copy; the seals since are declared lost
    CUT = "cut"  # events up to an earlier seal may be removed, as their time is over


class AuditSeal(Base):
    """One link of the chain of this installation. What is signed: `statement.statement_of`."""

    __tablename__ = "audit_seals"
    __table_args__ = (
        sa.CheckConstraint("number >= 1", name="number_from_one"),
        sa.CheckConstraint(
            "octet_length(previous) = 32 AND octet_length(root) = 32 AND octet_length(public_key) = 32 "
            "AND octet_length(signature) = 64",
            name="lengths",
        ),
        sa.CheckConstraint("(size > 0) = (kind = 'batch')", name="batch_has_events"),
        sa.CheckConstraint("(kind IN ('resumed', 'cut')) = (refers_to IS NOT NULL)", name="refers"),
        sa.CheckConstraint("refers_to >= 0 AND refers_to < number", name="refers_back"),
        sa.CheckConstraint("(former_key IS NULL) = (former_signature IS NULL)", name="both_signatures"),
        sa.CheckConstraint("former_key IS NULL OR kind = 'rotation'", name="only_rotation_is_signed_twice"),
        # Two seals upon the same one would be two stories.
        sa.UniqueConstraint("previous", name="uq_audit_seals_previous"),
        sa.Index("ix_audit_seals_cut", "refers_to", postgresql_where=sa.text("kind = 'cut'")),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[SealKind]
    previous: Mapped[bytes]
    root: Mapped[bytes]
    size: Mapped[int]
    sealed_at: Mapped[datetime]
    refers_to: Mapped[int | None]
    public_key: Mapped[bytes]
    signature: Mapped[bytes]
    former_key: Mapped[bytes | None]
    former_signature: Mapped[bytes | None]


class AuditSection(Base):
    """What one agency has in a seal. With it the agency verifies its own trail and needs nobody else's rows.

    `path` leads from this section to the root of the seal, `salt` keeps leaves from being guessed (`sealing_rules`).
    """

    __tablename__ = "audit_sections"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "seal_number"),
        sa.CheckConstraint("size > 0 AND places > 0 AND place >= 0 AND place < places", name="has_place"),
        sa.CheckConstraint("octet_length(root) = 32 AND octet_length(salt) = 32", name="lengths"),
        sa.CheckConstraint("octet_length(path) % 32 = 0", name="path_of_hashes"),
        sa.CheckConstraint("first_at <= last_at", name="moments_in_order"),
    )

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    seal_number: Mapped[int] = mapped_column(sa.ForeignKey("audit_seals.number"))
    place: Mapped[int]
    places: Mapped[int]
    size: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    root: Mapped[bytes]
    salt: Mapped[bytes]
    path: Mapped[bytes]


class AuditLeaf(Base):
    """The hash of one event as it was when sealed."""

    __tablename__ = "audit_leaves"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "event_id"),
        sa.UniqueConstraint("agency_id", "seal_number", "position", name="uq_audit_leaves_position"),
        # Deferred: a cut removes events first, as its trigger asks the leaf whether the event may go.
        sa.ForeignKeyConstraint(
            ["agency_id", "event_id"], ["audit_events.agency_id", "audit_events.id"], deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "seal_number"], ["audit_sections.agency_id", "audit_sections.seal_number"]
        ),
        sa.CheckConstraint("position >= 0", name="position_from_zero"),
        sa.CheckConstraint("octet_length(hash) = 32", name="length"),
    )  # fmt: skip

    agency_id: Mapped[int]
    event_id: Mapped[int]
    seal_number: Mapped[int]
    position: Mapped[int]
    hash: Mapped[bytes]


class PlatformSection(Base):
    """What belongs to no agency in a seal."""

    __tablename__ = "platform_sections"
    __table_args__ = (
        sa.CheckConstraint("size > 0 AND places > 0 AND place >= 0 AND place < places", name="has_place"),
        sa.CheckConstraint("octet_length(root) = 32 AND octet_length(salt) = 32", name="lengths"),
        sa.CheckConstraint("octet_length(path) % 32 = 0", name="path_of_hashes"),
        sa.CheckConstraint("first_at <= last_at", name="moments_in_order"),
    )

    seal_number: Mapped[int] = mapped_column(sa.ForeignKey("audit_seals.number"), primary_key=True, autoincrement=False)
    place: Mapped[int]
    places: Mapped[int]
    size: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    root: Mapped[bytes]
    salt: Mapped[bytes]
    path: Mapped[bytes]


class PlatformLeaf(Base):
    """The hash of one event of the installation as it was when sealed."""

    __tablename__ = "platform_leaves"
    __table_args__ = (
        sa.UniqueConstraint("seal_number", "position", name="uq_platform_leaves_position"),
        sa.ForeignKeyConstraint(["event_id"], ["platform_events.id"], deferrable=True, initially="DEFERRED"),
        sa.ForeignKeyConstraint(["seal_number"], ["platform_sections.seal_number"]),
        sa.CheckConstraint("position >= 0", name="position_from_zero"),
        sa.CheckConstraint("octet_length(hash) = 32", name="length"),
    )

    event_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seal_number: Mapped[int]
    position: Mapped[int]
    hash: Mapped[bytes]
