"""The text as the finders read it: one spelling for look-alikes, words opened that were typed without a space.

Full-width and foreign figures, dashes, special spaces and invisible characters hide a number from patterns, and so does
a word stuck to it ("NIK3374…"). What is found is reported at its place in the text as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from feedback_app.nlp.personal.pii import Span

_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u20e3\ufe00-\ufe0f\ufeff]"
)
_FIGURE: Final = r"[\dOoIl]"
_DASH_IN_A_NUMBER: Final = re.compile(r"(?:(?<=\d)|(?<=\d ))[\u2012-\u2015\u2212]|[\u2012-\u2015\u2212](?= ?\d)")
_MAY_BE_GLUED: Final = re.compile(r"\d{4}|[@(\[.][a-zA-Z]|[a-z]\d")
_END_OF_FIGURES: Final = 0x20000
_NUMBERED: Final = (
    r"(?:no|nomor|nomer)?(?:nik|e?-?ktp|kk|nip|hp|telp|tlp|rek(?:ening)?|idpel)|wa|whatsapp|no|nomor|nomer|telepon|telpon"
    r"|telfon|kontak|hub|hubungi|cp|bca|bri|bni|bsi|mandiri|npwp|bpjs|kis|pelanggan|meter(?:an)?"
)
_GLUED: Final = re.compile(
    rf"\b(?:{_NUMBERED})(?:nya|ku)?\.?(?=\(?\+?[\dOo](?:[ .\-/()]{{0,2}}{_FIGURE}){{7}})"
    r"|\b(?:plat|pelat|nopol)(?:nya|ku)?(?=[a-z]{1,2}[ .\-]?\d[\doil]{0,3}[ .\-]?[a-z]{1,3}\b)"
    r"|\b(?:e-?mail|surel)(?=[a-z][\w.+\-]{3,40}(?:@|[(\[]at[)\]]))"
    r"|\b(?:paspor|passport|no|nomor|nomer)(?=[a-z]{1,2} ?\d[\do]{5})"
    r"|(?:\b|(?<=\bdi)|(?<=\bke))(?:jl|jln|gg)\.(?=[a-z])"
    r"|(?<=\d{10})(?=(?-i:[a-z]{2,}|[A-Z][a-z]+)(?!\w))",
    re.IGNORECASE,
)
_CAPITAL_WITHIN: Final = re.compile(r"[a-z][A-Z]")
_BEFORE_A_CAPITAL: Final = re.compile(r"\b(?:di|dari|pak|bu|an|bernama|namanya|saudara)(?=[A-Z][a-z]{2}|Jl|Gg)")


@cache
def _look_alikes() -> dict[int, str]:
    """Return figures of all scripts, full-width and mathematical letters, hyphens and spaces to their plain form."""
    plain: dict[int, str] = dict.fromkeys(map(ord, "\u2010\u2011\ufe63\uff0d"), "-")
    for code in range(0x80, _END_OF_FIGURES):
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Nd":
            plain[code] = str(unicodedata.decimal(character))
        elif category == "Zs":
            plain[code] = " "
        elif 0xFF01 <= code <= 0xFF5E or 0x1D400 <= code <= 0x1D7FF:
            plain.setdefault(code, unicodedata.normalize("NFKC", character))
    return {code: character for code, character in plain.items() if len(character) == 1}


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as the finders read it, and where each of its characters was typed; no places where all stayed."""

    text: str
    places: tuple[int, ...] | None = None

    def as_typed(self, span: Span) -> Span:
        """Return where the span stands in the text as it was typed."""
        if self.places is None:
            return span
        return Span(self.places[span.start], self.places[span.end - 1] + 1, span.kind)


def plain_characters(text: str) -> str:
    """Return the text with a plain character for each that only looks different; all stay at their places."""
    return text if text.isascii() else _DASH_IN_A_NUMBER.sub("-", text.translate(_look_alikes()))


def _without_invisible(folded: Folded) -> Folded:
    if folded.text.isascii() or _INVISIBLE.search(folded.text) is None:
        return folded
    places = tuple(place for place, character in enumerate(folded.text) if not _INVISIBLE.match(character))
    return Folded("".join(folded.text[place] for place in places), places)


def _opened(folded: Folded) -> Folded:
    """Return the text with a space where a word sticks to a number or a name; it has the place of what follows."""
    text, gaps = folded.text, set[int]()
    if _MAY_BE_GLUED.search(text):
        gaps.update(match.end() for match in _GLUED.finditer(text))
    if _CAPITAL_WITHIN.search(text):
        gaps.update(match.end() for match in _BEFORE_A_CAPITAL.finditer(text))
    if not gaps:
        return folded
    pieces = [text[start:end] for start, end in pairwise([0, *sorted(gaps), len(text)])]
    before = folded.places or range(len(text))
    places = (at for place, was in enumerate(before) for at in ((was, was) if place in gaps else (was,)))
    return Folded(" ".join(pieces), tuple(places))


def folded(text: str) -> Folded:
    """Return the text as the finders read it."""
    return _opened(_without_invisible(Folded(plain_characters(text))))
