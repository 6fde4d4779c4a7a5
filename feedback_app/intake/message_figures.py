"""How the messages of an agency fare, by the way they travel: numbers and codes, never an address or a word."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.intake.extra_models import Contact
from feedback_app.intake.rules import ContactKind
from feedback_app.notifications.delivery import NOT_WANTED
from feedback_app.notifications.models import Message, MessageState
from feedback_app.notifications.rules import Way
from feedback_app.organisation.models import Agency

# Of what was sent, only the youngest says how it goes now.
SENT_FOR: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class WayFigures:
    """Messages of one way: waiting to be sent, sent of late and of those reported as arrived, given up."""

    way: Way
    waiting: int
    sent: int
    arrived: int
    dead: int


@dataclass(frozen=True, slots=True)
class DeadReason:
    """Why so many messages of an agency were given up; `may_retry` where another attempt has a sense."""

    agency_id: int
    agency_name: str
    reason: str
    n: int
    may_retry: bool


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message that did not reach anybody."""

    id: int
    agency_name: str
    time_zone: str
    template: str
    way: Way
    to_staff: bool
    created_at: datetime
    attempts: int
    reason: str


def figures_by_way(session: Session, agency_ids: Collection[int], *, now: datetime) -> list[WayFigures]:
    """Return how the messages of some agencies stand, one row for each way."""
    is_sent = sa.and_(Message.state == MessageState.SENT, Message.sent_at >= now - SENT_FOR)
    way = _way().label("way")
    rows = session.execute(
        _letters(
            way,
            sa.func.count().filter(Message.state == MessageState.PENDING).label("waiting"),
            sa.func.count().filter(is_sent).label("sent"),
            sa.func.count().filter(is_sent, Message.delivered_at.is_not(None)).label("arrived"),
            sa.func.count().filter(_is_dead_letter()).label("dead"),
        )
        .where(Message.agency_id.in_(agency_ids))
        .group_by(way)
    )
    found = {row.way: WayFigures(Way(row.way), row.waiting, row.sent, row.arrived, row.dead) for row in rows}
    return [found.get(way.value, WayFigures(way, 0, 0, 0, 0)) for way in Way]


def dead_reasons(session: Session, agency_ids: Collection[int]) -> list[DeadReason]:
    """Return why messages were given up, the most frequent reason first."""
    n = sa.func.count().label("n")
    rows = session.execute(
        sa.select(Agency.id, Agency.name, Message.last_error, n)
        .join(Agency, Agency.id == Message.agency_id)
        .where(Message.agency_id.in_(agency_ids), Message.state == MessageState.DEAD)
        .group_by(Agency.id, Agency.name, Message.last_error)
        .order_by(n.desc(), Agency.name, Message.last_error)
    )
    return [
        DeadReason(agency_id, name, reason or "", count, (reason or "") not in NOT_WANTED)
        for agency_id, name, reason, count in rows
    ]


def dead_letters(session: Session, agency_ids: Collection[int], *, page: int, size: int) -> list[DeadLetter]:
    """Return the messages that were given up and that somebody may want to send again, the youngest first."""
    rows = session.execute(
        _letters(
            Message.id, Agency.name, Agency.time_zone, Message.template, _way(), Message.user_id.is_not(None),
            Message.created_at, Message.attempts, sa.func.coalesce(Message.last_error, ""),
        )
        .join(Agency, Agency.id == Message.agency_id)
        .where(Message.agency_id.in_(agency_ids), _is_dead_letter())
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(size)
        .offset((page - 1) * size)
    )  # fmt: skip
    return [DeadLetter(row[0], row[1], row[2], row[3], Way(row[4]), *row[5:]) for row in rows]


def _is_dead_letter() -> sa.ColumnElement[bool]:
    # Who wants no messages any more is not somebody a message failed to reach.
    return sa.and_(
        Message.state == MessageState.DEAD, sa.func.coalesce(Message.last_error, "").not_in(sorted(NOT_WANTED))
    )


def _letters(*columns: Any) -> sa.Select[*tuple[Any, ...]]:
    of_message = sa.and_(Contact.agency_id == Message.agency_id, Contact.id == Message.contact_id)
    return sa.select(*columns).select_from(Message).outerjoin(Contact, of_message)


def _way() -> sa.Case[str]:
    # An account is reached by mail.
    return sa.case((Contact.kind == ContactKind.WHATSAPP, Way.WHATSAPP.value), else_=Way.EMAIL.value)
