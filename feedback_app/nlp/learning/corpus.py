"""The labelled examples that the project carries, and their checks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from feedback_app.errors import ConfigurationError
from feedback_app.nlp.labels import Aspect, Kind, Language, Sentiment, Urgency

FIELDS = ("id", "text", "kind", "sentiment", "aspect", "aspect2", "urgency", "language", "sector", "pii")


class CorpusError(ConfigurationError):
    """A line of the corpus is not what the labelling guide asks for; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Example:
    """One message with its labels; `pii` holds the substrings that identify a private person."""

    id: str
    text: str
    kind: Kind
    sentiment: Sentiment
    aspect: Aspect
    aspect2: Aspect | None
    urgency: Urgency
    language: Language
    sector: str
    pii: tuple[str, ...]

    def label(self, head: str) -> str:
        """Return the value that the head should give."""
        return str(getattr(self, head).value)


def _example(row: dict[str, Any]) -> Example:
    if set(row) != set(FIELDS):
        raise ValueError(f"fields are {sorted(row)}")
    example = Example(
        id=str(row["id"]),
        text=str(row["text"]),
        kind=Kind(row["kind"]),
        sentiment=Sentiment(row["sentiment"]),
        aspect=Aspect(row["aspect"]),
        aspect2=None if row["aspect2"] is None else Aspect(row["aspect2"]),
        urgency=Urgency(row["urgency"]),
        language=Language(row["language"]),
        sector=str(row["sector"]),
        pii=tuple(row["pii"]),
    )
    if not example.text.strip() or example.aspect is example.aspect2:
        raise ValueError("the text is empty or both aspects are the same")
    if missing := [piece for piece in example.pii if piece not in example.text]:
        raise ValueError(f"not in the text: {missing}")
    return example


def _lines(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            yield f"{path.name}:{number}", line


def load_folder(folder: Path) -> list[Example]:
    """Read every `*.jsonl` of a folder, checked, in the order of their ids.

    Raises
    ------
    CorpusError
        When a line is no example, an id comes twice, or the folder holds none.
    """
    examples: dict[str, Example] = {}
    for place, line in _lines(folder):
        try:
            example = _example(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise CorpusError(f"The example at {place} is not valid: {error}.") from error
        if example.id in examples:
            raise CorpusError(f"The example at {place} is not valid: the id {example.id} is taken.")
        examples[example.id] = example
    if not examples:
        raise CorpusError(f"{folder} holds no .jsonl file of examples.")
    return [examples[key] for key in sorted(examples)]


def load_corpus() -> list[Example]:
    """Read the corpus that comes with the program."""
    with as_file(files("feedback_app.nlp").joinpath("corpus")) as folder:
        return load_folder(folder)


def data_hash(examples: Sequence[Example]) -> str:
    """Return the sha256 of all that training sees, in hexadecimal; the order of the examples counts."""
    digest = hashlib.sha256()
    for example in examples:
        row = [getattr(example, field) for field in FIELDS]
        digest.update(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()
