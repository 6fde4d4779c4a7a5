"""Where a found name really begins and ends: titles of birth that belong to it, unknown words beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from feedback_app.nlp.personal.introduced_names import BELIEFS
from feedback_app.nlp.personal.name_features import Sentence, names_of_families
from feedback_app.nlp.personal.name_words import can_be_name
from feedback_app.nlp.personal.pii import PiiKind, Span

# Titles of birth are part of the name on every document: Aceh, Bali, Bugis-Makassar, Buton, Lombok, Sumba, Java.
_OF_BIRTH: Final = (
    r"[Nn]i(?: [Ll]uh)?|I(?= (?:Made|Wayan|Nyoman|Ketut|Gede|Gusti|Putu|Kadek|Komang|Nengah|Dewa))|[Ll]a [Oo]de"
    r"|[Ww]a [Oo]de|Ida (?:Bagus|Ayu)|Anak Agung|A\.A\.|[Tt]euku|[Tt]engku|[Tt]gk\.|Cut|[Bb]aiq|Andi"
    r"|Raden(?: (?:Mas|Ayu|Ajeng))?|R\.[AM]\.|Umbu|Rambu|Tubagus|Tb\.|Sayyid|Syarifah|Gusti(?: Ayu| Ngurah)?"
    r"|Desak|Muh\.|Moh\.|Mhd\.|Abd\."
)
_BEFORE: Final = re.compile(rf"(?<![\w.])(?:{_OF_BIRTH}) $")
_LALU_BEFORE: Final = re.compile(r"(?:\A|[a-z,] )(Lalu) $")
_ODE_BEFORE: Final = re.compile(r"(?<![\w.])[LWlw]a $")
_BORN: Final = re.compile(
    r"\b(?:(?:Teuku|Tengku|Baiq|[LW]a Ode|Cut|Ni Luh|Ida (?:Bagus|Ayu)|Anak Agung|Tubagus|Sayyid|Syarifah)"
    r" [A-Z][a-z]+(?:['’][a-z]+)?(?: [A-Z][a-z]+)?|(?:teuku|tengku|baiq|[lw]a ode|ni luh) [a-z]{4,})(?![\w@])"
)
_MIDDLE: Final = re.compile(r" (?:Daeng|Dg\.?|Karaeng|Krg\.?|Puang|Petta|gelar|alias) (?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[A-Z][a-z]+(?:['’][a-z]+)?(?![\w@])")
_LAST_WORD: Final = re.compile(r"(?<![\w.@])([A-Z][a-z]+(?:['’][a-z]+)?) $")
_POSSESSED: Final = re.compile(r"(?:nya|ku|mu)$")
_REACH: Final = 16
_LONGEST: Final = 24
_MOST_UNKNOWN: Final = 2


def find_names_by_birth(text: str) -> Iterator[Span]:
    """Find names that a title of birth begins, such as "Teuku", "Baiq", "La Ode", also with names no list holds."""
    for match in _BORN.finditer(text):
        first, _, last = match.group().rpartition(" ")
        if can_be_name(last, caseless=last.islower()):
            yield Span(match.start(), match.end(), PiiKind.NAME)
        elif " " in first and can_be_name(first.rpartition(" ")[2], caseless=False):
            yield Span(match.start(), match.start() + len(first), PiiKind.NAME)


def find_names_by_family(sentence: Sentence) -> Iterator[Span]:
    """Find two to four words in capitals of which the last is a family name and one before it a given name."""
    families = names_of_families()
    if families.isdisjoint(sentence.lows):
        return
    for last, low in enumerate(sentence.lows):
        if low not in families or sentence.shapes[last] != "Xx":
            continue
        first = last
        while first > max(0, last - 3) and _goes_before(sentence, first - 1):
            first -= 1
        if any(sentence.classes[place] in "KkA" for place in range(first, last)):
            yield Span(sentence.starts[first], sentence.starts[last] + len(sentence.words[last]), PiiKind.NAME)


def _goes_before(sentence: Sentence, place: int) -> bool:
    """Tell whether the word may be part of the name that the next one ends."""
    end = sentence.starts[place] + len(sentence.words[place])
    if sentence.shapes[place] != "Xx" or end + 1 != sentence.starts[place + 1]:
        return False
    return sentence.classes[place] in "KkAu" and sentence.lows[place] not in BELIEFS


def _begin(text: str, start: int) -> int:
    for pattern in (_BEFORE, _LALU_BEFORE, *((_ODE_BEFORE,) if text.startswith("Ode ", start) else ())):
        found = pattern.search(text, max(0, start - _REACH), start)
        if found is not None and not text[start].islower():
            return int(found.start(found.re.groups))
    return start


def _begin_unknown(start: int, sentence: Sentence) -> int:
    """Return the start with the words in capitals before it that no list knows."""
    for _ in range(_MOST_UNKNOWN):
        word = _LAST_WORD.search(sentence.text, max(0, start - _LONGEST), start)
        if word is None or not sentence.is_unknown(word.start(1)) or _POSSESSED.search(word.group(1)):
            break
        if not can_be_name(word.group(1), caseless=True):
            break
        start = word.start(1)
    return start


def _end(text: str, span: Span, sentence: Sentence) -> int:
    """Return the end with the words in capitals after it that no list knows, and with "Daeng" and the name it gives."""
    end, unknown = span.end, 0
    while unknown < _MOST_UNKNOWN:
        middle = _MIDDLE.match(text, end)
        start = middle.end() if middle else end + 1
        word = _WORD.match(text, start)
        if word is None or text[end : end + 1] != " ":
            break
        if middle is None and not sentence.is_unknown(word.start()):
            break
        end, unknown = word.end(), unknown + (middle is None)
    return end


def whole_name(text: str, span: Span, sentence: Sentence) -> Span:
    """Return the span with what belongs to the same name on both sides, in a text with capitals where they belong."""
    if sentence.shouted or not text[span.start].isupper():
        return span
    return Span(_begin(text, _begin_unknown(span.start, sentence)), _end(text, span, sentence), span.kind)
