"""Sign-ins of accounts: the browser holds a random number, this table whether it is still worth anything."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.db import Base, identity
from feedback_app.identity.sign_in_rules import EndReason, Means, SecondMeans, ended_because


class SignIn(Base):
    """One browser that somebody signed in with. Of an account, like the account of no agency.

    Of the browser and the network it holds no more than the owner needs to know them again: a coarse label, and a mark
    keyed by the account, so that the same network looks different in the rows of two people.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (
        sa.Index("uq_sign_ins_token_hash", "token_hash", unique=True),
        sa.Index("ix_sign_ins_of_user", "user_id", "began_at"),
        sa.Index("ix_sign_ins_live", "expires_at", postgresql_where=sa.text("ended_at IS NULL")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name="token_is_hashed"),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="end_has_reason"),
        sa.CheckConstraint("began_at <= last_seen_at AND began_at < expires_at", name="times_in_order"),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= began_at", name="ends_after_start"),
        sa.CheckConstraint("idle_minutes BETWEEN 1 AND 1440", name="idle_range"),
        sa.CheckConstraint("char_length(browser) <= 40", name="browser_is_coarse"),
    )

    id: Mapped[int] = mapped_column(identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    token_hash: Mapped[bytes]
    began_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    idle_minutes: Mapped[int]
    means: Mapped[Means]
    second_means: Mapped[SecondMeans | None]
    browser: Mapped[str]
    network_mark: Mapped[bytes | None]
    provider: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[EndReason | None]

    def over(self, now: datetime) -> EndReason | None:
        """Return why this sign-in is over at a moment; None while it lives."""
        return ended_because(
            ended_at=self.ended_at, reason=self.end_reason, last_seen_at=self.last_seen_at,
            idle_minutes=self.idle_minutes, expires_at=self.expires_at, now=now,
        )  # fmt: skip

    @property
    def idle(self) -> timedelta:
        """Return how long this sign-in lives without a request."""
        return timedelta(minutes=self.idle_minutes)


def run_out(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a sign-in has run out of time, whether its row says so or not."""
    idle = SignIn.idle_minutes * sa.literal_column("interval '1 minute'")
    return sa.or_(SignIn.expires_at <= now, SignIn.last_seen_at + idle <= now)


def alive(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a sign-in opens something at a moment."""
    return (SignIn.ended_at.is_(None), sa.not_(run_out(now)))
