"""How well texts are read: shares of right answers from audits alone, and how often the machine does not answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.accuracy_rules import Accuracy, Judged, accuracy, is_right
from feedback_app.analysis.learning.machine_answers import machine_label
from feedback_app.analysis.learning.models import LabelReview, ReviewReason, ReviewState
from feedback_app.analysis.models import HEADS, Labels
from feedback_app.intake.models import Submission

WINDOW: Final = timedelta(days=180)
"""How far back audits count: long enough for a small agency, short enough to speak of the present."""

FEWEST_OF_VERSION: Final = 30
"""Audits of the version that reads now below which those of earlier versions are taken along."""

ABSTENTION_WINDOW: Final = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Audit:
    """One audited text: what machine and person said, and the groups it belongs to."""

    unit_id: int
    language: str | None
    chance: float
    machine: dict[str, str | None]
    person: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Audited:
    """Audits, the version that reads now, whether some are of earlier ones, and how many people skipped beside them."""

    rows: list[Audit]
    version: str | None
    also_earlier: bool
    skipped: int


@dataclass(frozen=True, slots=True)
class Abstention:
    """How many texts were read, and how many of them one head did not answer."""

    n: int
    unanswered: int

    @property
    def share(self) -> float:
        """Return the share without an answer (0 to 1)."""
        return self.unanswered / self.n if self.n else 0.0


def audits(session: Session, agency_ids: Collection[int], *, now: datetime, version: str | None = None) -> list[Audit]:
    """Return the audited texts of some agencies, of one version of the model where it is named."""
    query = (
        sa.select(LabelReview, Submission.unit_id, Labels.language)
        .join(Labels, _of_review(Labels.agency_id, Labels.submission_id))
        .join(Submission, _of_review(Submission.agency_id, Submission.id))
        .where(*_looked_at(agency_ids, ReviewState.DONE, now, version))
    )
    return [_audit(*row) for row in session.execute(query)]


def audited(session: Session, agency_ids: Collection[int], *, now: datetime) -> Audited:
    """Return the audits of the version that reads now; with those of earlier ones where it has too few of its own."""
    reads = version = reading_version(session, agency_ids)
    rows = audits(session, agency_ids, now=now, version=reads)
    also_earlier = False
    if len(rows) < FEWEST_OF_VERSION:
        of_any = audits(session, agency_ids, now=now)
        rows, version, also_earlier = of_any, None, len(of_any) > len(rows)
    skipped = sa.select(sa.func.count()).where(*_looked_at(agency_ids, ReviewState.SKIPPED, now, version))
    return Audited(rows, reads, also_earlier, session.scalar(skipped) or 0)


def reading_version(session: Session, agency_ids: Collection[int]) -> str | None:
    """Return the version that read the newest text of some agencies: that reads, whatever is registered or set."""
    newest: tuple[datetime, str] | None = None
    for agency_id in agency_ids:  # one look at the end of an index for each
        query = sa.select(Labels.labelled_at, Labels.model_version).where(Labels.agency_id == agency_id)
        row = session.execute(query.order_by(Labels.labelled_at.desc()).limit(1)).first()
        if row is not None and (newest is None or row.labelled_at > newest[0]):
            newest = (row.labelled_at, row.model_version)
    return newest[1] if newest else None


def by_head(rows: Iterable[Audit]) -> dict[str, Accuracy | None]:
    """Return the share of right answers of every head; None where nothing was audited."""
    known = list(rows)
    return {head: accuracy(_judged(head, known)) for head in HEADS}


def by_group(rows: Iterable[Audit], group: Callable[[Audit], Any]) -> dict[Any, dict[str, Accuracy | None]]:
    """Return the same for each group of texts."""
    groups: dict[Any, list[Audit]] = {}
    for row in rows:
        groups.setdefault(group(row), []).append(row)
    return {name: by_head(found) for name, found in groups.items()}


def abstentions(session: Session, agency_ids: Collection[int], *, now: datetime) -> dict[str, Abstention]:
    """Return how often the machine gave no answer in the last four weeks, whatever people have said since."""
    empty = [sa.func.count().filter(machine_label(head).is_(None)) for head in HEADS]
    query = sa.select(sa.func.count(), *empty).where(
        Labels.agency_id.in_(agency_ids),
        Labels.redacted_text.is_not(None),
        Labels.labelled_at >= now - ABSTENTION_WINDOW,
    )
    total, *unanswered = session.execute(query).one()
    return {head: Abstention(total, found) for head, found in zip(HEADS, unanswered, strict=True)}


def _looked_at(
    agency_ids: Collection[int], state: ReviewState, now: datetime, version: str | None
) -> list[sa.ColumnElement[bool]]:
    found = [
        LabelReview.agency_id.in_(agency_ids),
        LabelReview.reason == ReviewReason.AUDIT,
        LabelReview.state == state,
        LabelReview.judged_at >= now - WINDOW,
    ]
    return found if version is None else [*found, LabelReview.model_version == version]


def _judged(head: str, rows: Iterable[Audit]) -> list[Judged]:
    found = ((is_right(head, row.machine, row.person), row.chance) for row in rows)
    return [Judged(right, chance) for right, chance in found if right is not None]


def _audit(review: LabelReview, unit_id: int, language: Any) -> Audit:
    person = {head: _value(getattr(review, head)) for head in (*HEADS, "aspect2")}
    return Audit(unit_id, _value(language), review.chance or 1.0, review.machine, person)


def _value(label: Any) -> str | None:
    return label.value if label is not None else None


def _of_review(agency_id: Any, submission_id: Any) -> sa.ColumnElement[bool]:
    return sa.and_(agency_id == LabelReview.agency_id, submission_id == LabelReview.submission_id)
