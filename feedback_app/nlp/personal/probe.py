"""Texts in which somebody marked the personal data, and how much of it the redactor finds.

A probe is a file of sentences, one a line, with marks such as `[NIK:3515140508680001]` or `[NAME:Siti Aminah]`; a line
without marks is a hard negative that has to stay as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from feedback_app.nlp.personal.pii import TYPE_NAMES, PiiKind, Span
from feedback_app.nlp.personal.redact import find_personal_data

PROBE_TYPES: Final = MappingProxyType(
    {name: kind for kind, name in TYPE_NAMES.items()}
    | {kind.name: kind for kind in PiiKind}
    | {"KK": PiiKind.NIK, "BPJS": PiiKind.ACCOUNT}
)
"""What marks call a kind of personal data to our kind."""

_MARK = re.compile(r"\[([A-Z_]+):((?:[^\[\]]|\[[^\[\]]*\])*)\]")
_DIGIT_OR_AT = re.compile(r"[\d@]|\bat\b")

Finder = Callable[[str], Iterable[Span]]


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and the personal data somebody marked in it."""

    text: str
    spans: tuple[Span, ...]


@dataclass(slots=True)
class Tally:
    """What was found of the marked data, by kind: exactly, or at least touched; what was found besides; what stayed."""

    marked: Counter[PiiKind] = field(default_factory=Counter)
    exact: Counter[PiiKind] = field(default_factory=Counter)
    touched: Counter[PiiKind] = field(default_factory=Counter)
    alarms: Counter[PiiKind] = field(default_factory=Counter)
    negatives: int = 0
    kept: int = 0

    def recall(self, *kinds: PiiKind) -> float:
        """Return the share of marked spans of these kinds that were found with the same ends and kind (0 to 1)."""
        return sum(self.exact[kind] for kind in kinds) / max(1, sum(self.marked[kind] for kind in kinds))

    def touched_recall(self, *kinds: PiiKind) -> float:
        """Return the share of marked spans of these kinds that any found span overlaps (0 to 1)."""
        return sum(self.touched[kind] for kind in kinds) / max(1, sum(self.marked[kind] for kind in kinds))

    def precision(self, kind: PiiKind) -> float:
        """Return the share of found spans of this kind that touch marked data (0 to 1)."""
        return self.exact[kind] / max(1, self.exact[kind] + self.alarms[kind])

    @property
    def kept_share(self) -> float:
        """Return the share of hard negatives in which nothing was found (0 to 1)."""
        return self.kept / max(1, self.negatives)


STRUCTURED: Final = tuple(kind for kind in PiiKind if kind is not PiiKind.NAME)
"""Kinds that show by their form or by a word beside them."""


def read_line(line: str) -> Marked:
    """Return the sentence of a probe's line without its marks, and where they stood.

    Raises
    ------
    KeyError
        When a mark names no known kind.
    """
    text, spans, end = "", [], 0
    for mark in _MARK.finditer(line):
        text += line[end : mark.start()]
        spans.append(Span(len(text), len(text) + len(mark.group(2)), PROBE_TYPES[mark.group(1)]))
        text += mark.group(2)
        end = mark.end()
    return Marked(text + line[end:], tuple(spans))


def read_probe(path: Path) -> list[Marked]:
    """Read the sentences of a probe."""
    return [read_line(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _shares(span: Span, others: Iterable[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def measure(marked: Sequence[Marked], find: Finder = find_personal_data) -> Tally:
    """Compare what is found in the texts with what is marked in them."""
    tally = Tally()
    for one in marked:
        found = set(find(one.text))
        for span in one.spans:
            tally.marked[span.kind] += 1
            tally.exact[span.kind] += span in found
            tally.touched[span.kind] += _shares(span, found)
        tally.alarms.update(span.kind for span in found - set(one.spans))
        if not one.spans:
            tally.negatives += 1
            tally.kept += not found
    return tally
