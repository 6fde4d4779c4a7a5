"""What citizens wrote with the ratings behind a figure: redacted, shuffled, of a month and never of a day."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.evidence.person import cells_of, has_open_words, month_of, ratings_of
from feedback_app.evaluation.evidence.small_numbers import COMMENTS_FROM_N
from feedback_app.evaluation.models import Cycle
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import SubmissionKind
from feedback_app.nlp.labels import Kind, Sentiment

COMMENTS_MIN: Final = 3
COMMENTS_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment; `month` only where that month holds enough ratings of the person to hide its writer."""

    words: str
    is_praise: bool
    month: date | None


@dataclass(frozen=True, slots=True)
class Comments:
    """The comments of a person in a cycle, praise first; `are_withheld` where there are some, of too few people."""

    shown: tuple[Comment, ...]
    are_withheld: bool


def comments_of(
    session: Session, cycle: Cycle, employee_id: int, *, near: sa.ColumnElement[bool] | None = None
) -> Comments:
    """Return three to ten comments written with the ratings that count for somebody in a cycle.

    None from fewer than ten ratings, and none where fewer than three can be read: one among so few would stand for
    its writer. Texts of allegations and of what is confidential are never among them.

    Parameters
    ----------
    near
        A condition on `Contribution` that leaves out what the reader may not see.
    """
    months = _ratings_by_month(session, cycle, employee_id, near)
    found = [
        Comment(
            words=row.redacted_text,
            is_praise=_is_praise(row),
            month=row.month if months.get(row.month, 0) >= COMMENTS_FROM_N else None,
        )
        for row in session.execute(_written(cycle, employee_id, near))
    ]
    if sum(months.values()) < COMMENTS_FROM_N:
        return Comments((), bool(found))
    shown = chosen(found, seed=f"{cycle.agency_id}/{cycle.id}/{employee_id}")
    return Comments(shown, bool(found) and not shown)


def chosen(comments: Iterable[Comment], *, seed: str) -> tuple[Comment, ...]:
    """Return at most ten of the comments, drawn alike for all, praise first; none of fewer than three.

    The same ones in the same order on every visit, or two visits together would tell more than one; and from no order
    but that of the letters, for the order of arrival could point to a visitor.
    """
    found = sorted(comments, key=lambda one: (one.words, one.is_praise, one.month or date.min))
    if len(found) < COMMENTS_MIN:
        return ()
    random.Random(seed).shuffle(found)  # noqa: S311 - not a secret: what it undoes is sorted by letters
    return tuple(sorted(found[:COMMENTS_MAX], key=lambda one: not one.is_praise))


def _is_praise(row: Any) -> bool:
    # By the words and not by the rating, which nobody is shown beside them.
    return row.asked_as is SubmissionKind.PRAISE or row.kind is Kind.PRAISE or row.sentiment is Sentiment.POSITIVE


def _ratings_by_month(
    session: Session, cycle: Cycle, employee_id: int, near: sa.ColumnElement[bool] | None
) -> dict[date, int]:
    counted = cells_of(cycle, employee_id, near).subquery()
    month = month_of(counted.c.day)
    rows = session.execute(sa.select(month, sa.func.sum(counted.c.n)).group_by(month))
    return {found: int(n) for found, n in rows}


def _written(cycle: Cycle, employee_id: int, near: sa.ColumnElement[bool] | None) -> sa.Select[Any]:
    return (
        ratings_of(cycle, employee_id, near)
        .add_columns(
            Labels.redacted_text, month_of(Submission.occurred_on).label("month"), Submission.kind.label("asked_as"),
            Labels.kind, Labels.sentiment,
        )
        .where(has_open_words())
    )  # fmt: skip
