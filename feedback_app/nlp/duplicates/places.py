"""Which street, settlement, neighbourhood or office a text names: texts that name different ones tell of two things.

A house number is no part of it: redaction has taken such an address out, street and all. Names are read after the word
that announces them ("Jalan", "gg", "RT"), in small letters too, for many write so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

from feedback_app.nlp.duplicates.place_names import Name, in_todays_spelling
from feedback_app.nlp.text.word_lists import word_list


class PlaceKind(StrEnum):
    """What a name belongs to; only names of one kind can contradict each other."""

    STREET = "street"
    LANE = "lane"
    KILOMETRE = "kilometre"
    SETTLEMENT = "settlement"
    BLOCK = "block"
    VILLAGE = "village"
    DISTRICT = "district"
    RT = "rt"
    RW = "rw"
    HEALTH_CENTRE = "health_centre"
    SCHOOL = "school"
    MARKET = "market"


AREAS: Final = frozenset(PlaceKind) - {PlaceKind.HEALTH_CENTRE, PlaceKind.SCHOOL, PlaceKind.MARKET}
"""Where something lies; the others may be named as landmarks only, and give way where the street is the same."""

_KINDS: Final = {
    PlaceKind.STREET: "jl jln jlan jalan",
    # A lane lies off a street: "Jalan Melati" and "Gang Mawar" may be said of one corner.
    PlaceKind.LANE: "gang gg lorong lrg",
    PlaceKind.SETTLEMENT: "dusun dsn perum perumahan perumnas kompleks komplek btn",
    PlaceKind.VILLAGE: "kelurahan kel desa",
    PlaceKind.DISTRICT: "kecamatan kec",
    PlaceKind.HEALTH_CENTRE: "puskesmas pkm pustu",
    PlaceKind.SCHOOL: "sd sdn sdi smp smpn sma sman smk smkn",
    PlaceKind.MARKET: "pasar",
}
_KIND_OF: Final = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_BEFORE_NAMES: Final = frozenset(["jl", "jln", "gg", "lrg", "kel", "kec"])
"""Abbreviations that nobody writes but before a name."""

_DOTTED: Final = _BEFORE_NAMES | {"dsn", "jend", "letjen", "prof", "dr", "ir", "kh", "hr", "wr", "re", "ra", "ki"}
_COUNTED: Final = frozenset(
    ["gang", "gg", "lorong", "lrg", "sd", "sdn", "sdi", "smp", "smpn", "sma", "sman", "smk", "smkn"]
)
"""What may have a number for a name."""

_DIRECTIONS: Final = frozenset(["timur", "barat", "utara", "selatan", "tengah", "dalam"])
_WEAK: Final = word_list("weak_place_words")
"""Words that many names have in common: alone they are a name, beside another word they tell nothing."""

_STREETS: Final = word_list("street_words")
_NOT_STREETS: Final = word_list("not_streets")
_SURE: Final = _STREETS | _WEAK
_SETTLEMENTS: Final = frozenset(_KINDS[PlaceKind.SETTLEMENT].split())
_EVERYDAY: Final = word_list("common_words")
_STARTERS: Final = word_list("sentence_starters") | word_list("pronouns")
_WHERE_OR_WHEN: Final = (word_list("where_words") | word_list("when_words")) - _WEAK
_TOWNS: Final = frozenset(["kota", "kab", "kabupaten", "prov", "provinsi"])
"""What follows says in which town a street lies; that is no part of its name."""

_ROMAN: Final = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9",
                 "x": "10"}  # fmt: skip
_MOST_WORDS: Final = 3
_LEAST_LETTERS: Final = 3

_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*2?|\d+|[^\w\s]")
_NEIGHBOURHOOD = re.compile(r"\b(rt|rw)\b[\s.:]*0*(\d{1,3})(?:\s*/\s*(?:(?:rw)[\s.:]*)?0*(\d{1,3}))?", re.IGNORECASE)
_KILOMETRE = re.compile(r"\bkm\b[\s.]*0*(\d{1,3})\b", re.IGNORECASE)
_BLOCK = re.compile(r"\bblo[kc]k?\b[\s.]*(?:([a-z])?[\s.-]?0*(\d{1,3})|([a-z]))\b", re.IGNORECASE)
_SMALL_NUMBER = re.compile(r"\d{1,2}\Z")
_INFLECTED = re.compile(r"(?:di|ng|ny|meng|mem|men)\w{3,}|\w{3,}(?:nya|kan|mu|ku)\Z")


Places = dict[PlaceKind, tuple[Name, ...]]


def places_in(redacted: str) -> Places:
    """Return the names that a text gives, by kind."""
    found: dict[PlaceKind, list[Name]] = {}
    for kind, name in (*_named(redacted), *_neighbourhoods(redacted), *_numbered(redacted)):
        if name not in found.setdefault(kind, []):
            found[kind].append(name)
    return {kind: tuple(names) for kind, names in found.items()}


def same_place(one: Places, other: Places) -> str | None:
    """Return the narrowest place that both name, as the first says it."""
    for kind in PlaceKind:
        for name in one.get(kind, ()):
            if any(name.agrees(two) for two in other.get(kind, ())):
                return name.said
    return None


def contradict(one: Places, other: Places) -> bool:
    """Tell whether two texts cannot mean one place: both name a street, say, and none of one is one of the other."""
    apart = {kind for kind in one.keys() & other.keys() if not _meet(one[kind], other[kind])}
    if apart & AREAS:
        return True
    streets = one.keys() & other.keys() & {PlaceKind.STREET, PlaceKind.LANE, PlaceKind.SETTLEMENT}
    return bool(apart) and not streets


def _meet(ones: Iterable[Name], others: Iterable[Name]) -> bool:
    others = tuple(others)
    return any(one.agrees(other) for one in ones for other in others)


def _named(text: str) -> Iterator[tuple[PlaceKind, Name]]:
    tokens = _TOKEN.findall(text)
    for place, token in enumerate(tokens):
        kind = _KIND_OF.get(token.lower())
        # "smp" in small letters is mostly "sampai".
        if kind is None or (kind is PlaceKind.SCHOOL and not token.isupper() and not token.endswith("n")):
            continue
        name = _name(tokens[place + 1 : place + 8], token)
        if name is not None:
            yield kind, name


def _name(following: list[str], announced: str) -> Name | None:
    words: list[str] = []
    marks: list[str] = []
    said = [announced]
    is_sure = True
    for place, word in enumerate(following):
        low = word.lower()
        if word == "." and (said[-1].lower() in _DOTTED or _is_initial(said[-1], said)):
            continue
        if (mark := _mark(low)) and (words or marks or (word.isdigit() and announced.lower() in _COUNTED)):
            marks.append(mark)
        elif len(words) < _MOST_WORDS and _belongs(word, said):
            words.append(in_todays_spelling(low))
            is_sure &= low in _SURE or _is_written_large(word, announced)
        elif not (not words and _is_initial(word, [*said, word]) and following[place + 1 : place + 2]):
            break
        said.append(word)
    return _compared(words, marks, said, is_sure=is_sure)


def _compared(words: list[str], marks: list[str], said: list[str], *, is_sure: bool) -> Name | None:
    telling = [word for word in words if word not in _WEAK]
    is_name = telling or (words and said[-1][0].isupper()) or (len(words) > 1 and said[0].lower() in _SETTLEMENTS)
    if not is_name and (words or not marks):
        return None
    return Name(tuple(words), tuple(telling), frozenset(marks), " ".join(said), is_sure)


def _is_initial(word: str, said: list[str]) -> bool:
    """Tell whether a word is a letter before a name ("A. Yani"): it says too little to be compared."""
    return len(said) > 1 and len(word) == 1 and word.isalpha() and (word.isupper() or said[0].lower() in _BEFORE_NAMES)


def _mark(low: str) -> str | None:
    if low in _DIRECTIONS:
        return low
    if _SMALL_NUMBER.match(low):
        return low.lstrip("0") or "0"
    return _ROMAN.get(low)


def _belongs(token: str, said: list[str]) -> bool:
    """Tell whether a word belongs to the name.

    Written large it does ("Jalan Pemuda"), unless a new sentence starts with it; otherwise only if it is no word of
    everyday and no verb ("jalan waingapu"), is one that streets are often called by ("jalan mawar"), or stands after an
    abbreviation ("jl pemuda").
    """
    announced, low, first = said[0], token.lower(), len(said) == 1
    if not token[0].isalpha() or low in _KIND_OF or low in _WHERE_OR_WHEN or low in _TOWNS:
        return False
    if len(low) < _LEAST_LETTERS:
        return low in _SURE
    if _is_written_large(token, announced):
        return low not in _STARTERS
    if low in _NOT_STREETS or (not first and said[-1][0].isupper() and not said[-1].isupper()):
        return False
    if low in _STREETS or (low in _WEAK and (first or announced.lower() in _SETTLEMENTS)):
        return True
    if first and announced.lower() in _BEFORE_NAMES:
        return True
    return low not in _EVERYDAY and not _INFLECTED.match(low)


def _neighbourhoods(text: str) -> Iterator[tuple[PlaceKind, Name]]:
    for match in _NEIGHBOURHOOD.finditer(text):
        word, number, behind = match.groups()
        yield _neighbourhood(word.lower(), number)
        if behind and word.lower() == "rt":
            yield _neighbourhood("rw", behind)


def _is_written_large(token: str, announced: str) -> bool:
    """Tell whether a word begins with a capital in a text that is not all capitals."""
    return token[0].isupper() and not (token.isupper() and announced.isupper())


def _numbered(text: str) -> Iterator[tuple[PlaceKind, Name]]:
    for match in _KILOMETRE.finditer(text):
        yield PlaceKind.KILOMETRE, Name((), (), frozenset({match[1]}), f"km {match[1]}")
    for match in _BLOCK.finditer(text):
        letter, number = (match[1] or match[3] or "").lower(), match[2]
        said = f"blok {letter.upper()}{number or ''}"
        yield PlaceKind.BLOCK, Name(*(2 * ((letter,) if letter else (),)), frozenset({number} if number else ()), said)


def _neighbourhood(word: str, number: str) -> tuple[PlaceKind, Name]:
    bare = number.lstrip("0") or "0"
    return PlaceKind(word), Name((), (), frozenset({bare}), f"{word.upper()} {bare}")
