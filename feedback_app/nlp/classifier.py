"""The classifier as other rooms use it: load once, classify batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from feedback_app.nlp.heads.abstention import LEAST_FAMILIAR
from feedback_app.nlp.heads.decision import decide
from feedback_app.nlp.heads.features import BLOCKS, FeatureReader, block
from feedback_app.nlp.labels import HEADS, Kind, Urgency
from feedback_app.nlp.personal.redact import Redaction, redact
from feedback_app.nlp.reading import UNKNOWN, Label, Reading
from feedback_app.nlp.stored import artefact
from feedback_app.nlp.text.tokens import END, NEGATED, START, analyse
from feedback_app.nlp.urgency.integrity import INTEGRITY_ASPECTS, speaks_of_integrity
from feedback_app.nlp.urgency.triage import MODEL, triage

CHUNK: Final = 1_000
"""Texts multiplied at once: larger brings no speed, smaller wastes calls."""

Scores = NDArray[np.float32]


def softmax(scores: Scores) -> Scores:
    """Turn rows of scores into rows of probabilities."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Scores = powers / powers.sum(axis=1, keepdims=True)
    return shares


class Classifier:
    """A loaded model; safe to share between threads, since classifying changes nothing but a cache."""

    model_version: str

    def __init__(self, stored: artefact.Stored) -> None:
        manifest, heads = stored.manifest, stored.content.heads
        self.model_version = manifest["model_version"]
        self.manifest = manifest
        self._reader = FeatureReader(stored.content.union)
        self._classes = {head: np.array(heads[head].classes_) for head in HEADS}
        weights = np.vstack([heads[head].coef_ for head in HEADS]).T
        widths = np.cumsum([len(block(stored.content.union, name).vocabulary_) for name in BLOCKS])
        self._weights = [np.ascontiguousarray(part) for part in np.split(weights, widths[:-1])]
        self._bias = np.concatenate([heads[head].intercept_ for head in HEADS])
        ends = np.cumsum([len(labels) for labels in self._classes.values()])
        self._columns = {
            head: slice(end - len(self._classes[head]), end) for head, end in zip(HEADS, ends, strict=True)
        }
        self._thresholds = {head: manifest["thresholds"][head]["value"] for head in HEADS}
        self._rule_confidences = {name: figures["confidence"] for name, figures in manifest["rules"].items()}
        self._normal = int(np.flatnonzero(self._classes["urgency"] == Urgency.NORMAL.value)[0])
        self._praise = int(np.flatnonzero(self._classes["kind"] == Kind.PRAISE.value)[0])
        self._allegations = np.flatnonzero(np.isin(self._classes["aspect"], [a.value for a in INTEGRITY_ASPECTS]))

    @classmethod
    def load(cls, path: Path | None = None) -> Classifier:
        """Load the artefact in the folder `path`, or the one shipped with the program.

        Raises
        ------
        ArtefactError
            When the artefact is missing, was changed, or is not of this program.
        """
        return cls(artefact.load(path or artefact.DEFAULT_ARTEFACT))

    def labels(self, head: str) -> list[str]:
        """Return the labels of a head, in the order of the columns of `probabilities`."""
        return [str(label) for label in self._classes[head]]

    def probabilities(self, lines: Sequence[str]) -> dict[str, Scores]:
        """Return for each head the probabilities of its labels, (lines, labels), for lines from `tokens.analyse`."""
        words, chars = self._reader.blocks(lines)
        scores = words @ self._weights[0] + chars @ self._weights[1] + self._bias
        return {head: softmax(scores[:, columns]) for head, columns in self._columns.items()}

    def classify(self, texts: Sequence[str]) -> list[Reading]:
        """Redact every text and label it; a text without words gets None everywhere."""
        readings: list[Reading] = []
        for start in range(0, len(texts), CHUNK):
            redactions = [redact(text) for text in texts[start : start + CHUNK]]
            readings += self._read(redactions)
        return readings

    def _read(self, redactions: Sequence[Redaction]) -> Iterator[Reading]:
        lines = [analyse(redaction.text) for redaction in redactions]
        probabilities = self.probabilities(lines)
        foreign = np.array([self._reader.familiar_share(line) < LEAST_FAMILIAR for line in lines], dtype=bool)
        labels = {head: self._labels(head, rows, foreign) for head, rows in probabilities.items()}
        normal = probabilities["urgency"][:, self._normal].tolist()
        praise = probabilities["kind"][:, self._praise].tolist()
        alleged = probabilities["aspect"][:, self._allegations].sum(axis=1).tolist()
        for row, (redaction, line) in enumerate(zip(redactions, lines, strict=True)):
            if not line:
                yield Reading(redaction.text, redaction.kinds, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, MODEL)
                continue
            urgency, source = triage(line, labels["urgency"][row], normal[row], self._rule_confidences)
            yield Reading(
                redacted=redaction.text,
                pii_kinds=redaction.kinds,
                kind=labels["kind"][row],
                sentiment=labels["sentiment"][row],
                aspect=labels["aspect"][row],
                urgency=urgency,
                urgency_source=source,
                integrity=speaks_of_integrity(line, aspect_probability=alleged[row], praise_probability=praise[row]),
            )

    def _labels(self, head: str, probabilities: Scores, foreign: NDArray[np.bool_]) -> list[Label]:
        """Return the answers of one head: None below its threshold, and for text in an unknown language."""
        classes, least = self._classes[head], self._thresholds[head]
        columns, confidences = decide(head, classes, probabilities)
        values, answered = classes.tolist(), ((confidences >= least) & ~foreign).tolist()
        return [
            Label(values[column] if answer else None, confidence)
            for column, confidence, answer in zip(columns.tolist(), confidences.tolist(), answered, strict=True)
        ]

    def explain(self, text: str, head: str) -> list[tuple[str, float]]:
        """Return the words that speak for the head's likeliest label against the others, the weightiest first.

        Parameters
        ----------
        text : str
            A message as typed; it is redacted first.
        head : str
            "kind", "sentiment", "aspect" or "urgency".

        Returns
        -------
        list of (str, float)
            Each word and how far the label's lead, in log odds over the other labels' mean, shrinks without it;
            only words that support the label.
        """
        line = analyse(redact(text).text)
        words = [word for word in line.split() if word not in (START, END)]
        if not words:
            return []
        without = [" ".join([START, *words[:skip], *words[skip + 1 :], END]) for skip in range(len(words))]
        scores = np.log(self.probabilities([line, *without])[head] + 1e-9)
        label = int(scores[0].argmax())
        lead = scores[:, label] - np.delete(scores, label, axis=1).mean(axis=1)
        found = {word.removeprefix(NEGATED): float(lead[0] - lead[1 + place]) for place, word in enumerate(words)}
        return sorted(((word, loss) for word, loss in found.items() if loss > 0), key=lambda pair: -pair[1])
