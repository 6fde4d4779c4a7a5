"""Texts that were read, people who say what they are about, and a workshop whose models are made of a word."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from feedback_app.analysis.learning.models import LabelReview, ReviewReason, ReviewState
from feedback_app.analysis.learning.workshop import Workshop
from feedback_app.analysis.models import Labels
from feedback_app.identity.models import User
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import AnalysisState, Channel, SubmissionKind
from feedback_app.nlp.heads.rows import TrainingRow
from feedback_app.nlp.labels import Aspect, Kind, Sentiment, Urgency
from feedback_app.nlp.reading import Label, Reading
from feedback_app.organisation.models import Unit
from tests import factories as make

SURE = {
    "kind": Kind.COMPLAINT, "kind_confidence": 0.97, "sentiment": Sentiment.NEGATIVE, "sentiment_confidence": 0.96,
    "aspect": Aspect.DELAY, "aspect_confidence": 0.95, "urgency": Urgency.NORMAL, "urgency_confidence": 0.99,
}  # fmt: skip


def read_text(session: Session, unit: Unit, *, at: datetime, text: str = "KTP saya belum jadi.", **said: Any) -> Labels:
    """A text that came and was read at a moment, without a case."""
    sent = {name: said.pop(name) for name in ("is_confidential", "erased_at", "wants_reply") if name in said}
    submission: Submission = make.submission(
        session, unit, kind=SubmissionKind.UNSPECIFIED, channel=Channel.OPEN, rating=None, text=text, received_at=at,
        occurred_on=at.date(), analysis=AnalysisState.DONE, **sent,
    )  # fmt: skip
    return make.labels(session, submission, **{**SURE, "labelled_at": at, **said})


def reviewed(
    session: Session,
    labels: Labels,
    by: User,
    *,
    at: datetime,
    reason: ReviewReason = ReviewReason.AUDIT,
    **said: Any,
) -> LabelReview:
    """A text that was drawn and that a person read; what is not said otherwise, they say like the machine."""
    answers = {head: getattr(labels, head) for head in ("kind", "sentiment", "aspect", "urgency")}
    row = LabelReview(
        agency_id=labels.agency_id, submission_id=labels.submission_id, reason=reason,
        chance=said.pop("chance", 0.03) if reason is ReviewReason.AUDIT else None,
        machine={head: value.value if value else None for head, value in answers.items()},
        model_version=labels.model_version, drawn_at=at, judged_at=at, judged_by=by.id,
        **{"state": ReviewState.DONE, **answers, "abusive": False, **said},
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


@dataclass
class OneWord:
    """A reader that knows one kind for texts with a word in them, and another for all others."""

    word: str
    others: str = "complaint"
    kind: str = "praise"
    texts: int = 0

    def classify(self, texts: Sequence[str]) -> list[Reading]:
        self.texts += len(texts)
        return [self._reading(text) for text in texts]

    def _reading(self, text: str) -> Reading:
        kind = self.kind if self.word in text else self.others
        return Reading(
            text, (), Label(kind, 0.9, kind), Label("negative", 0.9, "negative"), Label("delay", 0.9, "delay"),
            Label("normal", 0.9, "normal"), "model",
        )  # fmt: skip


@dataclass(frozen=True)
class Made:
    """What a fake training gives."""

    version: str
    manifest: dict[str, Any]
    body: bytes


@dataclass
class Bench:
    """A workshop that fits nothing: a model is the word it looks for."""

    word: str = "terima kasih"
    metrics: Mapping[str, Any] = field(default_factory=dict)
    shipped_metrics: Mapping[str, Any] = field(default_factory=dict)
    error: BaseException | None = None
    fitted: list[list[TrainingRow]] = field(default_factory=list)

    def fit(self, rows: Sequence[TrainingRow]) -> Made:
        self.fitted.append(list(rows))
        if self.error is not None:
            raise self.error
        digest = hashlib.sha256(repr([self.word, *rows]).encode()).hexdigest()[:8]
        version = f"uji-{digest}"
        return Made(version, {"model_version": version, "metrics": dict(self.metrics)}, self.word.encode())

    def workshop(self) -> Workshop:
        shipped = {"model_version": "bawaan-1", "metrics": dict(self.shipped_metrics)}
        return Workshop(
            corpus=lambda: [TrainingRow("c1", "Terima kasih, cepat sekali.", {"kind": "praise"})],
            fit=self.fit,
            open_packed=lambda _manifest, body: OneWord(body.decode()),
            open_shipped=lambda: OneWord("kata yang tidak ada"),
            shipped_manifest=lambda: shipped,
        )
