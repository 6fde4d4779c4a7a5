"""What the name tagger sees of a word: its form, the lists that hold it, and its neighbours."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from feedback_app.nlp.personal.name_words import is_known
from feedback_app.nlp.text.word_lists import word_list

_TOKEN = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*|\d+|[^\w\s]|_")
_EDGE: Final = "|"
_AFFIX: Final = 4
_SHOUTED_SHARE: Final = 0.7
_FEWEST_LETTERS: Final = 8
_ABBREVIATION: Final = 4
_REMEMBERED: Final = 1 << 15
_HONORIFICS, _PLACES = word_list("honorifics"), word_list("places")
_AMBIGUOUS, _COMMON = word_list("ambiguous_names"), word_list("common_words")
# In this order: what stands in two lists belongs to the first.
_CLASSES: Final = (
    ("H", _HONORIFICS),
    ("P", word_list("pronouns")),
    ("C", word_list("name_cues")),
    ("L", _PLACES),
    ("G", word_list("regions")),
    ("A", _AMBIGUOUS),
    ("O", word_list("offices")),
    ("X", word_list("not_names")),
    ("w", _COMMON),
)


@cache
def names_of_peoples() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return given and family names by people; every line of the list begins with the people and the part."""
    peoples: dict[str, dict[str, tuple[str, ...]]] = {}
    text = files("feedback_app.nlp").joinpath("lists", "peoples.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        people, part, *names = line.split()
        parts = peoples.setdefault(people, {})
        parts[part] = (*parts.get(part, ()), *names)
    return peoples


@cache
def _names_of_any_people() -> frozenset[str]:
    return frozenset(name for parts in names_of_peoples().values() for names in parts.values() for name in names)


@cache
def names_of_families() -> frozenset[str]:
    """Return the names that families and clans hand down."""
    return frozenset(name for parts in names_of_peoples().values() for name in parts.get("family", ()))


@lru_cache(maxsize=_REMEMBERED)
def _lists_of(low: str) -> str:
    """Return a letter for the list that holds the word; "K" a common name, "k" a name of some people, "u" unknown."""
    first, _, second = low.partition("-")
    if first == second:
        low = first
    for letter, words in _CLASSES:
        if low in words:
            return letter
    if is_known(low):
        return "K"
    return "k" if low in _names_of_any_people() else "u"


def _shape(word: str) -> str:
    if word.islower():
        return "x"
    if len(word) == 1:
        return "I"
    return "X" if word.isupper() else "Xx" if word[0].isupper() else "xX"


@dataclass(slots=True)
class Sentence:
    """The tokens of a text with everything about each that its neighbours' features need."""

    text: str
    starts: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    lows: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)
    shouted: bool = False

    @classmethod
    def of(cls, text: str) -> Sentence:
        """Cut a text into words, numbers and signs."""
        sentence = cls(text)
        for match in _TOKEN.finditer(text):
            word = match.group()
            low, letters = word.lower(), word[0].isalpha()
            sentence.starts.append(match.start())
            sentence.words.append(word)
            sentence.lows.append(low)
            sentence.classes.append(_lists_of(low) if letters else "9" if word[0].isdigit() else ".")
            sentence.shapes.append(_shape(word) if letters else "9" if word[0].isdigit() else ".")
        capitals = sum(map(str.isupper, text))
        # Few capitals decide at once, which saves counting the letters of nearly every message.
        few = capitals <= _SHOUTED_SHARE * _FEWEST_LETTERS
        sentence.shouted = not few and capitals > _SHOUTED_SHARE * sum(map(str.isalpha, text))
        return sentence

    def is_small(self, place: int) -> bool:
        """Tell whether the letters of the word say nothing: small ones, or capitals in a text all in capitals."""
        shape = self.shapes[place]
        return shape == "x" or (self.shouted and shape == "X")

    def is_unknown(self, start: int) -> bool:
        """Tell whether the word at `start` stands in no list and begins with a capital."""
        place = bisect_left(self.starts, start)
        return self.classes[place] in "uk" and self.shapes[place] == "Xx"

    def candidates(self) -> Iterator[int]:
        """Choose the words that may be names: not in small letters what everybody writes, no title, no sign."""
        for place, letter in enumerate(self.classes):
            if letter in "9.H" or (self.is_small(place) and (letter in "wPCLOXG" or len(self.words[place]) < 2)):
                continue
            yield place

    def before(self, place: int) -> int:
        """Return the place of the word or sign before, an abbreviation's full stop passed over; -1 at the edge."""
        before = place - 1
        if before > 0 and self.words[before] == "." and len(self.words[before - 1]) <= _ABBREVIATION:
            word = self.words[before - 1]
            if word[0].isalpha() and (self.classes[before - 1] in "HL" or len(word) == 1):
                return before - 1
        return before


def _close(sentence: Sentence, place: int) -> str:
    """Return a neighbour as its word when everybody uses it, else as the list and shape it has."""
    if not 0 <= place < len(sentence.words):
        return _EDGE
    letter = sentence.classes[place]
    if letter in "9.":
        return "9" if letter == "9" else sentence.words[place]
    return sentence.lows[place] if letter in "HPCLOXGw" else letter + sentence.shapes[place]


def _public_place_before(sentence: Sentence, place: int) -> str:
    """Return the word for a street, school, office … that the same run of capitals began with, else nothing."""
    for back in range(1, 5):
        before = place - back
        if before < 0 or sentence.words[before] in ',;:!?()"':
            return ""
        if sentence.classes[before] == "L":
            return sentence.lows[before]
        if sentence.shapes[before] in ("x", "9"):
            return ""
    return ""


def features(sentence: Sentence, place: int, previous_is_name: bool) -> list[str]:
    """Return what speaks for or against the word at `place` being part of a person's name."""
    low, letter, shape = sentence.lows[place], sentence.classes[place], sentence.shapes[place]
    if sentence.shouted and shape == "X":
        shape = "S"
    before = sentence.before(place)
    one, two = _close(sentence, before), _close(sentence, sentence.before(before)) if before >= 0 else _EDGE
    after, later = _close(sentence, place + 1), _close(sentence, place + 2)
    begins = one in (_EDGE, ".", "!", "?", ":")
    tag = "N" if previous_is_name else "-"
    form = letter + shape
    found = [
        "b", "f" + form, "t" + tag, "tf" + tag + form, "p1" + one, "p2" + two, "n1" + after, "n2" + later,
        "p1f" + one + _EDGE + form, "p12" + two + _EDGE + one, "n1f" + after + _EDGE + form, "p1t" + one + tag,
        "s2" + low[-2:], "s3" + low[-3:], "s4" + low[-_AFFIX:], "h2" + low[:2], "h3" + low[:3],
        "l" + str(min(len(low), 9)),
    ]  # fmt: skip
    if begins:
        found.append("B" + form)
    if letter in "CLOXGwA":
        found += ("w" + low, "wp" + low + _EDGE + one)
    if public := _public_place_before(sentence, place):
        found += ("L", "L" + public, "Lf" + form)
    return found
