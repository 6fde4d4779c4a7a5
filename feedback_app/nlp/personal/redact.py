"""Redaction: personal data out of a text, a readable tag in its place."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from feedback_app.nlp.personal import numbers as pii_numbers
from feedback_app.nlp.personal.addresses import find_addresses
from feedback_app.nlp.personal.emails import find_emails
from feedback_app.nlp.personal.folding import folded
from feedback_app.nlp.personal.name_votes import find_voted_names
from feedback_app.nlp.personal.phones import SPELLED_WORD, find_mobiles, find_other_phones, find_spelled_phones
from feedback_app.nlp.personal.pii import TAGS, PiiKind, Span
from feedback_app.nlp.personal.plates import find_plates
from feedback_app.nlp.personal.spelled_numbers import find_spelled_numbers

_DIGIT = re.compile(r"\d")
_TAG = re.compile("|".join(re.escape(tag) for tag in TAGS.values()))
_START: Final = attrgetter("start")
_MOST_READINGS: Final = 5

Finder = Callable[[str], Iterator[Span]]

_NUMBER_FINDERS: Final[tuple[Finder, ...]] = (
    pii_numbers.find_tax_numbers,
    pii_numbers.find_identity_numbers,
    find_mobiles,
    pii_numbers.find_accounts,
    find_other_phones,
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
    yield find_emails
    if _DIGIT.search(text):
        if pii_numbers.HAS_LONG_NUMBER.search(text):
            yield from _NUMBER_FINDERS
        yield find_addresses
        yield find_plates
    if SPELLED_WORD.search(text):
        yield find_spelled_phones
        yield find_spelled_numbers
    yield find_voted_names


def _free(span: Span, claimed: list[Span]) -> bool:
    """Tell whether no claimed span, in order, shares a character with this one."""
    place = bisect_left(claimed, span.start, key=_START)
    before = place == 0 or claimed[place - 1].end <= span.start
    return before and (place == len(claimed) or span.end <= claimed[place].start)


def _claims(text: str) -> list[Span]:
    """Return what the finders claim in one reading; an earlier finder's claim holds, and tags are nobody's data."""
    claimed = [Span(tag.start(), tag.end(), PiiKind.NAME) for tag in _TAG.finditer(text)] if "[" in text else []
    tags = frozenset(claimed)
    for finder in _finders(text):
        for span in finder(text):
            if _free(span, claimed):
                insort(claimed, span, key=_START)
    return [span for span in claimed if span not in tags]


def _rendered(text: str, spans: Sequence[Span]) -> str:
    pieces: list[str] = []
    position = 0
    for span in spans:
        pieces += (text[position : span.start], TAGS[span.kind])
        position = span.end
    return "".join([*pieces, text[position:]])


def _shown_only_now(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return what a reading of the redacted text would claim besides, at its places in the original."""
    more, shift, place = [], 0, 0
    for found in _claims(_rendered(text, spans)):
        while place < len(spans) and spans[place].start + shift < found.start:
            span = spans[place]
            shift += len(TAGS[span.kind]) - (span.end - span.start)
            place += 1
        more.append(Span(found.start - shift, found.end - shift, found.kind))
    return more


def find_personal_data(text: str) -> list[Span]:
    """Return the spans of personal data in `text`, in order, none overlapping another.

    What was found may have hidden something beside it, so the text is read again with tags in place until nothing new
    shows; most texts hold nothing and are read once.
    """
    read = folded(text)
    spans = _claims(read.text)
    readings = _MOST_READINGS if spans else 0
    while readings and (more := _shown_only_now(read.text, spans)):
        spans = sorted([*spans, *more])
        readings -= 1
    return [read.as_typed(span) for span in spans]


def redact(text: str) -> Redaction:
    """Replace personal data in `text` by tags such as [NIK] or [NAMA]."""
    spans = find_personal_data(text)
    return Redaction(_rendered(text, spans), tuple(spans))


__all__ = ["PiiKind", "Redaction", "Span", "find_personal_data", "redact"]
