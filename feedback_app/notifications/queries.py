"""What can be asked about the outbox. No answer holds an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.notifications.models import Message, MessageState


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message in a list."""

    id: int
    to_staff: bool
    template: str
    state: MessageState
    has_way: bool
    attempts: int
    created_at: datetime
    next_try_at: datetime
    last_error: str | None


@dataclass(frozen=True, slots=True)
class MessageCounts:
    """How many messages wait to be sent, wait for somebody to set up a way, and were given up."""

    waiting: int
    without_way: int
    dead: int


def is_pending() -> sa.ColumnElement[bool]:
    """Return the condition that a message is neither sent nor given up."""
    return Message.state == MessageState.PENDING


def is_due(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a message is to be tried now."""
    return sa.and_(is_pending(), Message.next_try_at <= now)


def any_due(session: Session, *, deliverable: sa.ColumnElement[bool], now: datetime) -> bool:
    """Tell whether a message is due that there is a way to send."""
    return bool(session.scalar(sa.select(sa.exists().where(is_due(now), deliverable))))


def counts(session: Session, *, deliverable: sa.ColumnElement[bool]) -> MessageCounts:
    """Return how the outbox stands."""
    # A message that was sent is no longer of interest here, and those are most of the table.
    of_interest = Message.state.in_((MessageState.PENDING, MessageState.DEAD))
    row = session.execute(
        sa.select(
            sa.func.count().filter(is_pending(), deliverable),
            sa.func.count().filter(is_pending(), sa.not_(deliverable)),
            sa.func.count().filter(Message.state == MessageState.DEAD),
        )
        .select_from(Message)
        .where(of_interest)
    ).one()
    return MessageCounts(*row)


def unsent(
    session: Session, *, deliverable: sa.ColumnElement[bool], dead_only: bool, limit: int
) -> Sequence[MessageRow]:
    """Return messages that were not sent, the oldest first."""
    wanted = Message.state == MessageState.DEAD if dead_only else Message.state != MessageState.SENT
    rows = session.execute(
        sa.select(
            Message.id, Message.user_id.is_not(None), Message.template, Message.state, deliverable,
            Message.attempts, Message.created_at, Message.next_try_at, Message.last_error,
        )
        .where(wanted)
        .order_by(Message.created_at, Message.id)
        .limit(limit)
    )  # fmt: skip
    return [MessageRow(*row) for row in rows]
