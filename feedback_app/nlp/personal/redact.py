"""Redaction: personal data out of a text, a readable tag in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from feedback_app.nlp.personal import numbers as pii_numbers
from feedback_app.nlp.personal.addresses import find_addresses
from feedback_app.nlp.personal.names import find_names
from feedback_app.nlp.personal.pii import TAGS, PiiKind, Span

_DIGIT = re.compile(r"\d")

Finder = Callable[[str], Iterator[Span]]

_NUMBER_FINDERS: Final[tuple[Finder, ...]] = (
    pii_numbers.find_tax_numbers,
    pii_numbers.find_identity_numbers,
    pii_numbers.find_mobiles,
    pii_numbers.find_accounts,
    pii_numbers.find_other_phones,
    pii_numbers.find_passports,
)
"""In order of precedence: where two overlap the earlier keeps its claim."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text with tags in place of personal data, and where in the original they stood, in order."""

    text: str
    spans: tuple[Span, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of personal data found, each once, sorted."""
        return tuple(sorted({span.kind.value for span in self.spans}))


def _finders(text: str) -> Iterator[Finder]:
    """Choose the finders that can match at all; most messages hold neither long numbers nor an @."""
    lowered = text.lower()
    if "@" in text or "at)" in lowered or "at]" in lowered:
        yield pii_numbers.find_emails
    if _DIGIT.search(text):
        if pii_numbers.HAS_LONG_NUMBER.search(text):
            yield from _NUMBER_FINDERS
        yield find_addresses
        yield pii_numbers.find_plates
    yield find_names


def find_personal_data(text: str) -> list[Span]:
    """Return the spans of personal data in `text`, in order, none overlapping another."""
    claimed: list[Span] = []
    for finder in _finders(text):
        for span in finder(text):
            if all(span.end <= other.start or span.start >= other.end for other in claimed):
                claimed.append(span)
    claimed.sort()
    return claimed


def redact(text: str) -> Redaction:
    """Replace personal data in `text` by tags such as [NIK] or [NAMA]."""
    spans = find_personal_data(text)
    if not spans:
        return Redaction(text, ())
    pieces: list[str] = []
    position = 0
    for span in spans:
        pieces += (text[position : span.start], TAGS[span.kind])
        position = span.end
    pieces.append(text[position:])
    return Redaction("".join(pieces), tuple(spans))


__all__ = ["PiiKind", "Redaction", "Span", "find_personal_data", "redact"]
