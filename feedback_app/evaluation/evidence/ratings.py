"""The single ratings behind a line of the evidence, and what citizens wrote with them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.evidence.queries import EvidenceGroup, of_person
from feedback_app.evaluation.models import Cycle
from feedback_app.handling.visibility import text_is_open
from feedback_app.identity.rules import Permission
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel
from feedback_app.organisation.queries import reach, within

# Under ten, a comment could be laid at somebody's door.
COMMENTS_FROM_N = 10
COMMENTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class RatingRow:
    """One rating behind a figure; it names no citizen, because none is known."""

    day: date
    rating: int
    channel: Channel
    share: float
    reason: str
    exclusion: str | None


@dataclass(frozen=True, slots=True)
class RatingRows:
    """The ratings of one group, and its comments (redacted, shuffled) where there are enough ratings.

    `newer` ratings of the same days came after the computation: they are in no figure and not among the rows.
    """

    rows: Sequence[RatingRow]
    comments: Sequence[str]
    comments_withheld: bool
    newer: int


def rating_rows(
    session: Session, user_id: int, cycle: Cycle, employee_id: int, group: EvidenceGroup, day: date
) -> RatingRows:
    """Return the ratings behind one group of the evidence, straight from the submissions; none out of reach."""
    live = session.execute(_ratings(user_id, cycle, employee_id, group, day)).all()
    rows = sorted(_in_the_figure(live, cycle), key=lambda row: (row.occurred_on, row.rating, row.id))
    enough = len(rows) >= COMMENTS_FROM_N
    comments = sorted(row.redacted_text for row in rows if row.redacted_text and row.is_open)
    # Shuffled the same way on every visit, or two visits together would tell the order of arrival.
    random.Random(f"{cycle.id}/{employee_id}/{group.first_day}").shuffle(comments)  # noqa: S311 - not a secret
    return RatingRows(
        # By day and not as they came: the order of arrival could point to a visitor.
        rows=sorted((RatingRow(*row[:6]) for row in rows), key=lambda row: (row.day, row.rating)),
        comments=comments[:COMMENTS_SHOWN] if enough else [],
        comments_withheld=bool(comments) and not enough,
        newer=len(live) - len(rows),
    )


def _in_the_figure(live: Iterable[Any], cycle: Cycle) -> list[Any]:
    """Return those read before the computation and, of each cell, no more than it counted.

    A batch that was being read at that moment bears an earlier time and was not counted, hence the second test.
    """
    taken: Counter[int] = Counter()
    found = []
    for row in live:
        in_time = cycle.computed_at is not None and row.labelled_at <= cycle.computed_at
        if in_time and taken[row.cell] < row.cell_n:
            taken[row.cell] += 1
            found.append(row)
    return found


def _ratings(
    user_id: int, cycle: Cycle, employee_id: int, group: EvidenceGroup, day: date
) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Submission.occurred_on, Submission.rating, Submission.channel, Contribution.share, Contribution.reason,
            Contribution.exclusion, Labels.redacted_text, text_is_open().label("is_open"), Submission.id,
            Labels.labelled_at,
            Contribution.id.label("cell"), Contribution.n.label("cell_n"),
        )
        .join(Contribution, _answered_for(Contribution))
        .join(Labels, sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id))
        .where(of_person(cycle, employee_id), _in_group(group), Submission.rating.is_not(None))
        .where(within(reach(user_id, Permission.READ_EVIDENCE, day), Contribution.agency_id, Contribution.unit_id))
        .order_by(Labels.labelled_at, Submission.id)
    )  # fmt: skip


def _in_group(group: EvidenceGroup) -> sa.ColumnElement[bool]:
    return sa.and_(
        Contribution.assignment_id == group.assignment_id,
        Contribution.service_id.is_not_distinct_from(group.service_id),
        Contribution.channel == group.channel,
        sa.func.date_trunc("month", Contribution.day) == sa.func.date_trunc("month", sa.cast(group.month, sa.Date)),
        Contribution.share == group.share,
        Contribution.reason == group.reason,
    )


def _answered_for(contribution: type[Contribution]) -> sa.ColumnElement[bool]:
    return sa.and_(
        contribution.agency_id == Submission.agency_id,
        contribution.unit_id == Submission.unit_id,
        contribution.service_id.is_not_distinct_from(Submission.service_id),
        contribution.day == Submission.occurred_on,
        contribution.channel == Submission.channel,
    )
