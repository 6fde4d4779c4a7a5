"""The classifier as other rooms use it: load once, classify batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from feedback_app.nlp.duplicates.grams import rare_grams
from feedback_app.nlp.heads.abstention import LEAST_FAMILIAR
from feedback_app.nlp.heads.decision import decide, softmax
from feedback_app.nlp.heads.features import FeatureReader
from feedback_app.nlp.labels import HEADS, Kind, Tone, Urgency
from feedback_app.nlp.personal.redact import Redaction, redact
from feedback_app.nlp.reading import UNKNOWN, Label, Ranked, Reading, Reasons
from feedback_app.nlp.stored import artefact
from feedback_app.nlp.text.tokens import analyse
from feedback_app.nlp.urgency.integrity import INTEGRITY_ASPECTS, speaks_of_integrity
from feedback_app.nlp.urgency.triage import triage
from feedback_app.nlp.why import Explainer, Row

CHUNK: Final = 2_000
"""Texts multiplied at once: larger brings no speed, smaller wastes calls."""

TOP: Final = 3
NEVER: Final = 1.01

Scores = NDArray[np.float32]


class Classifier:
    """A loaded model; safe to share between threads, since classifying changes nothing but a cache.

    A model may lack heads (one trained for sentiment alone); it says "I do not know" to those.
    """

    model_version: str

    def __init__(self, stored: artefact.Stored) -> None:
        manifest = stored.manifest
        self.model_version = manifest["model_version"]
        self.manifest = manifest
        self._reader = FeatureReader(stored.space)
        self._classes = {head: np.array(kept.classes) for head, kept in stored.heads.items()}
        self._weights = np.ascontiguousarray(np.hstack([kept.weights for kept in stored.heads.values()]))
        self._bias = np.concatenate([kept.bias for kept in stored.heads.values()])
        ends = np.cumsum([len(labels) for labels in self._classes.values()])
        self._columns = {
            head: slice(end - len(self._classes[head]), end) for head, end in zip(self._classes, ends, strict=True)
        }
        self._least = {head: self._least_of(head) for head in self._classes}
        self._second = manifest["metrics"].get("aspect", {}).get("second", NEVER)
        self._rule_confidences = {name: figures["confidence"] for name, figures in manifest["rules"].items()}
        self._explainer = Explainer(self._reader, self._weights)

    def _least_of(self, head: str) -> Scores:
        """Return for each label of a head the confidence from which it is given out."""
        threshold = self.manifest["thresholds"][head]
        least = np.full(len(self._classes[head]), threshold["value"])
        if "calm" in threshold:
            least[self._classes[head] == Urgency.NORMAL.value] = threshold["calm"]
        return least

    @classmethod
    def load(cls, path: Path | None = None) -> Classifier:
        """Load the artefact in the folder `path`, or the one shipped with the program.

        Raises
        ------
        ArtefactError
            When the artefact is missing, was changed, or is not of this program.
        """
        return cls(artefact.load(path or artefact.DEFAULT_ARTEFACT))

    @classmethod
    def unpacked(cls, manifest: Mapping[str, Any], body: bytes) -> Classifier:
        """Read a model from its manifest and bytes.

        Raises
        ------
        ArtefactError
            When anything differs from the manifest, or is not of this program.
        """
        return cls(artefact.unpack(dict(manifest), body))

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads that this model has."""
        return tuple(self._classes)

    def labels(self, head: str) -> list[str]:
        """Return the labels of a head, in the order of the columns of `probabilities`."""
        return [str(label) for label in self._classes[head]]

    def probabilities(self, lines: Sequence[str]) -> dict[str, Scores]:
        """Return for each head the probabilities of its labels, (lines, labels), for lines from `tokens.analyse`."""
        return self._probabilities(self._reader.rows(lines))

    def _probabilities(self, rows: Any) -> dict[str, Scores]:
        scores = rows @ self._weights + self._bias
        return {head: softmax(scores[:, columns]) for head, columns in self._columns.items()}

    def classify(self, texts: Sequence[str], *, explain: bool = False) -> list[Reading]:
        """Redact every text and label it; a text without words gets None everywhere, and the commonest labels as best.

        With `explain` each reading also says which words decided.
        """
        readings: list[Reading] = []
        for start in range(0, len(texts), CHUNK):
            redactions = [redact(text) for text in texts[start : start + CHUNK]]
            readings += self._read(redactions, explain=explain)
        return readings

    def _read(self, redactions: Sequence[Redaction], *, explain: bool) -> list[Reading]:
        lines = [analyse(redaction.text) for redaction in redactions]
        rows = self._reader.rows(lines)
        probabilities = self._probabilities(rows)
        foreign = np.array([self._reader.familiar_share(line) < LEAST_FAMILIAR for line in lines], dtype=bool)
        labels = {head: self._labels(head, shares, foreign) for head, shares in probabilities.items()}
        batch = _Batch(self._classes, probabilities, labels)
        readings = []
        for row, (redaction, line) in enumerate(zip(redactions, lines, strict=True)):
            found = self._reading(redaction, line, batch, row)
            if explain and line:
                found = replace(found, why=self._explain(line, found, _row(rows, row), batch.places(row)))
            readings.append(found)
        return readings

    def _reading(self, redaction: Redaction, line: str, batch: _Batch, row: int) -> Reading:
        urgency, source = triage(
            line, batch.label("urgency", row), batch.chance("urgency", Urgency.NORMAL, row), self._rule_confidences
        )
        alleged = sum(batch.chance("aspect", aspect, row) for aspect in INTEGRITY_ASPECTS)
        aspects = batch.ranked("aspect", row)
        tone = batch.label("tone", row)
        return Reading(
            redacted=redaction.text,
            pii_kinds=redaction.kinds,
            kind=batch.label("kind", row),
            sentiment=batch.label("sentiment", row),
            aspect=batch.label("aspect", row),
            urgency=urgency,
            urgency_source=source,
            integrity=speaks_of_integrity(
                line, aspect_probability=alleged, praise_probability=batch.chance("kind", Kind.PRAISE, row)
            ),
            language=batch.label("language", row),
            aspect2=aspects[1][0] if aspects and aspects[1][1] >= self._second else None,
            aspects=aspects,
            sectors=batch.ranked("sector", row),
            abusive=tone.value == Tone.ABUSIVE,
            spans=redaction.spans,
            rare_grams=rare_grams(redaction.text),
        )

    def leads(self, line: str, head: str) -> NDArray[np.float64]:
        """Return what each word of a line adds to the lead of the head's likeliest label over its nearest rival.

        The weights are log odds; with the bias they add up to the whole lead.
        """
        rows = self._reader.rows([line])
        shares = self._probabilities(rows)[head][0]
        pair = self._pair(head, shares, int(shares.argmax()))
        return self._explainer.leads(line, _row(rows, 0), {head: pair})[head]

    def _pair(self, head: str, shares: Scores, place: int) -> tuple[int, int]:
        """Return the columns of a label of a head and of its nearest rival in the weights."""
        others = shares.copy()
        others[place] = -1.0
        first = self._columns[head].start
        return first + place, first + int(others.argmax())

    def _labels(self, head: str, probabilities: Scores, foreign: NDArray[np.bool_]) -> list[Label]:
        """Return the answers of one head: None below its threshold, and for text in an unknown language."""
        classes = self._classes[head]
        columns, confidences = decide(head, classes, probabilities)
        values, answered = classes.tolist(), ((confidences >= self._least[head][columns]) & ~foreign).tolist()
        return [
            Label(values[column] if answer else None, confidence, values[column])
            for column, confidence, answer in zip(columns.tolist(), confidences.tolist(), answered, strict=True)
        ]

    def _explain(self, line: str, reading: Reading, row: Row, places: Mapping[str, tuple[int, Scores]]) -> Reasons:
        pairs = {head: self._pair(head, shares, place) for head, (place, shares) in places.items()}
        return self._explainer.words(line, row, pairs, rule=reading.urgency_source)


def _row(rows: Any, number: int) -> Row:
    """Return one row of a sparse matrix whose columns are in order."""
    start, end = rows.indptr[number], rows.indptr[number + 1]
    return rows.indices[start:end], rows.data[start:end]


class _Batch:
    """What the heads say of a batch of lines; a head the model lacks knows nothing."""

    def __init__(
        self, classes: dict[str, Any], probabilities: dict[str, Scores], labels: dict[str, list[Label]]
    ) -> None:
        self._labels = labels
        self._rows = probabilities
        self._shares = {head: rows.tolist() for head, rows in probabilities.items()}
        self._places = {
            head: {str(label): place for place, label in enumerate(found)} for head, found in classes.items()
        }
        self._names = {head: found.tolist() for head, found in classes.items()}

    def label(self, head: str, row: int) -> Label:
        """Return the answer of a head."""
        return self._labels[head][row] if head in self._labels else UNKNOWN

    def chance(self, head: str, value: str, row: int) -> float:
        """Return the probability of one label, 0 where the model does not know it."""
        place = self._places.get(head, {}).get(value)
        return float(self._shares[head][row][place]) if place is not None else 0.0

    def ranked(self, head: str, row: int) -> Ranked:
        """Return the three likeliest labels of a head."""
        if head not in self._shares:
            return ()
        pairs = zip(self._names[head], self._shares[head][row], strict=True)
        best = sorted(pairs, key=lambda pair: -pair[1])[:TOP]
        return tuple((str(name), float(share)) for name, share in best)

    def places(self, row: int) -> dict[str, tuple[int, Scores]]:
        """Return for each head that is explained the place of its likeliest label, and the shares of all labels."""
        return {
            head: (self._places[head][self._labels[head][row].best], self._rows[head][row])
            for head in HEADS
            if head in self._labels
        }
