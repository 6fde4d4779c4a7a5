"""What reporters wrote with their requests: kept beside the report, masked for officers, erased with the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.citizens.models import RequestKind, RequestOutcome, RequestWords, SubjectRequest
from feedback_app.nlp.personal.redact import redact


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction that stands beside a report, with personal data masked: what is wrong, and how it should read."""

    settled_at: datetime
    wrong: str
    said: str


def keep_words(session: Session, request: SubjectRequest, said: str, *, wrong: str | None = None) -> None:
    """Keep what a reporter wrote with a request, and the same with personal data masked."""
    session.add(
        RequestWords(
            agency_id=request.agency_id, request_id=request.id, wrong=wrong, said=said,
            redacted_wrong=redact(wrong).text if wrong else None, redacted_said=redact(said).text,
        )
    )  # fmt: skip
    session.flush()


def words_of(session: Session, requests: Sequence[SubjectRequest]) -> dict[int, RequestWords]:
    """Return the words that came with some requests, by the request's number."""
    if not requests:
        return {}
    rows = session.scalars(
        sa.select(RequestWords).where(
            RequestWords.agency_id == requests[0].agency_id,
            RequestWords.request_id.in_([request.id for request in requests]),
        )
    )
    return {row.request_id: row for row in rows}


def corrections_of(session: Session, agency_id: int, submission_id: int) -> list[Correction]:
    """Return the corrections that stand beside a report, first one first."""
    rows = session.execute(
        sa.select(SubjectRequest.settled_at, RequestWords.redacted_wrong, RequestWords.redacted_said)
        .join(
            RequestWords,
            sa.and_(
                RequestWords.agency_id == SubjectRequest.agency_id, RequestWords.request_id == SubjectRequest.id
            ),
        )
        .where(
            SubjectRequest.agency_id == agency_id, SubjectRequest.submission_id == submission_id,
            SubjectRequest.kind == RequestKind.CORRECTION, SubjectRequest.outcome == RequestOutcome.DONE,
        )
        .order_by(SubjectRequest.id)
    )  # fmt: skip
    return [Correction(row.settled_at, row.redacted_wrong or "", row.redacted_said) for row in rows]


def erase_request_words(session: Session, agency_id: int, submission_id: int, instead: str) -> None:
    """Replace what came with the requests of a report; that, when and how they were settled stays."""
    asked = sa.select(SubjectRequest.id).where(
        SubjectRequest.agency_id == agency_id, SubjectRequest.submission_id == submission_id
    )
    masked = sa.case((RequestWords.wrong.is_not(None), instead))
    session.execute(
        sa.update(RequestWords)
        .where(RequestWords.agency_id == agency_id, RequestWords.request_id.in_(asked))
        .values(wrong=masked, redacted_wrong=masked, said=instead, redacted_said=instead)
        .execution_options(synchronize_session=False)
    )
