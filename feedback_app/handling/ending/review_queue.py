"""Which disputed answers wait for somebody to look at them again: only cases they may review, never an own answer."""

from __future__ import annotations

from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.ending.models import DisputeReview
from feedback_app.handling.inbox.queries import InboxRow, counted, rows_of
from feedback_app.handling.models import Case, Reply
from feedback_app.handling.rules import ReplyKind
from feedback_app.handling.visibility import may_see
from feedback_app.identity.rules import Permission

# Those that have waited longest; the next ones move up as these are decided.
SHOWN_MOST: Final = 50


def count_to_review(session: Session, user_id: int, *, day: date) -> int:
    """Return how many disputed answers wait for somebody, counted to `inbox.queries.COUNTED_MAX` + 1."""
    return counted(session, [_waits(), *_theirs(user_id, day)])


def cases_to_review(session: Session, user_id: int, *, day: date) -> list[InboxRow]:
    """Return the first `SHOWN_MOST` cases whose answer waits for somebody to review it, the longest wait first."""
    query = (
        sa.select(Case.id)
        .join(DisputeReview, _open())
        .where(*_theirs(user_id, day))
        .order_by(DisputeReview.opened_at, DisputeReview.id)
        .limit(SHOWN_MOST)
    )
    place = {case_id: number for number, case_id in enumerate(session.scalars(query))}
    rows = rows_of(session, user_id, list(place), day=day, permission=Permission.REVIEW_DISPUTE)
    return sorted(rows, key=lambda row: place[row.id])


def _open() -> sa.ColumnElement[bool]:
    return sa.and_(
        DisputeReview.agency_id == Case.agency_id,
        DisputeReview.case_id == Case.id,
        DisputeReview.verdict.is_(None),
        DisputeReview.lapsed_at.is_(None),
    )


def _waits() -> sa.ColumnElement[bool]:
    return sa.exists().where(_open())


def _theirs(user_id: int, day: date) -> list[sa.ColumnElement[bool]]:
    wrote = sa.exists().where(
        Reply.agency_id == Case.agency_id,
        Reply.case_id == Case.id,
        Reply.kind == ReplyKind.ANSWER,
        Reply.author_id == user_id,
    )
    return [
        may_see(user_id, Permission.REVIEW_DISPUTE, day),
        sa.not_(wrote),
        Case.answered_by.is_distinct_from(user_id),
    ]
