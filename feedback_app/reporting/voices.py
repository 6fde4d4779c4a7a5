"""What people say outside the survey about its elements: complaints, comments, and reasons ticked with ratings.

Counted is what the unit's own staff may read: nothing confidential, and nothing that a unit above examines as an
allegation. Aspects are estimates of the classifier unless somebody put them right.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.handling.visibility import text_is_open
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import BadReason, GoodReason, SubmissionKind
from feedback_app.measures.set_aside import is_set_aside
from feedback_app.nlp.labels import Aspect, Kind
from feedback_app.survey.voices import ASPECTS, REASONS

_REASONS: Mapping[str, GoodReason | BadReason] = {reason.value: reason for reason in REASONS}


@dataclass(frozen=True, slots=True)
class TopicCount:
    """How often an aspect was spoken of: in complaints, and in anything else (comments on ratings, wishes, praise)."""

    aspect: Aspect
    complaints: int
    comments: int


@dataclass(frozen=True, slots=True)
class ElementVoices:
    """What was said about one element, what is spoken of most first."""

    element: str
    topics: tuple[TopicCount, ...] = ()
    bad_reasons: tuple[tuple[BadReason, int], ...] = ()
    good_reasons: tuple[tuple[GoodReason, int], ...] = ()

    @property
    def complaints(self) -> int:
        """Return how many complaints speak of it."""
        return sum(topic.complaints for topic in self.topics)

    @property
    def comments(self) -> int:
        """Return how many other texts speak of it."""
        return sum(topic.comments for topic in self.topics)


@dataclass
class _Found:
    topics: dict[Aspect, list[int]] = field(default_factory=dict)
    bad: list[tuple[BadReason, int]] = field(default_factory=list)
    good: list[tuple[GoodReason, int]] = field(default_factory=list)


def voices(
    session: Session, agency_id: int, unit_ids: Collection[int], first: date, last: date
) -> dict[str, ElementVoices]:
    """Return by element what was said of these units about services of these days; silent elements are not in it."""
    here = sa.and_(
        Submission.agency_id == agency_id,
        Submission.unit_id.in_(unit_ids),
        Submission.occurred_on.between(first, last),
        sa.not_(Submission.unit_is_unknown),
    )
    found: dict[str, _Found] = {}
    for aspect, is_complaint, n in session.execute(_topics(here)):
        assert aspect is not None  # noqa: S101 - the query asks for those of the table
        place = found.setdefault(ASPECTS[aspect].element, _Found()).topics.setdefault(aspect, [0, 0])
        place[0 if is_complaint else 1] += n
    for stored, n in session.execute(_reasons(here)):
        reason = _REASONS[stored]
        mine = found.setdefault(REASONS[reason].element, _Found())
        if isinstance(reason, BadReason):
            mine.bad.append((reason, n))
        else:
            mine.good.append((reason, n))
    return {element: _element(element, one) for element, one in found.items()}


def _topics(here: sa.ColumnElement[bool]) -> sa.Select[Aspect | None, bool, int]:
    is_complaint = Submission.kind == SubmissionKind.COMPLAINT
    return (
        sa.select(Labels.aspect, is_complaint, sa.func.count())
        .join(
            Labels, sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id)
        )
        .where(here, Submission.text.is_not(None), text_is_open())
        .where(Labels.aspect.in_(list(ASPECTS)), Labels.kind.is_distinct_from(Kind.SPAM))
        .group_by(Labels.aspect, is_complaint)
    )  # fmt: skip


def _reasons(here: sa.ColumnElement[bool]) -> sa.Select[Any]:
    kept = sa.and_(here, sa.func.cardinality(Submission.reasons) > 0, text_is_open(), sa.not_(is_set_aside()))
    ticked = sa.select(sa.func.unnest(Submission.reasons).label("reason")).where(kept).subquery()
    return (
        sa.select(ticked.c.reason, sa.func.count())
        .where(ticked.c.reason.in_(list(_REASONS)))
        .group_by(ticked.c.reason)
    )  # fmt: skip


def _element(element: str, found: _Found) -> ElementVoices:
    topics = sorted(found.topics.items(), key=lambda item: (-sum(item[1]), item[0].value))
    return ElementVoices(
        element,
        tuple(TopicCount(aspect, complaints, comments) for aspect, (complaints, comments) in topics),
        tuple(sorted(found.bad, key=lambda pair: (-pair[1], pair[0].value))),
        tuple(sorted(found.good, key=lambda pair: (-pair[1], pair[0].value))),
    )
