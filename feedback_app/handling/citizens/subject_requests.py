"""Requests of reporters about their own data, each with its clock of 3 x 24 hours (UU 27/2022 Ps 30, 32, 41, 43)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import CITIZEN, Actor, record
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.handling.citizens.models import RequestKind, RequestOutcome, SubjectRequest
from feedback_app.handling.models import Case
from feedback_app.handling.queries import locked_where
from feedback_app.handling.visibility import may_see
from feedback_app.identity.rules import Permission
from feedback_app.intake.models import Submission
from feedback_app.organisation.models import Agency

# Hours of the clock and not of the office: the law counts 3 x 24 hours, nights and holidays included.
ANSWER_WITHIN: Final = timedelta(hours=72)
REASON_MIN, REASON_MAX = 10, 1000


class UnknownRequestError(NotFoundError):
    """No such request, or none that this account may see."""

    code = "unknown_request"


class RequestSettledError(ConflictError):
    """A colleague has settled it already."""

    code = "request_settled"


class RefusalReasonError(InvalidInputError):
    """Who refuses says why, for the reporter reads it."""

    code = "refusal_reason"


def locked_report(session: Session, agency_id: int, submission_id: int) -> Submission:
    """Return a report, held until the transaction ends.

    The drain locks the same row, so nothing is read while it is erased, nor erased while it is read. Who holds the case
    may still write a row that points at the report.
    """
    return session.scalars(
        sa.select(Submission)
        .where(Submission.agency_id == agency_id, Submission.id == submission_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def ask_for(
    session: Session, agency_id: int, submission_id: int, kind: RequestKind, *, now: datetime
) -> SubjectRequest:
    """Note a request; one of this kind that is still open stays the one that counts."""
    waiting = still_open(session, agency_id, submission_id, kind)
    if waiting is not None:
        return waiting
    request = SubjectRequest(
        agency_id=agency_id, submission_id=submission_id, kind=kind, requested_at=now, due_at=now + ANSWER_WITHIN
    )
    session.add(request)
    session.flush()
    _note(session, request, "handling.ask_for_own_data", CITIZEN, now)
    return request


def still_open(session: Session, agency_id: int, submission_id: int, kind: RequestKind) -> SubjectRequest | None:
    """Return the request of a kind that waits for its answer, or None."""
    return session.scalar(
        sa.select(SubjectRequest).where(
            SubjectRequest.agency_id == agency_id,
            SubjectRequest.submission_id == submission_id,
            SubjectRequest.kind == kind,
            SubjectRequest.outcome.is_(None),
        )
    )


def settle(
    session: Session,
    request: SubjectRequest,
    outcome: RequestOutcome,
    *,
    actor: Actor,
    reason: str | None,
    now: datetime,
) -> None:
    """End a request; a refusal carries a reason that its reporter reads.

    Raises
    ------
    RequestSettledError
    RefusalReasonError
    """
    if request.outcome is not None:
        raise RequestSettledError("Permintaan ini sudah diselesaikan. Muat ulang halaman untuk melihat hasilnya.")
    said = (reason or "").strip()
    if outcome is RequestOutcome.REFUSED and not REASON_MIN <= len(said) <= REASON_MAX:
        raise RefusalReasonError(
            f"Tuliskan alasan penolakan, {REASON_MIN} sampai {REASON_MAX} huruf; pelapor membacanya."
        )
    request.outcome, request.settled_at, request.settled_by = outcome, now, actor.user_id
    request.reason = said[:REASON_MAX] or None
    session.flush()
    _note(session, request, "handling.settle_request", actor, now)


def open_request_for(session: Session, user_id: int, request_id: int, *, day: date) -> tuple[SubjectRequest, Case]:
    """Return a request and its case, locked with what is merged into it, where somebody answers for the case.

    The submission is locked before them, as an erasure by the reporter does it: the two wait for each other and never
    for a knot.

    Raises
    ------
    UnknownRequestError
    """
    session.execute(
        sa.select(Submission.id)
        .join(SubjectRequest, _submission_of_request())
        .where(SubjectRequest.id == request_id)
        .with_for_update(of=Submission, key_share=True)
    )
    is_asked = sa.exists().where(SubjectRequest.id == request_id, _case_of_request())
    cases = locked_where(session, sa.and_(is_asked, may_see(user_id, Permission.ANSWER_CASE, day)))
    if not cases:
        raise UnknownRequestError("Permintaan ini tidak ada pada kasus Anda.")
    asked = sa.select(SubjectRequest).where(SubjectRequest.id == request_id).with_for_update()
    return session.scalars(asked.execution_options(populate_existing=True)).one(), cases[0]


def open_requests_of(session: Session, case: Case) -> Sequence[SubjectRequest]:
    """Return what the reporter of a case asked for and nobody has settled, first one first."""
    return session.scalars(
        sa.select(SubjectRequest)
        .where(
            SubjectRequest.agency_id == case.agency_id,
            SubjectRequest.submission_id == case.submission_id,
            SubjectRequest.outcome.is_(None),
        )
        .order_by(SubjectRequest.requested_at)
    ).all()


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that waits for somebody, as it stands in a list."""

    case_id: int
    kind: RequestKind
    due_at: datetime
    time_zone: str


def open_requests(session: Session, user_id: int, *, day: date) -> list[OpenRequest]:
    """Return the requests that wait for somebody, the one due first on top."""
    rows = session.execute(
        sa.select(Case.id, SubjectRequest.kind, SubjectRequest.due_at, Agency.time_zone)
        .select_from(SubjectRequest)
        .join(Case, _case_of_request())
        .join(Agency, Agency.id == SubjectRequest.agency_id)
        .where(SubjectRequest.outcome.is_(None), may_see(user_id, Permission.ANSWER_CASE, day))
        .order_by(SubjectRequest.due_at)
    )
    return [OpenRequest(*row) for row in rows]


def _case_of_request() -> sa.ColumnElement[bool]:
    return sa.and_(
        Case.agency_id == SubjectRequest.agency_id, Case.submission_id == SubjectRequest.submission_id
    )  # fmt: skip


def _submission_of_request() -> sa.ColumnElement[bool]:
    return sa.and_(
        Submission.agency_id == SubjectRequest.agency_id, Submission.id == SubjectRequest.submission_id
    )  # fmt: skip


def _note(session: Session, request: SubjectRequest, action: str, actor: Actor, now: datetime) -> None:
    record(
        session, agency_id=request.agency_id, actor=actor, action=action, subject_type="subject_request",
        subject_id=request.id, now=now, kind=request.kind.value,
        outcome=request.outcome.value if request.outcome else None,
    )  # fmt: skip
