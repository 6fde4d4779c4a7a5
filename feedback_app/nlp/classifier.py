"""The classifier as other rooms use it: load once, classify batches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from feedback_app.nlp.reading import Reading


class Classifier:
    """A loaded model; safe to share between threads, since classifying changes nothing."""

    model_version: str

    @classmethod
    def load(cls, path: Path | None = None) -> Classifier:
        """Load the artefact in the folder `path`, or the one shipped with the program."""
        raise NotImplementedError

    def classify(self, texts: Sequence[str]) -> list[Reading]:
        """Redact every text and label it; a text without words gets None everywhere."""
        raise NotImplementedError

    def explain(self, text: str, head: str) -> list[tuple[str, float]]:
        """Return the words that decided the head's likeliest value, the weightiest first."""
        raise NotImplementedError
