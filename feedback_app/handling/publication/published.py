"""The complaints shown to everybody, one page at a time."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.handling.models import Case
from feedback_app.handling.publication.models import Publication
from feedback_app.handling.rules import ENDED, CaseStatus, Classification, Outcome
from feedback_app.intake.models import Submission
from feedback_app.intake.restrictions import is_restricted

COMPLAINTS_PER_PAGE: Final = 5


@dataclass(frozen=True, slots=True)
class PublishedComplaint:
    """A complaint as everybody reads it; the day alone is told, for a minute would point to a visit."""

    id: int
    text: str
    reply: str | None
    published_on: date
    status: CaseStatus
    outcome: Outcome | None

    @property
    def is_open(self) -> bool:
        """Tell whether others may still join it."""
        return self.status not in ENDED


def published_complaints(
    session: Session, agency_id: int, unit_id: int, *, time_zone: str, page: int, size: int = COMPLAINTS_PER_PAGE
) -> tuple[list[PublishedComplaint], int]:
    """Return a page of what a unit shows, the newest day first, and how many there are in all.

    Within a day the order is that of the words, so that it does not tell who came first. What may not be shown any more
    is left out here too, whoever forgot to take it back.
    """
    on_day = sa.cast(sa.func.timezone(time_zone, Publication.published_at), sa.Date)
    query = (
        sa.select(Publication.id, Publication.text, Publication.reply, on_day, Case.status, Case.outcome)
        .join(Case, sa.and_(Case.agency_id == Publication.agency_id, Case.id == Publication.case_id))
        .where(Publication.agency_id == agency_id, Publication.unit_id == unit_id, is_public())
    )
    total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    if total == 0:
        return [], 0
    order = (on_day.desc(), sa.func.md5(Publication.text), Publication.id)
    rows: Sequence[Any] = session.execute(query.order_by(*order).limit(size).offset((page - 1) * size)).all()
    return [PublishedComplaint(*row) for row in rows], total


@functools.cache  # always the same, and to build it takes a tenth of a unit's page
def is_public() -> sa.ColumnElement[bool]:
    """Return the condition that a publication, joined with its case, may be shown, whoever forgot to take it back."""
    sent = sa.and_(Submission.agency_id == Case.agency_id, Submission.id == Case.submission_id)
    read = sa.and_(Labels.agency_id == Case.agency_id, Labels.submission_id == Case.submission_id)
    return sa.and_(
        Publication.withdrawn_at.is_(None),
        sa.not_(Case.is_confidential),
        Case.classification != Classification.OVERSIGHT,
        Case.status != CaseStatus.ARCHIVED,
        sa.exists().where(
            sent, sa.not_(Submission.is_confidential), Submission.erased_at.is_(None), sa.not_(is_restricted())
        ),
        sa.exists().where(read, sa.not_(Labels.integrity)),
    )
