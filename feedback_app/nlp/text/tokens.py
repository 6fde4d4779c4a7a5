"""From a normalised text to the line of tokens that the model counts."""

from __future__ import annotations

import re
from typing import Final

from feedback_app.nlp.text.normalise import normalise
from feedback_app.nlp.text.word_lists import word_list

NEGATORS: Final = word_list("negators")
"""Words that turn round what follows, in Indonesian, everyday spelling, the larger regional languages and English."""

NEGATION_WINDOW: Final = 4
"""How many words after a negator are marked."""

NEGATED: Final = "~"
START: Final = "xstart"
END: Final = "xend"

_TURNS = word_list("turns")
_STOPS = frozenset(".,;:!?")
_TOKEN = re.compile(r"[^\W\d_][^\W\d_']*(?:-[^\W\d_]+)*2?|\d+|[^\w\s]")


def _reduced(token: str) -> str:
    """Write a doubled word once: "jadi2" and "jadi-jadi" become "jadi"."""
    if len(token) > 3 and token[-1] == "2":
        return token[:-1]
    head, _, tail = token.partition("-")
    return head if head and head == tail else token


def tokenise(text: str) -> list[str]:
    """Split a normalised text into words, numbers and single signs."""
    return [_reduced(token) for token in _TOKEN.findall(text)]


def mark_negation(tokens: list[str]) -> list[str]:
    """Mark up to four words after a negator, until a sign that ends the clause or a word that turns it."""
    marked: list[str] = []
    left = 0
    for token in tokens:
        if token in NEGATORS:
            left = NEGATION_WINDOW
        elif token in _STOPS or token in _TURNS:
            left = 0
        elif left and token[0].isalpha():
            token = NEGATED + token
            left -= 1
        marked.append(token)
    return marked


def analyse(text: str) -> str:
    """Return the tokens of a raw, redacted text, between a start and an end mark and with spaces between them.

    Empty when the text has no letter and no digit.
    """
    tokens = tokenise(normalise(text))
    if not any(token[0].isalnum() for token in tokens):
        return ""
    return " ".join([START, *mark_negation(tokens), END])
