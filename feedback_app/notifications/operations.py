"""What changes the outbox: a message is owed, claimed, settled, or asked for once more by a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app import queue
from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError, NotFoundError
from feedback_app.notifications.models import Message, MessageState
from feedback_app.notifications.queries import is_due
from feedback_app.notifications.rules import is_last, is_stale, wait_after
from feedback_app.notifications.wording import Template, is_for_staff

DELIVER_JOB: Final = "deliver_messages"
# Longer than a job may run: while one sends, no other takes the same message.
LEASE: Final = timedelta(minutes=15)
CUT_SHORT: Final = "every attempt was cut short"
STALE: Final = "too old to be news"


class UnknownMessageError(NotFoundError):
    """No message has this number."""

    code = "unknown_message"


class MessageNotDeadError(ConflictError):
    """Only a message that was given up can be asked for once more."""

    code = "message_not_dead"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt did not reach anybody; without `wait` there is no sense in another.

    `stops_way` says that no other message would have gone this way either.
    """

    reason: str
    wait: timedelta | None
    stops_way: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one message, by number, so that it outlives the row it was read from."""

    agency_id: int
    message_id: int
    number: int


def owe(
    session: Session,
    *,
    agency_id: int,
    template: str,
    params: Mapping[str, Any],
    dedupe_key: str,
    now: datetime,
    contact_id: int | None = None,
    user_id: int | None = None,
    language: str = "id",
) -> None:
    """Owe somebody a message, once for each `dedupe_key`; it leaves after the commit.

    `params` holds ids only. Exactly one of `contact_id` (a citizen) and `user_id` (staff) is given.
    """
    kind = Template(template)
    if is_for_staff(kind) is not (user_id is not None):
        raise ValueError(f"{kind} is not for this kind of reader")
    session.execute(
        insert(Message)
        .values(
            agency_id=agency_id, contact_id=contact_id, user_id=user_id, template=kind.value, params=dict(params),
            language=language, dedupe_key=dedupe_key, created_at=now, next_try_at=now,
        )
        .on_conflict_do_nothing(index_elements=["agency_id", "dedupe_key"])
    )  # fmt: skip
    queue.ask(session, DELIVER_JOB)


def claim(session: Session, *, deliverable: sa.ColumnElement[bool], now: datetime) -> Message | None:
    """Take the message that has waited longest, with this attempt noted on it; None where nothing is due.

    The caller commits before it sends. A process that dies in between has lost nothing: the message is due again when
    its lease ends. `deliverable` is the condition that there is a way to send it.
    """
    while True:
        message = session.scalar(
            sa.select(Message)
            .where(is_due(now), deliverable)
            .order_by(Message.next_try_at, Message.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=Message)
        )
        if message is None:
            return None
        reason = _past_trying(message, now)
        if reason is None:
            break
        message.state, message.last_error = MessageState.DEAD, reason
        session.flush()
    message.attempts += 1
    message.next_try_at = now + LEASE
    session.flush()
    return message


def _past_trying(message: Message, now: datetime) -> str | None:
    # No attempt came to its end, so the message itself may be what ends the worker.
    if is_last(message.attempts):
        return CUT_SHORT
    # What a person asked for once more has its old error and is sent at any age.
    if message.last_error is None and is_stale(message.created_at, attempts=message.attempts, now=now):
        return STALE
    return None


def settle_sent(session: Session, attempt: Attempt, *, now: datetime) -> None:
    """Note that a message was handed over."""
    _settle(session, attempt, state=MessageState.SENT, sent_at=now, last_error=None)


def settle_failed(session: Session, attempt: Attempt, failure: Failure, *, jitter: float, now: datetime) -> None:
    """Note a failed attempt: another follows, unless it was the last or none can help."""
    if failure.wait is None or is_last(attempt.number):
        settle_dead(session, attempt, failure.reason)
        return
    later = now + wait_after(attempt.number, jitter=jitter, asked=failure.wait)
    _settle(session, attempt, next_try_at=later, last_error=failure.reason)


def postpone(session: Session, *, deliverable: sa.ColumnElement[bool], wait: timedelta | None, now: datetime) -> None:
    """Let the due messages of a way wait whose server is away; it costs them no attempt.

    So a day without a mail server uses up the attempts of the few messages that asked for it, not of all, and no worker
    spends its time on waiting for an answer.
    """
    session.execute(
        sa.update(Message)
        .where(is_due(now), deliverable)
        .values(next_try_at=now + wait_after(1, jitter=0.0, asked=wait))
        .execution_options(synchronize_session=False)
    )


def settle_dead(session: Session, attempt: Attempt, reason: str) -> None:
    """Note that a message will not be sent, and why."""
    _settle(session, attempt, state=MessageState.DEAD, last_error=reason)


def _settle(session: Session, attempt: Attempt, **values: object) -> None:
    # Not through the loaded row: the citizen may have had it deleted while it was on its way.
    session.execute(
        sa.update(Message)
        .where(
            Message.agency_id == attempt.agency_id, Message.id == attempt.message_id,
            Message.state == MessageState.PENDING,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def retry(
    session: Session, message_id: int, *, actor: Actor, now: datetime, agency_ids: Collection[int] | None = None
) -> None:
    """Ask for a message once more that was given up; of another agency than `agency_ids` there is none.

    Raises
    ------
    UnknownMessageError
    MessageNotDeadError
    """
    message = session.scalar(sa.select(Message).where(Message.id == message_id).with_for_update())
    if message is None or (agency_ids is not None and message.agency_id not in agency_ids):
        raise UnknownMessageError("Pesan dengan nomor itu tidak ada. Periksa kembali nomornya.")
    if message.state is not MessageState.DEAD:
        raise MessageNotDeadError("Pesan itu belum gagal, sehingga tidak perlu dikirim ulang.")
    message.state, message.attempts, message.next_try_at = MessageState.PENDING, 0, now
    session.flush()
    queue.ask(session, DELIVER_JOB)
    record(
        session, agency_id=message.agency_id, actor=actor, action="notifications.retry", subject_type="message",
        subject_id=message.id, now=now,
    )  # fmt: skip


def retry_all(session: Session, agency_id: int, reason: str, *, actor: Actor, now: datetime) -> int:
    """Ask once more for the messages of an agency that were given up for one reason; return how many."""
    asked = session.scalars(
        sa.update(Message)
        .where(
            Message.agency_id == agency_id, Message.state == MessageState.DEAD,
            sa.func.coalesce(Message.last_error, "") == reason,
        )
        .values(state=MessageState.PENDING, attempts=0, next_try_at=now)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()  # fmt: skip
    if asked:
        queue.ask(session, DELIVER_JOB)
        record(
            session, agency_id=agency_id, actor=actor, action="notifications.retry_all", subject_type="agency",
            subject_id=agency_id, now=now, messages=len(asked),
        )  # fmt: skip
    return len(asked)
