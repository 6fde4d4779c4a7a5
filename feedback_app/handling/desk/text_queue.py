"""The texts that were drawn for people: who is asked to read which, and what they are shown of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.models import LabelReview, ReviewReason, ReviewState
from feedback_app.analysis.models import HEADS, Labels
from feedback_app.errors import NotFoundError
from feedback_app.handling.models import Case
from feedback_app.handling.visibility import may_see, text_is_open
from feedback_app.identity.rules import Permission
from feedback_app.intake.models import Submission
from feedback_app.organisation.queries import reach

WAITS_FOR: Final = timedelta(days=28)


class UnknownReviewError(NotFoundError):
    """No such text waits for this account."""

    code = "unknown_review"


@dataclass(frozen=True, slots=True)
class Task:
    """A text to be read. The machine's guesses are there only where showing them does no harm.

    Of what is drawn at random nothing is shown: a hint makes people agree, and figures would flatter the machine. Of
    the others neither, but for the heads in `unanswered`: those the machine gave no answer to.
    """

    review: LabelReview
    text: str
    guesses: Mapping[str, object]
    unanswered: tuple[str, ...]


def count_waiting(session: Session, user_id: int, day: date) -> int:
    """Return how many texts wait for an account."""
    query = (
        sa.select(sa.func.count()).select_from(LabelReview).join(Submission, _its_text()).outerjoin(Case, _its_case())
    )
    return session.scalar(query.where(_waits(day), _may_read(session, user_id, day))) or 0


def next_task(session: Session, user_id: int, day: date) -> Task | None:
    """Return the text an account reads next, of the newest day; None where none waits.

    Everybody has an order of their own within a day, so that two who read at once seldom have the same text.
    """
    query = _tasks(session, user_id, day).where(_waits(day))
    lot = sa.func.hashtextextended(sa.func.concat(user_id, ":", LabelReview.id), 0)
    newest_day = sa.func.date_trunc("day", LabelReview.drawn_at).desc()
    row = session.execute(query.order_by(newest_day, lot, LabelReview.id).limit(1)).first()
    return _task(*row) if row else None


def task_for(session: Session, user_id: int, review_id: int, day: date) -> Task:
    """Return one text that was drawn, for an account that may read it.

    Raises
    ------
    UnknownReviewError
    """
    row = session.execute(_tasks(session, user_id, day).where(LabelReview.id == review_id)).first()
    if row is None:
        raise UnknownReviewError("Tulisan itu tidak ada di antara yang menunggu Anda.")
    return _task(*row)


def is_shown(session: Session, user_id: int, review_id: int, day: date) -> bool:
    """Tell whether an account may read a drawn text."""
    return session.execute(_tasks(session, user_id, day).where(LabelReview.id == review_id)).first() is not None


def _waits(day: date) -> sa.ColumnElement[bool]:
    # What nobody read for weeks says little of the present, and a heap without end invites nobody.
    return sa.and_(LabelReview.state == ReviewState.WAITING, LabelReview.drawn_at >= day - WAITS_FOR)


def _tasks(session: Session, user_id: int, day: date) -> sa.Select[*tuple[Any, ...]]:
    its_labels = sa.and_(Labels.agency_id == LabelReview.agency_id, Labels.submission_id == LabelReview.submission_id)
    return (
        sa.select(LabelReview, Labels.redacted_text, Labels.guesses)
        .join(Labels, its_labels)
        .join(Submission, _its_text())
        .outerjoin(Case, _its_case())
        .where(_may_read(session, user_id, day))
    )


def _task(review: LabelReview, text: str | None, guesses: Mapping[str, object]) -> Task:
    if review.reason is not ReviewReason.ABSTAINED:
        return Task(review, text or "", {}, ())
    unanswered = tuple(head for head in HEADS if review.machine.get(head) is None)
    return Task(review, text or "", guesses, unanswered)


def _may_read(session: Session, user_id: int, day: date) -> sa.ColumnElement[bool]:
    """Return the condition that an account may read a drawn text, on the review, its submission and its case.

    Whoever looks after the reader reads what was drawn in their units; who works with the inbox of a unit only what the
    machine did not know, for nobody measures the machine on texts about themselves. What became a case is read by those
    who see the case: it may have been handed on. Nothing that is confidential or alleges something is shown to either:
    that is read by whoever handles it.
    """
    looks_after = _in_units_of(session, user_id, Permission.MANAGE_READER, day)
    works_there = _in_units_of(session, user_id, Permission.READ_INBOX, day)
    return sa.and_(
        Submission.erased_at.is_(None),
        text_is_open(),
        sa.or_(looks_after, sa.and_(LabelReview.reason == ReviewReason.ABSTAINED, works_there)),
        sa.or_(Case.id.is_(None), may_see(user_id, Permission.READ_INBOX, day)),
    )


def _in_units_of(session: Session, user_id: int, permission: Permission, day: date) -> sa.ColumnElement[bool]:
    # Asked apart: one statement holds one tree of units.
    area = reach(user_id, permission, day)
    units = [tuple(row) for row in session.execute(sa.select(area.c.agency_id, area.c.unit_id))]
    return sa.tuple_(Submission.agency_id, Submission.unit_id).in_(units)


def _its_case() -> sa.ColumnElement[bool]:
    return sa.and_(Case.agency_id == LabelReview.agency_id, Case.submission_id == LabelReview.submission_id)


def _its_text() -> sa.ColumnElement[bool]:
    return sa.and_(Submission.agency_id == LabelReview.agency_id, Submission.id == LabelReview.submission_id)
