"""Texts that people read for the machine, the models there were, when each served, and the alarms about them.

Models belong to the platform and not to an agency: a small town never writes enough for one of its own. What is drawn,
measured and alarmed about belongs to the agency whose texts they are.
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.analysis.learning.drift_rules import DriftMeasure
from feedback_app.db import Base, identity, tenant_key, words
from feedback_app.nlp.labels import Aspect, Kind, Sentiment, Urgency


class ReviewReason(enum.StrEnum):
    """Why a person is asked to read a text."""

    ABSTAINED = "abstained"  # the machine did not know
    AUDIT = "audit"  # drawn at random from what it answered, to measure it
    DRIFT = "drift"  # drawn after an alarm


class ReviewState(enum.StrEnum):
    """Where a text drawn for a person stands."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"


class VersionOrigin(enum.StrEnum):
    """Where a model comes from."""

    SHIPPED = "shipped"  # lies in the program; its bytes are in no row
    REFIT = "refit"


class UseReason(enum.StrEnum):
    """Why a model began to serve."""

    FIRST = "first"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"


class Decision(enum.StrEnum):
    """How a nightly round ended."""

    PROMOTED = "promoted"
    KEPT = "kept"
    TOO_FEW = "too_few"
    FAILED = "failed"


class LabelReview(Base):
    """One text drawn for a person, and what the person says.

    `machine` is what the machine had said, by head, with the version that said it. `chance` is how likely an audit was
    to be drawn: shares measured on audits weigh each by its inverse.
    """

    __tablename__ = "label_reviews"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.UniqueConstraint("agency_id", "submission_id"),
        tenant_key("submission_id", to="submissions"),
        sa.CheckConstraint("(reason = 'audit') = (chance IS NOT NULL)", name="audit_has_chance"),
        sa.CheckConstraint("chance > 0 AND chance <= 1", name="chance_range"),
        sa.CheckConstraint("(state = 'waiting') = (judged_at IS NULL)", name="waiting_is_not_judged"),
        sa.CheckConstraint("(judged_at IS NULL) = (judged_by IS NULL)", name="judged_by_somebody"),
        sa.CheckConstraint(
            "(state = 'done') = (kind IS NOT NULL AND sentiment IS NOT NULL AND aspect IS NOT NULL"
            " AND urgency IS NOT NULL AND abusive IS NOT NULL)",
            name="done_is_answered",
        ),
        sa.CheckConstraint("aspect2 IS NULL OR aspect2 <> aspect", name="two_aspects_differ"),
        sa.Index("ix_label_reviews_waiting", "agency_id", "drawn_at", postgresql_where=sa.text("state = 'waiting'")),
        sa.Index("ix_label_reviews_judged_at", "agency_id", "judged_at"),
    )

    agency_id: Mapped[int]
    id: Mapped[int] = mapped_column(identity())
    submission_id: Mapped[int]
    reason: Mapped[ReviewReason]
    chance: Mapped[float | None] = mapped_column(sa.REAL)
    machine: Mapped[dict[str, Any]] = mapped_column(JSONB)
    model_version: Mapped[str]
    drawn_at: Mapped[datetime]
    state: Mapped[ReviewState] = mapped_column(server_default=sa.text("'waiting'"))
    kind: Mapped[Kind | None]
    sentiment: Mapped[Sentiment | None]
    aspect: Mapped[Aspect | None]
    aspect2: Mapped[Aspect | None] = mapped_column(words(Aspect, "aspect2"))
    urgency: Mapped[Urgency | None]
    abusive: Mapped[bool | None]
    judged_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    judged_at: Mapped[datetime | None]


class ReaderDay(Base):
    """A day of an agency whose texts were drawn from and looked at for drift: once."""

    __tablename__ = "reader_days"
    __table_args__ = (sa.PrimaryKeyConstraint("agency_id", "on_date"),)

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    on_date: Mapped[date]
    looked_at: Mapped[datetime]
    drawn: Mapped[int] = mapped_column(sa.Integer)


class ModelVersion(Base):
    """A model: what its manifest says, and its bytes.

    Bytes are missing of the shipped one, which lies in the program, and of old ones that can be served no more.
    """

    __tablename__ = "model_versions"
    __table_args__ = (sa.CheckConstraint("origin <> 'shipped' OR body IS NULL", name="shipped_has_no_body"),)

    version: Mapped[str] = mapped_column(primary_key=True)
    manifest: Mapped[dict[str, Any]] = mapped_column(JSONB)
    body: Mapped[bytes | None] = mapped_column(deferred=True)
    made_at: Mapped[datetime]
    origin: Mapped[VersionOrigin]
    trained_until: Mapped[datetime | None]


class ModelRound(Base):
    """One nightly round: what was learnt from, what was compared on what, and what was decided and why.

    `measured_until` is when the newest row it decided on was judged: such rows decide once.
    """

    __tablename__ = "model_rounds"
    __table_args__ = (
        sa.CheckConstraint("(finished_at IS NULL) = (decision IS NULL)", name="finished_is_decided"),
        sa.Index("ix_model_rounds_started_at", "started_at"),
    )

    id: Mapped[int] = mapped_column(identity(), primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    corpus_rows: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))
    corrected_rows: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))
    reviewed_rows: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))
    held_out_rows: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))
    data_hash: Mapped[str | None]
    champion: Mapped[str | None]
    challenger: Mapped[str | None]
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=sa.text("'{}'"))
    measured_until: Mapped[datetime | None]
    decision: Mapped[Decision | None]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=sa.text("'[]'"))


class ModelUse(Base):
    """From when on a version serves, and why; rows are only ever added, and the newest one counts."""

    __tablename__ = "model_uses"
    __table_args__ = (
        sa.CheckConstraint("(why = 'rolled_back') OR by_user IS NULL", name="people_only_roll_back"),
        sa.CheckConstraint("(why = 'promoted') = (round_id IS NOT NULL)", name="promoted_by_a_round"),
    )

    id: Mapped[int] = mapped_column(identity(), primary_key=True)
    version: Mapped[str] = mapped_column(sa.ForeignKey("model_versions.version"))
    since: Mapped[datetime]
    why: Mapped[UseReason]
    by_user: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    round_id: Mapped[int | None] = mapped_column(sa.ForeignKey("model_rounds.id"))
    note: Mapped[str | None]


class DriftAlarm(Base):
    """Something about the texts of an agency, or about how well they are read, is not as it was."""

    __tablename__ = "drift_alarms"
    __table_args__ = (
        sa.PrimaryKeyConstraint("agency_id", "id"),
        sa.Index(
            "uq_drift_alarms_open", "agency_id", "head", "measure",
            unique=True, postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )  # fmt: skip

    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id"))
    id: Mapped[int] = mapped_column(identity())
    head: Mapped[str]
    measure: Mapped[DriftMeasure]
    expected: Mapped[float] = mapped_column(sa.REAL)
    seen: Mapped[float] = mapped_column(sa.REAL)
    statistic: Mapped[float] = mapped_column(sa.REAL)
    since: Mapped[datetime]
    closed_at: Mapped[datetime | None]
