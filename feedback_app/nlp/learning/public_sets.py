"""Measure the classifier and the redactor on public sets that they were not trained on.

The sets are no part of the project: their folder is given. Expected below it, directly or in `indonlu/` and
`nusax/`: `smsa_valid.tsv` (IndoNLU SmSA: text, tab, sentiment), `nergrit_valid.txt` (IndoNLU NERGRIT: word, tab, tag;
a blank line between sentences) and `<language>/valid.csv` (NusaX: id, text, label).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from feedback_app.errors import ConfigurationError
from feedback_app.nlp.classifier import CHUNK, Classifier
from feedback_app.nlp.heads.metrics import macro_f1
from feedback_app.nlp.personal.pii import PiiKind
from feedback_app.nlp.personal.redact import find_personal_data, redact
from feedback_app.nlp.text.tokens import analyse

_NO_SPACE_BEFORE: Final = frozenset(".,;:)!?")

Labelled = tuple[list[str], list[str]]
Sentence = tuple[str, list[tuple[int, int]]]


class NoPublicSetsError(ConfigurationError):
    """The folder holds none of the public sets."""


def _existing(folder: Path, *places: str) -> Path | None:
    return next((folder / place for place in places if (folder / place).exists()), None)


def read_smsa(path: Path) -> Labelled:
    """Read texts and sentiments of a SmSA file."""
    rows = [line.rsplit("\t", 1) for line in path.read_text(encoding="utf-8").splitlines() if "\t" in line]
    return [text for text, _ in rows], [label.strip() for _, label in rows]


def read_nusax(path: Path) -> Labelled:
    """Read texts and sentiments of a NusaX file."""
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    return [row["text"] for row in rows], [row["label"] for row in rows]


def read_persons(path: Path) -> Iterator[Sentence]:
    """Read the sentences of a NERGRIT file, with the places of the persons in them."""
    text, persons = "", list[tuple[int, int]]()
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if not line.strip():
            if text:
                yield text, persons
            text, persons = "", []
            continue
        word, tag = line.rsplit("\t", 1)
        text += " " if text and word not in _NO_SPACE_BEFORE else ""
        start, text = len(text), text + word
        if tag == "B-PERSON":
            persons.append((start, len(text)))
        elif tag == "I-PERSON" and persons:
            persons[-1] = (persons[-1][0], len(text))


def sentiment_line(name: str, classifier: Classifier, texts: Sequence[str], labels: Sequence[str]) -> str:
    """Measure sentiment, all messages forced to an answer and with abstention, beside the most frequent label."""
    truth = np.array(labels)
    classes = np.array(classifier.labels("sentiment"))
    likeliest = []
    for start in range(0, len(texts), CHUNK):
        lines = [analyse(redact(text).text) for text in texts[start : start + CHUNK]]
        likeliest += classes[classifier.probabilities(lines)["sentiment"].argmax(axis=1)].tolist()
    given = np.array([reading.sentiment.value or "" for reading in classifier.classify(texts)])
    answered = given != ""
    most = Counter(labels).most_common(1)[0][0]
    right = (given == truth)[answered].mean() if answered.any() else 0.0
    return (
        f"{name}: sentiment of {len(texts)} texts: macro-F1 {macro_f1(truth, np.array(likeliest)):.3f} "
        f"(always {most}: {macro_f1(truth, np.full(len(truth), most)):.3f}), "
        f"accuracy {np.mean(truth == np.array(likeliest)):.3f} ({np.mean(truth == most):.3f}); "
        f"answers {answered.mean():.0%}, of which {right:.1%} right"
    )


def names_line(name: str, sentences: Sequence[Sentence]) -> str:
    """Measure how many persons' names the redactor takes out of news, where no word introduces them."""
    persons = covered = found = wrong = 0
    for text, places in sentences:
        spans = [span for span in find_personal_data(text) if span.kind is PiiKind.NAME]
        persons += len(places)
        covered += sum(any(span.start <= start and span.end >= end for span in spans) for start, end in places)
        found += len(spans)
        wrong += sum(all(span.end <= start or span.start >= end for start, end in places) for span in spans)
    precision = (found - wrong) / found if found else 0.0
    return (
        f"{name}: names of {persons} persons in news: recall {covered / max(1, persons):.3f}, precision {precision:.3f}"
    )


def evaluate_folder(folder: Path, classifier: Classifier | None = None) -> Iterator[str]:
    """Yield one line of figures for each public set found below the folder.

    Raises
    ------
    NoPublicSetsError
        When there is none.
    """
    smsa = _existing(folder, "smsa_valid.tsv", "indonlu/smsa_valid.tsv")
    persons = _existing(folder, "nergrit_valid.txt", "indonlu/nergrit_valid.txt")
    nusax = sorted([*folder.glob("nusax/*/valid.csv"), *folder.glob("*/valid.csv")])
    if not (smsa or persons or nusax):
        raise NoPublicSetsError(
            f"{folder} holds none of smsa_valid.tsv, nergrit_valid.txt and nusax/<language>/valid.csv: "
            "name the folder of the public IndoNLU or NusaX sets."
        )
    model = classifier or Classifier.load()
    yield f"model {model.model_version}"
    if smsa:
        yield sentiment_line("SmSA valid", model, *read_smsa(smsa))
    for path in nusax:
        yield sentiment_line(f"NusaX {path.parent.name} valid", model, *read_nusax(path))
    if persons:
        yield names_line("NERGRIT valid", list(read_persons(persons)))
