"""Redaction for texts that leave the platform: what is not known to be an everyday word goes.

The usual redactor takes out what looks like personal data and leaves the rest readable; that is right where an officer
reads and answers. A copy for training is read by nobody who could ask, so here it is turned round: after the usual
reading only words stay that many people wrote (`known_words`), and no digit, no name on a list, no word with a capital
inside a sentence that is no office or place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from feedback_app.nlp.learning.corpus import load_corpus
from feedback_app.nlp.personal.name_words import is_known
from feedback_app.nlp.personal.pii import TAGS
from feedback_app.nlp.personal.redact import find_personal_data, redact
from feedback_app.nlp.text.word_lists import word_list

WORD_TAG: Final = "[KATA]"
NUMBER_TAG: Final = "[ANGKA]"
# In so many messages of the corpus a word has to stand before it counts as everybody's.
LEAST_MESSAGES: Final = 3
# Where more than this share of the words had to go, what is left teaches nothing and the rest is in doubt.
MOST_MASKED: Final = 0.34

_TAG = "|".join(re.escape(tag) for tag in (*TAGS.values(), WORD_TAG, NUMBER_TAG))
_PIECE = re.compile(
    rf"(?P<tag>{_TAG})|(?P<address>\S*@\S*)|(?P<number>\d[\d.,:/-]*)|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*)"
)
_SENTENCE_END = re.compile(r"(?:^|[.!?:\n\"“(]\s*)$")
_NAMES: Final = word_list("names") | word_list("ambiguous_names")
PUBLIC_WORDS: Final = (
    word_list("offices") | word_list("places") | word_list("regions") | word_list("provinces") | word_list("documents")
)


@dataclass(frozen=True, slots=True)
class Strict:
    """A text as it may leave: how many words it had, how many went, and whether what is left is in doubt."""

    text: str
    words: int
    masked: int
    in_doubt: bool


@cache
def known_words() -> frozenset[str]:
    """Return the words in small letters that stand in several messages of the corpus and are no name of a person."""
    seen: Counter[str] = Counter()
    for example in load_corpus():
        text = example.text
        for piece in example.pii:
            text = text.replace(piece, " ")
        seen.update({found.group("word").lower() for found in _PIECE.finditer(text) if found["word"]})
    usual = {word for word, n in seen.items() if n >= LEAST_MESSAGES}
    return frozenset(word for word in usual | PUBLIC_WORDS if word not in _NAMES and not is_known(word))


def strictly_redacted(text: str, *, also: Iterable[str] = ()) -> Strict:
    """Return a text of which only everyday words are left; `also` are names in small letters that go whatever they are.

    It is in doubt where too much had to go, or where the usual redactor finds something in what is left.
    """
    pieces: list[str] = []
    position = words = masked = 0
    read, more = redact(text).text, frozenset(also)
    for found in _PIECE.finditer(read):
        kept = _kept(read, found, more)
        words += found["tag"] is None
        masked += kept != found.group() and found["tag"] is None
        pieces += (read[position : found.start()], kept)
        position = found.end()
    left = _joined("".join([*pieces, read[position:]]))
    in_doubt = bool(find_personal_data(left)) or masked > MOST_MASKED * max(words, 1)
    return Strict(left, words, masked, in_doubt)


def _kept(text: str, found: re.Match[str], also: frozenset[str]) -> str:
    if found["tag"]:
        return found.group()
    if found["number"]:
        return NUMBER_TAG
    if found["address"]:
        return WORD_TAG
    low = found.group().lower()
    parts = low.replace("’", "'").split("-")
    if low in also or not all(part in known_words() or part in PUBLIC_WORDS for part in parts):
        return WORD_TAG
    is_capital = found.group()[0].isupper() and not found.group().isupper()
    if is_capital and low not in PUBLIC_WORDS and not _SENTENCE_END.search(text, 0, found.start()):
        return WORD_TAG
    return found.group()


_MANY = re.compile(rf"(?:{re.escape(WORD_TAG)}[ ,]*){{2,}}")


def _joined(text: str) -> str:
    """Say once that words went, so that nobody counts the parts of a name."""
    return _MANY.sub(f"{WORD_TAG} ", text).strip()
