"""Labelled texts from files that somebody brings: one text and one label a line."""

from __future__ import annotations

from pathlib import Path

from feedback_app.nlp.heads.rows import TrainingRow
from feedback_app.nlp.labels import ALL_HEADS
from feedback_app.nlp.learning.corpus import CorpusError

MOST_CHARACTERS = 20_000
"""A longer line is no message; a file that was cut wrongly makes such."""


def read_tsv(path: Path, head: str) -> list[TrainingRow]:
    """Read `text<TAB>label` lines, UTF-8, without a heading; empty lines are passed over.

    Raises
    ------
    CorpusError
        When the head or a label is unknown, a line has no tab, or the file is no text; the message names the line.
    """
    if head not in ALL_HEADS:
        raise CorpusError(f"There is no head {head}; choose one of {', '.join(ALL_HEADS)}.")
    known = {label.value for label in ALL_HEADS[head]}
    rows = []
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        text, tab, label = line.rpartition("\t")
        if not tab or not text.strip() or len(text) > MOST_CHARACTERS:
            raise CorpusError(f"Line {number} of {path} is not a text, a tab and a label.")
        if label.strip() not in known:
            raise CorpusError(f"Line {number} of {path}: {head} knows no label {label.strip()!r}.")
        rows.append(TrainingRow(id=f"{path.stem}-{number}", text=text, labels={head: label.strip()}, source=path.name))
    if not rows:
        raise CorpusError(f"{path} holds no line.")
    return rows


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path} is not text in UTF-8.") from error
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}.") from error
