"""All the feedback a unit received, with and without a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.handling.inbox.queries import PAGE_SIZE
from feedback_app.handling.models import Case
from feedback_app.handling.queries import version_on
from feedback_app.handling.visibility import text_is_open
from feedback_app.identity.rules import Permission
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import AnalysisState, SubmissionKind
from feedback_app.organisation.models import UnitVersion
from feedback_app.organisation.queries import reach, within


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One piece of feedback in the list of all a unit received."""

    id: int
    unit_name: str
    kind: SubmissionKind
    channel: str
    rating: int | None
    text: str | None
    labelled_kind: str | None
    sentiment: str | None
    aspect: str | None
    urgency: str | None
    occurred_on: date
    case_id: int | None


def feedback(
    session: Session, user_id: int, *, day: date, unit_id: int | None = None, page: int = 1
) -> tuple[list[FeedbackRow], int]:
    """Return a page of all feedback of the units within reach, newest day of service first, and how much there is.

    Left out is what the unit must not see: confidential submissions, and those whose case went past the unit.
    """
    area = reach(user_id, Permission.READ_INBOX, day)
    elsewhere = sa.exists().where(_same_submission(Case), sa.not_(within(area, Case.agency_id, Case.unit_id)))
    visible = sa.and_(
        within(area, Submission.agency_id, Submission.unit_id),
        Submission.analysis != AnalysisState.PENDING,
        text_is_open(),
        sa.not_(elsewhere),
    )
    if unit_id is not None:
        visible = sa.and_(visible, Submission.unit_id == unit_id)
    total = session.scalar(sa.select(sa.func.count()).select_from(Submission).where(visible)) or 0
    picked = (
        sa.select(Submission.agency_id, Submission.id)
        .where(visible)
        .order_by(Submission.occurred_on.desc(), Submission.id.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
        .subquery("picked")
    )
    rows: Sequence[Any] = session.execute(
        sa.select(
            Submission.id, UnitVersion.name, Submission.kind, Submission.channel, Submission.rating,
            Labels.redacted_text, Labels.kind, Labels.sentiment, Labels.aspect, Labels.urgency,
            Submission.occurred_on, Case.id,
        )
        .join(picked, sa.and_(picked.c.agency_id == Submission.agency_id, picked.c.id == Submission.id))
        .join(Labels, _same_submission(Labels))
        .outerjoin(Case, _same_submission(Case))
        .outerjoin(UnitVersion, version_on(Submission.agency_id, Submission.unit_id, day))
        .order_by(Submission.occurred_on.desc(), Submission.id.desc())
    ).all()  # fmt: skip
    return [FeedbackRow(*row) for row in rows], total


def _same_submission(child: type[Case] | type[Labels]) -> sa.ColumnElement[bool]:
    return sa.and_(child.agency_id == Submission.agency_id, child.submission_id == Submission.id)
