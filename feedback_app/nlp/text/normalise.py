"""Normalisation: many spellings of the same thing become one, before any word is counted."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from feedback_app.nlp.personal.pii import TAGS

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0e\ufe0f\ufeff]")
_REPEATED = re.compile(r"(.)\1{2,}", re.DOTALL)
_URL = re.compile(r"\b(?:https?://|www\.)\S+|\b\w+\.(?:com|co\.id|go\.id|id|net|org)\b(?:/\S*)?")
_URL_SIGNS = ("://", "www.", ".com", ".co.id", ".go.id", ".id", ".net", ".org")
_MONEY = re.compile(
    r"\brp\.?\s?\d[\d.,]*(?:\s?(?:ribu|rb|juta|jt|miliar|milyar|m|triliun))?\b"
    r"|(?<![\w.,])\d+(?:[.,]\d+){0,6}\s?(?:ribu|rb|juta|jt|ewu|rebu|rupiah)\b"
)
_TIME = re.compile(r"\b\d{1,2}[.:]\d{2}\b")
_NUMBER = re.compile(r"(?<![^\W\d_])\d+(?:[.,]\d+)*")
_DIGIT = re.compile(r"\d")
_SPACE = re.compile(r"\s+")

PII_PLACEHOLDERS: Final = {tag.lower(): f" x{kind.value} " for kind, tag in TAGS.items()}
_PII_TAG = re.compile("|".join(re.escape(tag) for tag in PII_PLACEHOLDERS))

_LONGEST_NUMBER = 5


def _number_shape(match: re.Match[str]) -> str:
    """Keep only how long the number is: 7 and 9 become 0, 250 becomes 000."""
    return "0" * min(sum(character.isdigit() for character in match.group()), _LONGEST_NUMBER)


def normalise(text: str) -> str:
    """Return the text in small letters with one spelling for what only looks different.

    Compatibility forms are folded (NFKC), invisible characters dropped, runs of three or more of a character cut to
    two, white space squeezed. Redaction tags, addresses of web pages, amounts of money, times of day and numbers become
    placeholders, so that the model learns that there is one and never which one.
    """
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = _REPEATED.sub(r"\1\1", text.lower())
    if "[" in text:
        text = _PII_TAG.sub(lambda match: PII_PLACEHOLDERS[match.group()], text)
    if any(sign in text for sign in _URL_SIGNS):
        text = _URL.sub(" xurl ", text)
    if _DIGIT.search(text):
        text = _MONEY.sub(" xmoney ", text)
        text = _TIME.sub(" xtime ", text)
        text = _NUMBER.sub(_number_shape, text)
    return _SPACE.sub(" ", text).strip()
