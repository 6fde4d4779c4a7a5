"""One delivery: the message is put into words, handed over, and what became of it comes back as a value."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from feedback_app.notifications.models import Message
from feedback_app.notifications.operations import Attempt, Failure
from feedback_app.notifications.rules import Way
from feedback_app.notifications.transport import PermanentFailure, TemporaryFailure, Transport
from feedback_app.notifications.unsubscribe import sign
from feedback_app.notifications.wording import Places, Template, words_of

log = logging.getLogger(__name__)

AT_ONCE: Final = timedelta(0)
UNSUBSCRIBED: Final = "unsubscribed"
ACCOUNT_CLOSED: Final = "account closed"
MOOT: Final = "no longer wanted"
# Nothing failed: there is nobody any more who wants the message.
NOT_WANTED: Final = frozenset({UNSUBSCRIBED, ACCOUNT_CLOSED, MOOT})


class NotWantedError(Exception):
    """There is nothing to send, or nobody to send it to any more: unsubscribed, or the account is closed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a message goes; the address is kept out of every log."""

    way: Way
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to be handed over."""

    attempt: Attempt
    to: Recipient
    subject: str
    body: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sender:
    """What stands the same on every message: the public address, the key of the link that ends them, the domain."""

    public_url: str
    unsubscribe_key: bytes = field(repr=False)
    domain: str = "localhost"


def attempt_at(message: Message) -> Attempt:
    """Return the attempt that a claimed message stands at."""
    return Attempt(message.agency_id, message.id, message.attempts)


def letter(message: Message, to: Recipient, sender: Sender, link: str | None = None) -> Letter:
    """Put a message into words; `link` opens something for its reader alone and stands in no row.

    The Message-ID depends on the message alone: should a mail leave twice, its reader's program sees that it is one.

    Raises
    ------
    NotWantedError
        Its template or its parameters are none of this release.
    """
    stop = _stop_address(message, sender)
    try:
        places = Places(sender.public_url, stop, link)
        words = words_of(Template(message.template), message.params, places, message.language)
    except (KeyError, TypeError, ValueError):
        # A row of another release: it must not stop the messages behind it.
        raise NotWantedError("cannot be put into words") from None
    made_at = int(message.created_at.timestamp())
    headers = {"Message-ID": f"<{message.agency_id}.{message.id}.{made_at}@{sender.domain}>"}
    if stop:
        headers["List-Unsubscribe"] = f"<{stop}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return Letter(attempt_at(message), to, words.subject, words.body, headers)


def _stop_address(message: Message, sender: Sender) -> str | None:
    if message.contact_id is None:
        return None
    return f"{sender.public_url}/berhenti/{sign(sender.unsubscribe_key, message.agency_id, message.contact_id)}"


def hand_over(made: Letter, transports: Mapping[Way, Transport]) -> Failure | None:
    """Send a letter; return None where the next machine took it."""
    transport = transports.get(made.to.way)
    if transport is None:
        return Failure("no way is set up", AT_ONCE)
    try:
        transport.send(made.to.address, made.subject, made.body, made.headers)
    except PermanentFailure as failed:
        return _noted(made, Failure(failed.reason, None))
    except TemporaryFailure as failed:
        return _noted(made, Failure(failed.reason, failed.wait or AT_ONCE, failed.stops_way))
    except Exception as error:
        # An unforeseen error may name the address, and a failed job's traceback is kept: only its kind goes on.
        return _noted(made, Failure(type(error).__name__, AT_ONCE))
    return None


def _noted(made: Letter, failure: Failure) -> Failure:
    log.warning("Message %d was not sent: %s", made.attempt.message_id, failure.reason)
    return failure
