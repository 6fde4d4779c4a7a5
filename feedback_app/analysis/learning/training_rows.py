"""What people said about texts, as rows to learn from; each says where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.models import LabelReview, ReviewReason, ReviewState
from feedback_app.analysis.models import HEADS, LabelCorrection, Labels
from feedback_app.intake.models import Submission
from feedback_app.nlp.heads.rows import TrainingRow
from feedback_app.organisation.models import Agency

CORRECTED: Final = "officer"
REVIEWED: Final = "review"
Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A text with the latest label a person gave it for each head, and when the last of them was given."""

    row: TrainingRow
    judged_at: datetime
    by_lot: bool = False
    """Whether a lot chose the text, and not the model that could not answer it: only such rows compare models."""

    @property
    def is_reviewed(self) -> bool:
        """Tell whether it was read in the queue of texts."""
        return self.row.source == REVIEWED


@dataclass
class _Said:
    """The latest word of a person for each head, and when it was said."""

    labels: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    aspect2: str | None = None
    source: str = CORRECTED
    by_lot: bool = False

    def add(self, head: str, value: str, at: datetime) -> None:
        if head not in self.labels or at >= self.labels[head][0]:
            self.labels[head] = (at, value)

    @property
    def judged_at(self) -> datetime:
        return max(at for at, _ in self.labels.values())


def person_rows(session: Session, *, open_texts: sa.ColumnElement[bool]) -> list[PersonRow]:
    """Return everything people said about texts that may teach, the oldest first.

    Left out are texts that were erased, those of agencies that said no, and, by `open_texts`, what is confidential or
    alleges something: words of those must not travel into a model that serves everybody.
    """
    said: dict[Key, _Said] = {}
    for key, head, value, at in _corrections(session):
        said.setdefault(key, _Said()).add(head, value, at)
    for review in _reviews(session):
        _overlay(said.setdefault((review.agency_id, review.submission_id), _Said()), review)
    return sorted(_rows(session, said, open_texts), key=lambda row: (row.judged_at, row.row.id))


def _corrections(session: Session) -> Iterator[tuple[Key, str, str, datetime]]:
    query = sa.select(
        LabelCorrection.agency_id, LabelCorrection.submission_id, LabelCorrection.head, LabelCorrection.person_says,
        LabelCorrection.corrected_at,
    ).order_by(LabelCorrection.corrected_at, LabelCorrection.id)  # fmt: skip
    for row in session.execute(query):
        yield (row.agency_id, row.submission_id), row.head, row.person_says, row.corrected_at


def _reviews(session: Session) -> Iterator[LabelReview]:
    yield from session.scalars(sa.select(LabelReview).where(LabelReview.state == ReviewState.DONE))


def _overlay(said: _Said, review: LabelReview) -> None:
    """Add a review's answers; what was drawn stays known as drawn, whatever officers say of it later."""
    assert review.judged_at is not None  # noqa: S101 - a CHECK of the table
    for head in HEADS:
        said.add(head, getattr(review, head).value, review.judged_at)
    if said.labels["aspect"][1] == review.aspect:
        said.aspect2 = review.aspect2.value if review.aspect2 else None
    said.source, said.by_lot = REVIEWED, review.reason is not ReviewReason.ABSTAINED


def _rows(session: Session, said: dict[Key, _Said], open_texts: sa.ColumnElement[bool]) -> Iterator[PersonRow]:
    query = (
        sa.select(Labels.agency_id, Labels.submission_id, Labels.redacted_text, Labels.language)
        .join(Submission, sa.and_(Submission.agency_id == Labels.agency_id, Submission.id == Labels.submission_id))
        .join(Agency, Agency.id == Labels.agency_id)
        .where(
            sa.or_(_has(LabelCorrection), _has(LabelReview)),
            Agency.texts_may_teach,
            Submission.erased_at.is_(None),
            Labels.redacted_text.is_not(None),
            open_texts,
        )
    )
    for agency_id, submission_id, text, language in session.execute(query):
        assert text is not None  # noqa: S101 - asked for above
        one = said.get((agency_id, submission_id))
        if one is None:
            continue
        labels = {head: value for head, (_, value) in one.labels.items()}
        spoken = language.value if language else None
        row = TrainingRow(f"s{agency_id}-{submission_id}", text, labels, one.aspect2, spoken, one.source)
        yield PersonRow(row, one.judged_at, one.by_lot)


def _has(table: type[LabelCorrection | LabelReview]) -> sa.ColumnElement[bool]:
    return sa.exists().where(table.agency_id == Labels.agency_id, table.submission_id == Labels.submission_id)
