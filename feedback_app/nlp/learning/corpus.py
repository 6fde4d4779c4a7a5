"""The labelled examples that the project carries, and their checks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from feedback_app.errors import ConfigurationError
from feedback_app.nlp.heads.rows import TrainingRow
from feedback_app.nlp.labels import Aspect, Kind, Language, Sector, Sentiment, Tone, Urgency

FIELDS = ("id", "text", "kind", "sentiment", "aspect", "aspect2", "urgency", "language", "sector", "pii")
OPTIONAL_FIELDS = ("abusive",)
HELD_OUT = "held_out"
"""The folder inside the corpus with messages that are never trained on."""


class CorpusError(ConfigurationError):
    """A line of the corpus is not what the labelling guide asks for; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Example:
    """One message with its labels; `pii` holds the substrings that identify a private person.

    `abusive` says whether it insults; None where nobody looked.
    """

    id: str
    text: str
    kind: Kind
    sentiment: Sentiment
    aspect: Aspect
    aspect2: Aspect | None
    urgency: Urgency
    language: Language
    sector: Sector
    pii: tuple[str, ...]
    abusive: bool | None = None

    def label(self, head: str) -> str:
        """Return the value that the head should give."""
        return str(getattr(self, head).value)

    def row(self) -> TrainingRow:
        """Return what training learns from the message."""
        heads = ("kind", "sentiment", "aspect", "urgency", "language", "sector")
        labels = {head: self.label(head) for head in heads}
        if self.abusive is not None:
            labels["tone"] = (Tone.ABUSIVE if self.abusive else Tone.CIVIL).value
        return TrainingRow(
            id=self.id, text=self.text, labels=labels, aspect2=self.aspect2.value if self.aspect2 else None,
            language=self.language.value,
        )  # fmt: skip


def _example(row: dict[str, Any]) -> Example:
    if set(row) - set(OPTIONAL_FIELDS) != set(FIELDS):
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
        sector=Sector(row["sector"]),
        pii=tuple(row["pii"]),
        abusive=row.get("abusive"),
    )
    if not example.text.strip() or example.aspect is example.aspect2:
        raise ValueError("the text is empty or both aspects are the same")
    if missing := [piece for piece in example.pii if piece not in example.text]:
        raise ValueError(f"not in the text: {missing}")
    return example


def _lines(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(_text(path).splitlines(), start=1):
            yield f"{path.name}:{number}", line


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path} is not text in UTF-8.") from error


def load_folder(folder: Path) -> list[Example]:
    """Read every `*.jsonl` of a folder, checked, in the order of their ids.

    Raises
    ------
    CorpusError
        When a line is no example, an id comes twice, or the folder holds none.
    """
    return _checked(_lines(folder), folder)


def _checked(lines: Iterable[tuple[str, str]], folder: Path | None = None) -> list[Example]:
    examples: dict[str, Example] = {}
    for place, line in lines:
        try:
            example = _example(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise CorpusError(f"The example at {place} is not valid: {error}.") from error
        if example.id in examples:
            raise CorpusError(f"The example at {place} is not valid: the id {example.id} is taken.")
        examples[example.id] = example
    if not examples:
        raise CorpusError(f"{folder} holds no .jsonl file of examples." if folder else "The file holds no example.")
    return [examples[key] for key in sorted(examples)]


def load_file(path: Path) -> list[Example]:
    """Read one file of examples, checked.

    Raises
    ------
    CorpusError
        When a line is no example, an id comes twice, or the file holds none.
    """
    lines = _text(path).splitlines()
    return _checked((f"{path.name}:{number}", line) for number, line in enumerate(lines, start=1))


def load_corpus() -> list[Example]:
    """Read the corpus that comes with the program."""
    with as_file(files("feedback_app.nlp").joinpath("corpus")) as folder:
        return load_folder(folder)


def load_held_out() -> list[Example]:
    """Read the messages by a second author that measure the model and never teach it."""
    with as_file(files("feedback_app.nlp").joinpath("corpus", HELD_OUT)) as folder:
        return load_folder(folder)


def load_rows() -> list[TrainingRow]:
    """Return the corpus that comes with the program as training rows."""
    return [example.row() for example in load_corpus()]
