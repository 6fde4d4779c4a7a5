"""Have processing suspended, and let it go on (UU 27/2022 Ps 41).

While a report is restricted it is not published, nothing is learnt from it and its rating counts for nobody
(`intake.restrictions`); its case is answered all the same, for an answer is what its sender came for.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.audit.operations import CITIZEN, Actor
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.handling.citizens.models import RequestKind, RequestOutcome, SubjectRequest
from feedback_app.handling.citizens.request_words import keep_words
from feedback_app.handling.citizens.subject_requests import ask_for, locked_report, settle, still_open
from feedback_app.handling.handing_on.referral_links import copy_of
from feedback_app.handling.publication.publishing import withdraw_all
from feedback_app.handling.queries import case_if_any
from feedback_app.intake.restrictions import lift, restrict, standing

WHY_MAX = 1000


class AlreadyRestrictedError(ConflictError):
    """The report is restricted, or that was asked for and waits."""

    code = "already_restricted"


class NotRestrictedError(ConflictError):
    """There is nothing to lift."""

    code = "not_restricted"


class RestrictionWordsError(InvalidInputError):
    """The reason is too long."""

    code = "restriction_words"


def ask_to_restrict(
    session: Session, agency_id: int, submission_id: int, why: str | None, *, now: datetime
) -> SubjectRequest:
    """Note that processing is to be suspended: at once where no case came of the report, else within the clock.

    What another agency was given of the report is asked for there as well.

    Raises
    ------
    AlreadyRestrictedError
    RestrictionWordsError
    """
    said = (why or "").strip()
    if len(said) > WHY_MAX:
        raise RestrictionWordsError(f"Alasan paling banyak {WHY_MAX} huruf; ini {len(said)} huruf.")
    locked_report(session, agency_id, submission_id)
    waits = still_open(session, agency_id, submission_id, RequestKind.RESTRICTION) is not None
    if waits or standing(session, agency_id, submission_id) is not None:
        raise AlreadyRestrictedError("Pembatasan laporan ini sudah diminta atau sudah berlaku.")
    request = ask_for(session, agency_id, submission_id, RequestKind.RESTRICTION, now=now)
    if said:
        keep_words(session, request, said)
    if case_if_any(session, agency_id, submission_id) is None:
        settle(session, request, RequestOutcome.DONE, actor=CITIZEN, reason=None, now=now)
        begin_restriction(session, agency_id, submission_id, actor=CITIZEN, now=now)
    copy = copy_of(session, agency_id, submission_id)
    if copy is not None and standing(session, *copy) is None:
        ask_for(session, *copy, RequestKind.RESTRICTION, now=now)
    return request


def begin_restriction(session: Session, agency_id: int, submission_id: int, *, actor: Actor, now: datetime) -> None:
    """Suspend processing from now on, and take back what is shown to everybody."""
    restrict(session, agency_id, submission_id, actor=actor, now=now)
    case = case_if_any(session, agency_id, submission_id)
    if case is not None:
        withdraw_all(session, case, now=now)


def lift_restriction(session: Session, agency_id: int, submission_id: int, *, actor: Actor, now: datetime) -> None:
    """Let processing go on, here and where a copy went; what was taken back stays so until an officer shows it again.

    Raises
    ------
    NotRestrictedError
    """
    locked_report(session, agency_id, submission_id)
    if not lift(session, agency_id, submission_id, actor=actor, now=now):
        raise NotRestrictedError("Laporan ini tidak sedang dibatasi.")
    copy = copy_of(session, agency_id, submission_id)
    if copy is not None:
        lift(session, *copy, actor=actor, now=now)
