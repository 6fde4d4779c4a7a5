"""Put a case away without an end, in public and with a coded reason; bring it back at the reporter's objection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import CITIZEN, SYSTEM, person
from feedback_app.clock import office_day
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.handling.answers.saying import check_words, say
from feedback_app.handling.citizens.erased import check_not_erased, is_erased
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.ending.archived_before import archivers, check_never_answered, objections
from feedback_app.handling.ending.reviewers import ask_for_review
from feedback_app.handling.ending.verdicts import OBJECTIONS_MOST, TooLateError
from feedback_app.handling.handing_on.colleagues import workers_of
from feedback_app.handling.handing_on.disposition import REASON_MAX, REASON_MIN, ReasonLengthError
from feedback_app.handling.handing_on.past_the_unit import heed_allegation
from feedback_app.handling.models import Case, CaseEvent, Reply
from feedback_app.handling.moves import move
from feedback_app.handling.publication.publishing import withdraw_all
from feedback_app.handling.queries import events_of, locked_where
from feedback_app.handling.rules import (
    ArchiveReason,
    CaseStatus,
    Classification,
    Mover,
    ReplyKind,
    check_move,
    check_stands,
)
from feedback_app.handling.telling.news import tell_not_completed
from feedback_app.handling.telling.staff import tell_staff
from feedback_app.intake.models import Submission
from feedback_app.nlp.personal.redact import redact
from feedback_app.notifications.wording import Template

# What an officer may say of a report in the unit's own name. Others follow from what somebody else did: the reporter
# took it back or did not complete it, another agency handles it.
OFFICERS_REASONS: Final = (
    ArchiveReason.OUT_OF_SCOPE,
    ArchiveReason.UNCLEAR,
    ArchiveReason.ILLOGICAL,
    ArchiveReason.SPAM,
)
OBJECTION_MIN, OBJECTION_MAX = 10, 2000


class ArchiveReasonError(InvalidInputError):
    """A case is put away for a reason an officer may give."""

    code = "archive_reason"


class ArchivedBeforeError(ConflictError):
    """Whom the reporter objects to does not decide about the objection."""

    code = "archived_before"


class AllegationStaysError(ConflictError):
    """A unit does not put away what is said of itself."""

    code = "allegation_stays"


class ObjectionLengthError(InvalidInputError):
    """Who objects says why, or nobody can decide otherwise the second time."""

    code = "objection_length"


class NotObjectionableError(ConflictError):
    """There is nothing to object to, or the reporter has objected often enough."""

    code = "not_objectionable"


def archive(
    session: Session, case: Case, reason: ArchiveReason, explanation: str, *, user_id: int, now: datetime
) -> Reply:
    """Put a case away and explain it to the reporter, who may object for as long as an answer waits for a verdict.

    REFERRED is for a case that another agency handles from now on. What was published of the case is taken back.

    Raises
    ------
    ArchiveReasonError
    feedback_app.handling.answers.saying.ReplyLengthError
    feedback_app.handling.rules.MoveNotAllowedError
        Somebody works on it already, it waits for the citizen, or it has ended.
    feedback_app.handling.ending.archived_before.AnsweredBeforeError
        It was answered, so whoever wrote the answer would end a dispute about it.
    ArchivedBeforeError
        The reporter objected when this very person put it away.
    AllegationStaysError
        It is an allegation and lies with the unit it speaks of.
    """
    words = check_words(explanation)
    if reason not in {*OFFICERS_REASONS, ArchiveReason.REFERRED}:
        raise ArchiveReasonError("Pilih alasan pengarsipan dari daftar.")
    check_move(case.status, CaseStatus.ARCHIVED, Mover.OFFICER)
    _check_archiver(session, case, user_id)
    move(
        session, case, CaseStatus.ARCHIVED, actor=person(user_id), now=now, action="handling.archive",
        archive_reason=reason,
    )  # fmt: skip
    withdraw_all(session, case, now=now)
    return say(session, case, ReplyKind.EXPLANATION, words, user_id=user_id, now=now)


def _check_archiver(session: Session, case: Case, user_id: int) -> None:
    check_never_answered(case)
    events = events_of(session, case.agency_id, case.id)
    if objections(events) and user_id in archivers(events):
        raise ArchivedBeforeError(
            "Pelapor keberatan ketika Anda mengarsipkan laporan ini. Minta rekan atau kepala unit yang memutuskan."
        )
    if case.classification is Classification.OVERSIGHT and _lies_with_the_accused(session, case):
        raise AllegationStaysError("Unit yang diadukan tidak dapat mengarsipkan laporan dugaan pelanggaran.")


def _lies_with_the_accused(session: Session, case: Case) -> bool:
    query = sa.select(sa.literal(1)).where(
        Submission.agency_id == case.agency_id,
        Submission.id == case.submission_id,
        Submission.unit_id == case.unit_id,
        sa.not_(Submission.unit_is_unknown),
    )
    return session.scalar(query) is not None


def restore(session: Session, case: Case, reason: str, *, user_id: int, now: datetime) -> None:
    """Take a case up again that was put away by mistake; its clocks run on from where they started.

    To put a late case away and to take it up again a minute later gives the office no new time.

    Raises
    ------
    feedback_app.handling.handing_on.disposition.ReasonLengthError
    feedback_app.handling.rules.MoveNotAllowedError
        It is not put away.
    NotObjectionableError
        Its reporter took it back: that is theirs to undo.
    feedback_app.handling.citizens.erased.ReportErasedError
    """
    words = " ".join(reason.split())
    if not REASON_MIN <= len(words) <= REASON_MAX:
        raise ReasonLengthError(
            f"Tulis alasan mengembalikan, {REASON_MIN} sampai {REASON_MAX} huruf; ini {len(words)} huruf."
        )
    check_stands(case.status, CaseStatus.ARCHIVED)
    if case.archive_reason is ArchiveReason.WITHDRAWN:
        raise NotObjectionableError("Laporan ini ditarik pelapornya; hanya pelapor yang dapat membatalkannya.")
    check_not_erased(session, case)
    move(
        session, case, CaseStatus.NEW, actor=person(user_id), now=now, action="handling.restore",
        reason=redact(words).text,
    )  # fmt: skip
    session.flush()


def objectionable_until(session: Session, case: Case, events: Sequence[CaseEvent]) -> datetime | None:
    """Return until when a reporter may bring back what was put away; None where they may not."""
    is_put_away = case.status is CaseStatus.ARCHIVED and case.archive_reason is not ArchiveReason.WITHDRAWN
    if not is_put_away or case.closed_at is None or objections(events) >= OBJECTIONS_MOST:
        return None
    return clocks_of(session, case.agency_id).silence_ends_at(case.classification, case.closed_at, case.unit_id)


def object_to_archiving(session: Session, case: Case, words: str, *, now: datetime) -> None:
    """Take a case up again because its reporter objects or completes it; tell whoever stands above the decision.

    Raises
    ------
    ObjectionLengthError
    NotObjectionableError
        It is not put away, its reporter took it back, its text is erased, or they have objected often enough.
    feedback_app.handling.ending.verdicts.TooLateError
    """
    said = words.strip()
    if not OBJECTION_MIN <= len(said) <= OBJECTION_MAX:
        raise ObjectionLengthError(
            f"Tulis keberatan atau keterangan Anda, {OBJECTION_MIN} sampai {OBJECTION_MAX} huruf; "
            f"ini {len(said)} huruf."
        )
    events = events_of(session, case.agency_id, case.id)
    until = objectionable_until(session, case, events)
    if until is None or is_erased(session, case):
        raise NotObjectionableError("Laporan ini tidak dapat dibuka lagi dari sini. Kirim laporan baru bila perlu.")
    if now > until:
        raise TooLateError("Waktu untuk keberatan sudah lewat. Kirim laporan baru bila masalahnya masih ada.")
    move(
        session, case, CaseStatus.NEW, actor=CITIZEN, now=now, action="handling.object_to_archiving",
        reason=redact(said).text or None,
    )  # fmt: skip
    session.flush()
    heed_allegation(session, case, said, now=now)
    ask_for_review(
        session, case, Template.ARCHIVE_OBJECTED, without=archivers(events),
        event=f"objected:{objections(events) + 1}", now=now,
    )  # fmt: skip


def any_hold_over(session: Session, *, now: datetime) -> bool:
    """Tell whether any case has waited for the citizen to the end of the days to complete it."""
    return session.scalar(sa.select(sa.literal(1)).where(_hold_is_over(now)).limit(1)) is not None


def archive_incomplete(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Put away what its reporters were asked to complete and did not; they may still do so. Return how many.

    What was answered before goes on instead, and whoever works on it is told: a question asked after a dispute must not
    end it without a reviewer.
    """
    cases = locked_where(session, _hold_is_over(now), first=Case.held_until, limit=limit)
    for case in cases:
        if case.first_replied_at is None:
            _put_away_incomplete(session, case, now)
        else:
            _go_on(session, case, now)
    return len(cases)


def _put_away_incomplete(session: Session, case: Case, now: datetime) -> None:
    move(
        session, case, CaseStatus.ARCHIVED, actor=SYSTEM, now=now, action="handling.archive_incomplete",
        archive_reason=ArchiveReason.INCOMPLETE,
    )  # fmt: skip
    session.flush()
    withdraw_all(session, case, now=now)
    tell_not_completed(session, case, now=now)


def _go_on(session: Session, case: Case, now: datetime) -> None:
    move(session, case, CaseStatus.IN_PROGRESS, actor=SYSTEM, now=now, action="handling.hold_is_over")
    session.flush()
    told = workers_of(session, case, office_day(now))
    tell_staff(session, case, Template.CASE_RESUMED, told, event=f"resumed:{case.version}", now=now)


def _hold_is_over(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Case.status == CaseStatus.ON_HOLD, Case.held_until <= now)
