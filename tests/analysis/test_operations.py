"""What a reading leaves behind: labels, guesses, the words that decided, and none of what was redacted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.analysis.operations import ReadSubmission, write_labels
from feedback_app.audit.operations import CITIZEN
from feedback_app.drain.run import drain_batch
from feedback_app.handling.citizens.erasure import ERASED, erase
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import SubmissionKind
from feedback_app.nlp import Classifier
from feedback_app.nlp.labels import Aspect, Language
from feedback_app.nlp.reading import Label, Reading
from feedback_app.nlp.text.tokens import analyse
from feedback_app.storage import Disk
from tests import factories as make

READING: Final = Reading(
    redacted="Antrean lama sekali di loket",
    pii_kinds=(),
    kind=Label("complaint", 0.99, "complaint"),
    sentiment=Label(None, 0.6, "negative"),
    aspect=Label("queue_hours", 0.9, "queue_hours"),
    urgency=Label("normal", 0.97, "normal"),
    urgency_source="model",
    language=Label("id-informal", 0.8, "id-informal"),
    aspect2="delay",
    aspects=(("queue_hours", 0.9), ("delay", 0.0712345), ("facilities", 0.01)),
    sectors=(("civil_registry", 0.7), ("other", 0.2), ("tax", 0.1)),
    abusive=True,
    why={"aspect": (("antrean", 2.5), ("lama", 1.0)), "language": (("sekali", 1.0),)},
    rare_grams=(-5, 7, 2_000_000_000),
)
SECRETS: Final = (
    "Nama saya Maria Kenari, NIK 3578012304850003, HP 0812-3456-7890, surel maria.kenari@contoh.id",
    "Rumah saya di Jl. Melati No. 12 RT 03 RW 05, petugas Yohanes Lalamentik minta uang pungli 200 ribu",
    "Uang ditransfer ke rekening BRI 1234-01-000567-53-8 atas nama Rambu Ana, mobilnya DH 1234 AB",
)
"""Complaints with personal data of every kind."""
PERSONAL: Final = (
    "maria", "kenari", "3578012304850003", "7890", "melati", "yohanes", "lalamentik", "000567", "rambu", "ana", "dh",
)  # fmt: skip


def sent(session: Session, text: str | None) -> Submission:
    unit = make.unit(session, make.agency(session))
    if text is None:
        return make.submission(session, unit, rating=3)
    return make.submission(session, unit, kind=SubmissionKind.COMPLAINT, rating=None, text=text)


def written(session: Session, *readings: Reading | None) -> list[Labels]:
    rows = [sent(session, reading.redacted if reading else None) for reading in readings]
    given = [ReadSubmission(row.agency_id, row.id, found) for row, found in zip(rows, readings, strict=True)]
    write_labels(session, given, model_version="uji-1", now=make.NOW)
    return [session.get_one(Labels, (row.agency_id, row.id)) for row in rows]


def test_everything_that_is_read_is_kept(session: Session) -> None:
    (labels,) = written(session, READING)
    assert labels.language is Language.INFORMAL
    assert labels.language_confidence == pytest.approx(0.8)
    assert (labels.aspect2, labels.abusive) == (Aspect.DELAY, True)
    assert labels.sentiment is None
    assert labels.sentiment_confidence == pytest.approx(0.6)
    assert labels.guesses == {
        "best": {
            "kind": "complaint", "sentiment": "negative", "aspect": "queue_hours", "urgency": "normal",
            "language": "id-informal",
        },
        "aspects": [["queue_hours", 0.9], ["delay", 0.0712], ["facilities", 0.01]],
        "sectors": [["civil_registry", 0.7], ["other", 0.2], ["tax", 0.1]],
    }  # fmt: skip
    assert labels.why == {"aspect": [["antrean", 2.5], ["lama", 1.0]]}, "only of the heads that a page shows"
    assert labels.rare_grams == [-5, 7, 2_000_000_000]


def test_texts_without_reading_and_readings_of_every_shape_go_in_one_statement(session: Session) -> None:
    bare = Reading("Antrean lama sekali", (), READING.kind, READING.sentiment, READING.aspect, READING.urgency, "model")
    full, none, plain = written(session, READING, None, bare)
    assert full.why
    for labels in (none, plain):
        assert (labels.why, labels.rare_grams, labels.aspect2, labels.language, labels.abusive) == (
            {}, None, None, None, False,
        )  # fmt: skip
    assert none.guesses == {}
    assert plain.guesses["aspects"] == []


def test_a_head_that_the_model_lacks_has_no_guess(session: Session) -> None:
    (labels,) = written(session, replace(READING, language=Label(None, 0.0)))
    assert "language" not in labels.guesses["best"]
    assert (labels.language, labels.language_confidence) == (None, 0.0)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


def test_the_drain_keeps_why_and_no_personal_data_comes_in_through_it(session: Session, classifier: Classifier) -> None:
    rows = [sent(session, text) for text in SECRETS]
    drain_batch(session, classifier, limit=10, now=make.NOW)
    for row in rows:
        labels = session.get_one(Labels, (row.agency_id, row.id))
        words = [part for pairs in labels.why.values() for word, _ in pairs for part in word.split()]
        assert set(labels.why) <= {"kind", "sentiment", "aspect", "urgency"}
        assert words
        told = {word.removeprefix("~") for word in analyse(labels.redacted_text or "").split()}
        assert set(words) <= told | {"Rp", "…"}, "words of the redacted text, a sign for amounts and one for a gap"
        hidden = [secret for secret in PERSONAL if secret not in (labels.redacted_text or "").lower()]
        assert len(hidden) >= len(PERSONAL) - 2, "the redaction hides nearly all of it"
        kept = f"{labels.why} {labels.guesses}".lower()
        assert [secret for secret in hidden if f"'{secret}" in kept] == []


def test_an_erased_text_leaves_neither_words_nor_traces_of_words(
    session: Session, classifier: Classifier, tmp_path: Path
) -> None:
    row = sent(session, SECRETS[1])
    drain_batch(session, classifier, limit=10, now=make.NOW)
    labels = session.get_one(Labels, (row.agency_id, row.id))
    assert labels.why
    assert labels.rare_grams
    erase(session, Disk(tmp_path), row.agency_id, row.id, actor=CITIZEN, now=make.NOW)
    session.refresh(labels)
    left: list[object] = [labels.redacted_text, labels.why, labels.rare_grams]
    assert left == [ERASED, {}, None]
