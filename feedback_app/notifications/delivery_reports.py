"""What a gateway tells afterwards of a message that it took: it arrived, or it never will."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.notifications.models import Message, MessageState
from feedback_app.notifications.operations import UnknownMessageError

_NUMBER: Final = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})\.([0-9]{1,12})(?:@[\w.:\[\]-]{1,255})?", re.ASCII)
_REASON: Final = re.compile(r"[a-z0-9_-]{1,40}", re.ASCII)


class Arrival(enum.StrEnum):
    """What became of a message."""

    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SentNumber:
    """The number under which a message left: its agency, its row, and the second it was made."""

    agency_id: int
    message_id: int
    made_at: int


def read_number(raw: str) -> SentNumber:
    """Return what the number of a message says, as it was handed to the gateway.

    Raises
    ------
    feedback_app.notifications.operations.UnknownMessageError
        It was never made here.
    """
    found = _NUMBER.fullmatch(raw)
    if found is None:
        raise _unknown()
    agency_id, message_id, made_at = (int(part) for part in found.groups())
    return SentNumber(agency_id, message_id, made_at)


def note_arrival(
    session: Session, number: SentNumber, arrival: Arrival, *, reason: str | None = None, now: datetime
) -> None:
    """Note what a gateway says of a message to a citizen; said twice, or in another order, it comes to the same.

    A message that arrived has arrived, whatever is said later. One that failed waits for a person among those given
    up. Of `reason` only a code is kept: a provider's sentence often repeats the telephone number.

    Raises
    ------
    feedback_app.notifications.operations.UnknownMessageError
    """
    message = _message(session, number)
    if arrival is Arrival.DELIVERED:
        _arrived(message, now)
    elif message.delivered_at is None and not _waits_anew(message):
        message.state, message.sent_at = MessageState.DEAD, None
        message.last_error = f"gateway: {reason if reason and _REASON.fullmatch(reason) else 'failed'}"
    session.flush()


def _arrived(message: Message, now: datetime) -> None:
    message.delivered_at = message.delivered_at or now
    message.sent_at = message.sent_at or now
    message.state, message.last_error = MessageState.SENT, None


def _waits_anew(message: Message) -> bool:
    # Somebody has asked for it once more, and the failure told of is the one before.
    return message.state is MessageState.PENDING and message.attempts == 0


def _message(session: Session, number: SentNumber) -> Message:
    message = session.scalar(
        sa.select(Message)
        .where(
            Message.agency_id == number.agency_id, Message.id == number.message_id, Message.contact_id.is_not(None)
        )
        .with_for_update()
    )  # fmt: skip
    if message is None or int(message.created_at.timestamp()) != number.made_at:
        raise _unknown()
    return message


def _unknown() -> UnknownMessageError:
    return UnknownMessageError("Pesan dengan nomor itu tidak ada di sini.")
