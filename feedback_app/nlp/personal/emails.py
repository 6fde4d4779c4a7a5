"""Finder for e-mail addresses, also as people hide them: "nama (at) surat (dot) com", "nama @ gmail . com"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from feedback_app.nlp.personal.pii import PiiKind, Span

# At most 64 characters stand before the @ (RFC 5321, 4.5.3.1.1), which also bounds how far a search goes back.
_LOCAL = r"(?<![\w.+-])[\w.+-]{1,64}"
_PROVIDER = r"(?:gmail|googlemail|yahoo|ymail|rocketmail|hotmail|outlook|live|icloud|proton(?:mail)?|mail|email)"
_SPELLED_AT = r"(?:\s?[(\[{<]\s?(?:at|et|a|@)\s?[)\]}>]\s?|\s@\s|@\s)"
_SPELLED_DOT = r"(?:\s?[(\[{<]\s?(?:dot|titik|\.)\s?[)\]}>]\s?|\s(?:dot|titik)\s|\s\.\s?|\.)"
_PATTERNS: Final = (
    re.compile(rf"{_LOCAL}@[\w-]+(?:\.[\w-]+)+"),
    re.compile(rf"{_LOCAL}{_SPELLED_AT}[\w-]+(?:{_SPELLED_DOT}[\w-]+)+", re.IGNORECASE),
    re.compile(rf"{_LOCAL}\s(?:at|et)\s[\w-]{{2,30}}(?:\s?[(\[]?(?:dot|titik)[)\]]?\s?[\w-]{{2,12}})+", re.IGNORECASE),
    re.compile(rf"{_LOCAL}\s(?:at|et)\s{_PROVIDER}(?:{_SPELLED_DOT}[a-z]{{2,3}})+\b", re.IGNORECASE),
    re.compile(
        rf"{_LOCAL}@[\w-]+\s?(?:[,.]|\(?dot\)?|\(?titik\)?)\s?(?:com|co|id|net|org)\b(?:\.id\b)?", re.IGNORECASE
    ),
    re.compile(rf"{_LOCAL}\s?@\s?{_PROVIDER}\s?[.,]\s?[a-z]{{2,3}}\b(?:\.id\b)?", re.IGNORECASE),
    re.compile(rf"{_LOCAL}@{_PROVIDER}\b", re.IGNORECASE),
)
_SIGN_OF_ONE = re.compile(r"@|\b(?:at|et)\b|[(\[{<]\s?(?:at|et|a)\s?[)\]}>]", re.IGNORECASE)


def find_emails(text: str) -> Iterator[Span]:
    """Find e-mail addresses in plain and in hidden spelling."""
    if _SIGN_OF_ONE.search(text) is None:
        return
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            lead = len(match.group()) - len(match.group().lstrip(".+-"))
            yield Span(match.start() + lead, match.end(), PiiKind.EMAIL)
