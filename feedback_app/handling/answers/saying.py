"""Tell a citizen something about their case: the one place where an officer's words become a message to them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from feedback_app.errors import InvalidInputError
from feedback_app.handling.answers.placeholders import check_filled
from feedback_app.handling.clocks.running import wind
from feedback_app.handling.inbox.search import refresh_words
from feedback_app.handling.models import REPLY_MAX, REPLY_MIN, Case, Reply
from feedback_app.handling.rules import ReplyKind
from feedback_app.handling.telling.news import tell_replied

# Who asks a question or puts a case away has not yet said what is being done.
MEETS_THE_REPLY: Final = frozenset({ReplyKind.ANSWER, ReplyKind.PROGRESS})


class ReplyLengthError(InvalidInputError):
    """What a citizen is told is too short to be a reply, or too long."""

    code = "reply_length"


def check_words(text: str) -> str:
    """Return what is to be told without the space around it.

    Raises
    ------
    ReplyLengthError
    """
    words = text.strip()
    if not REPLY_MIN <= len(words) <= REPLY_MAX:
        raise ReplyLengthError(f"Tanggapan harus {REPLY_MIN} sampai {REPLY_MAX} huruf; ini {len(words)} huruf.")
    return words


def say(
    session: Session,
    case: Case,
    kind: ReplyKind,
    text: str,
    *,
    user_id: int,
    now: datetime,
    bulk_id: int | None = None,
) -> Reply:
    """Tell the citizen something; the case stays where it stands, an answer or news of progress meets the reply clock.

    `bulk_id` names the act by which many were told the same.

    Raises
    ------
    ReplyLengthError
    feedback_app.handling.answers.placeholders.UnfilledPlaceholderError
    """
    words = check_words(text)
    check_filled(words)
    reply = Reply(
        agency_id=case.agency_id, case_id=case.id, author_id=user_id, text=words, sent_at=now, kind=kind,
        bulk_id=bulk_id,
    )  # fmt: skip
    session.add(reply)
    if kind in MEETS_THE_REPLY and case.reply_met_at is None:
        with session.no_autoflush:
            case.reply_met_at = now
            wind(session, case)
    # A message is a new state of the case, so that of two officers who write at once one is told.
    flag_modified(case, "reply_met_at")
    session.flush()
    refresh_words(session, case.agency_id, [case.id])
    tell_replied(session, case, reply, now=now)
    return reply
