"""What would help a report before it is sent: facts that are missing, personal data that nobody asked for, names.

It advises and never holds back: who has said enough hears nothing, and praise or a question needs no proof.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from feedback_app.nlp.labels import Kind
from feedback_app.nlp.personal.pii import TAGS, PiiKind, Span
from feedback_app.nlp.personal.redact import find_personal_data
from feedback_app.nlp.routing.router import words_of
from feedback_app.nlp.text.normalise import normalise
from feedback_app.nlp.text.tokens import tokenise
from feedback_app.nlp.text.word_lists import word_list

FEWEST_WORDS: Final = 4
"""Fewer different words than this name a feeling, not an event."""

OUTDOOR_SECTORS: Final = frozenset({"roads", "waste", "water", "transport", "police_order"})
"""What happens away from the counter: the unit alone does not say where to look."""

_WHEN = word_list("when_words")
_WHERE = word_list("where_words")
_DATE = re.compile(r"(?<!\d)\d{1,2}\s?[/-]\s?\d{1,2}(?:\s?[/-]\s?\d{2,4})?(?!\d)|\d{1,2}[.:]\d{2}")


class Missing(enum.StrEnum):
    """A fact that whoever has to act on a report will ask for."""

    WHAT = "what"
    WHEN = "when"
    WHERE = "where"


@dataclass(frozen=True, slots=True)
class FoundData:
    """Personal data of one kind, in the pieces as they were written."""

    kind: PiiKind
    pieces: tuple[str, ...]


def missing_facts(text: str, *, kind: str | None, has_when: bool, has_where: bool) -> tuple[Missing, ...]:
    """Return what a complaint or a wish does not say, in its words or in the boxes beside them.

    Parameters
    ----------
    text : str
        What happened, as typed.
    kind : str or None
        What the sender says it is, or else what the classifier believes; None means nobody knows, and nothing is asked.
    has_when, has_where : bool
        Whether a box, or the unit it is sent to, says so already.
    """
    if kind not in {Kind.COMPLAINT.value, Kind.ASPIRATION.value}:
        return ()
    found = [Missing.WHAT] if len(words_of(text)) < FEWEST_WORDS else []
    if kind == Kind.COMPLAINT.value:
        words = set(tokenise(normalise(text)))
        if not (has_when or words & _WHEN or _DATE.search(text)):
            found.append(Missing.WHEN)
        if not (has_where or words & _WHERE or _holds_address(text)):
            found.append(Missing.WHERE)
    return tuple(found)


def _holds_address(text: str) -> bool:
    return any(span.kind is PiiKind.ADDRESS for span in find_personal_data(text))


def personal_data(texts: Iterable[str]) -> tuple[FoundData, ...]:
    """Return the personal data in some texts but for names, by kind and as it was written."""
    return tuple(found for found in _by_kind(texts) if found.kind is not PiiKind.NAME)


def named_persons(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names of private persons in some texts, each once."""
    return next((found.pieces for found in _by_kind(texts) if found.kind is PiiKind.NAME), ())


def _by_kind(texts: Iterable[str]) -> list[FoundData]:
    pieces: dict[PiiKind, dict[str, None]] = {}
    for text in texts:
        for span in find_personal_data(text):
            pieces.setdefault(span.kind, {})[text[span.start : span.end].strip()] = None
    return [FoundData(kind, tuple(pieces[kind])) for kind in PiiKind if kind in pieces]


def mask(text: str, *, names: bool) -> str:
    """Return a text with tags in place of its personal data; names are masked only where `names` says so."""
    spans = [span for span in find_personal_data(text) if (span.kind is PiiKind.NAME) is names]
    for span in reversed(spans):
        text = _replaced(text, span)
    return text


def _replaced(text: str, span: Span) -> str:
    return text[: span.start] + TAGS[span.kind] + text[span.end :]
