"""What a reporter adds while the case goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import CITIZEN, record
from feedback_app.clock import office_day
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.handling.citizens.models import CitizenMessage
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.handing_on.colleagues import workers_of
from feedback_app.handling.handing_on.past_the_unit import heed_allegation
from feedback_app.handling.inbox.search import refresh_words
from feedback_app.handling.models import Case
from feedback_app.handling.moves import move
from feedback_app.handling.rules import ENDED, MESSAGE_MAX, MESSAGE_MIN, CaseStatus
from feedback_app.handling.telling.staff import tell_staff
from feedback_app.nlp.personal.redact import redact
from feedback_app.notifications.wording import Template

# Enough for a conversation, too little to bury an officer.
MESSAGES_A_DAY: Final = 5


class MessageLengthError(InvalidInputError):
    """A message is too short to be one, or too long."""

    code = "message_length"


class CaseEndedError(ConflictError):
    """Nobody would read what is added to a case that has ended."""

    code = "case_ended"


class MessagesADayError(ConflictError):
    """The reporter has added enough for one day."""

    code = "messages_a_day"


def add_message(session: Session, case: Case, text: str, *, now: datetime) -> CitizenMessage:
    """Add the reporter's words to an open case.

    Officers read them with personal data masked. Where they allege levy or abuse, the case goes past the unit from here
    on, and is taken up again. Any other answer that waits for a verdict goes on waiting, with a new window: who writes
    is not silent. A case that waits for facts goes on.

    Raises
    ------
    MessageLengthError
    CaseEndedError
    MessagesADayError
    """
    words = text.strip()
    if not MESSAGE_MIN <= len(words) <= MESSAGE_MAX:
        raise MessageLengthError(f"Pesan harus {MESSAGE_MIN} sampai {MESSAGE_MAX} huruf; ini {len(words)} huruf.")
    if case.status in ENDED:
        raise CaseEndedError(
            "Laporan ini sudah berakhir dan tidak menerima pesan. Bila masalahnya masih ada, pilih “belum selesai” "
            "selama pilihan itu tampil, atau kirim laporan baru."
        )
    if _sent_since(session, case, now - timedelta(days=1)) >= MESSAGES_A_DAY:
        raise MessagesADayError(f"Paling banyak {MESSAGES_A_DAY} pesan sehari. Lanjutkan besok.")
    message = CitizenMessage(
        agency_id=case.agency_id, case_id=case.id, text=words, redacted_text=redact(words).text, sent_at=now
    )
    session.add(message)
    if case.status is CaseStatus.ANSWERED:
        case.silence_ends_at = clocks_of(session, case.agency_id).silence_ends_at(
            case.classification, now, case.unit_id
        )
    session.flush()
    record(
        session, agency_id=case.agency_id, actor=CITIZEN, action="handling.add_message", subject_type="case",
        subject_id=case.id, now=now, message_id=message.id,
    )  # fmt: skip
    heed_allegation(session, case, words, now=now)
    resume(session, case, now=now)
    refresh_words(session, case.agency_id, [case.id])
    return message


def resume(session: Session, case: Case, *, now: datetime) -> bool:
    """Let a case that waits for facts go on: its reporter sent some. Return whether it waited.

    Whoever asked is told; the working days of the wait are added to the deadlines.
    """
    if case.status is not CaseStatus.ON_HOLD:
        return False
    move(session, case, CaseStatus.IN_PROGRESS, actor=CITIZEN, now=now, action="handling.resume")
    session.flush()
    told = workers_of(session, case, office_day(now))
    tell_staff(session, case, Template.CASE_RESUMED, told, event=f"resumed:{case.version}", now=now)
    return True


def resume_submission(session: Session, agency_id: int, submission_id: int, *, now: datetime) -> bool:
    """Let the case of a submission go on if it waits for facts, for a file that came; return whether it waited."""
    case = session.scalar(
        sa.select(Case)
        .where(
            Case.agency_id == agency_id, Case.submission_id == submission_id, Case.status == CaseStatus.ON_HOLD
        )
        .with_for_update()
    )  # fmt: skip
    return case is not None and resume(session, case, now=now)


def redacted_words(session: Session, case: Case) -> list[tuple[datetime, str]]:
    """Return what the reporter added, as an officer may read it, first one first."""
    rows = session.execute(
        sa.select(CitizenMessage.sent_at, CitizenMessage.redacted_text)
        .where(CitizenMessage.agency_id == case.agency_id, CitizenMessage.case_id == case.id)
        .order_by(CitizenMessage.sent_at, CitizenMessage.id)
    )
    return [(sent_at, text) for sent_at, text in rows]


def _sent_since(session: Session, case: Case, since: datetime) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(CitizenMessage)
        .where(
            CitizenMessage.agency_id == case.agency_id,
            CitizenMessage.case_id == case.id,
            CitizenMessage.sent_at > since,
        )
    )
    return session.scalar(query) or 0
