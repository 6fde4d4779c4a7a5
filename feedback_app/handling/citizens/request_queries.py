"""Requests about own data as whoever manages privacy sees them: kind, clock and where they lie, and no words.

Of a case that is confidential neither the unit nor the number is told: who looks after a whole agency has no need to
know that there is an allegation against one of its units (`handling.visibility`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.citizens.models import RequestKind, RequestOutcome, SubjectRequest
from feedback_app.handling.models import Case
from feedback_app.handling.queries import version_on
from feedback_app.intake.models import Submission
from feedback_app.organisation.models import UnitVersion


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """A request that waits; `case_id` and `unit_name` are empty where the case is confidential."""

    id: int
    kind: RequestKind
    requested_at: datetime
    due_at: datetime
    is_confidential: bool
    case_id: int | None
    unit_name: str | None


@dataclass(frozen=True, slots=True)
class RequestFigures:
    """How requests of a kind ended over some time: in all, in time, late, refused."""

    kind: RequestKind
    settled: int
    late: int
    refused: int


def waiting_requests(session: Session, agency_id: int, *, day: date) -> list[WaitingRequest]:
    """Return the requests of an agency that nobody has settled, the one due first on top."""
    kept_apart = sa.or_(Submission.is_confidential, sa.func.coalesce(Case.is_confidential, False))
    rows = session.execute(
        sa.select(SubjectRequest, kept_apart, Case.id, UnitVersion.name)
        .join(
            Submission,
            sa.and_(
                Submission.agency_id == SubjectRequest.agency_id, Submission.id == SubjectRequest.submission_id
            ),
        )
        .outerjoin(Case, sa.and_(Case.agency_id == Submission.agency_id, Case.submission_id == Submission.id))
        .outerjoin(UnitVersion, version_on(Submission.agency_id, Case.unit_id, day))
        .where(SubjectRequest.agency_id == agency_id, SubjectRequest.outcome.is_(None))
        .order_by(SubjectRequest.due_at, SubjectRequest.id)
    )  # fmt: skip
    return [
        WaitingRequest(
            row.id, row.kind, row.requested_at, row.due_at, is_apart, None if is_apart else case_id,
            None if is_apart else unit_name,
        )
        for row, is_apart, case_id, unit_name in rows
    ]  # fmt: skip


def request_figures(session: Session, agency_id: int, *, now: datetime, days: int = 365) -> Sequence[RequestFigures]:
    """Return how the requests that were settled in the last days ended, by kind."""
    late = SubjectRequest.settled_at > SubjectRequest.due_at
    refused = SubjectRequest.outcome == RequestOutcome.REFUSED
    rows = session.execute(
        sa.select(
            SubjectRequest.kind, sa.func.count(), sa.func.count().filter(late), sa.func.count().filter(refused)
        )
        .where(SubjectRequest.agency_id == agency_id, SubjectRequest.settled_at > now - timedelta(days=days))
        .group_by(SubjectRequest.kind)
    )  # fmt: skip
    found = {row[0]: RequestFigures(*row) for row in rows}
    return [found[kind] for kind in RequestKind if kind in found]
