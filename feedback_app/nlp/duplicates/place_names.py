"""When two names of places are one: half of a name, another spelling or a slip of the pen, but no other street."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_LEAST_FOR_A_SLIP: Final = 5
_OLD_SPELLING: Final = re.compile("oe|dj|tj")
_NEW_SPELLING: Final = {"oe": "u", "dj": "j", "tj": "c"}


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared.

    Attributes
    ----------
    words : tuple of str
        In order, in today's spelling, small.
    telling : tuple of str
        Those that not many names have in common ("Yani" of "Ahmad Yani"); empty where it has no others.
    marks : frozenset of str
        What tells two streets of one name apart: a number, a direction.
    said : str
        The name with the word that announced it, as the text has it.
    is_sure : bool
        Whether each word belongs to the name for certain; in small letters the words after it are easily taken for it.
    """

    words: tuple[str, ...]
    telling: tuple[str, ...]
    marks: frozenset[str]
    said: str
    is_sure: bool = True

    def agrees(self, other: Name) -> bool:
        """Tell whether both may be the same: the longer holds every word of the shorter, and no mark differs."""
        if self.marks and other.marks and self.marks != other.marks:
            return False
        if not self.words or not other.words:
            return self.words == other.words and self.marks == other.marks
        if self.telling and other.telling:
            ones, others = self.telling, other.telling
        else:
            ones, others = self.words, other.words
        shorter, longer = sorted((ones, others), key=len)
        shared = sum(any(same_word(one, two) for two in longer) for one in shorter)
        return shared == len(shorter) or bool(shared and not (self.is_sure and other.is_sure)) or self._joined(other)

    def _joined(self, other: Name) -> bool:
        """Tell whether one is written in one word, "Eltari" for "El Tari"."""
        return "".join(self.words) == "".join(other.words)


def in_todays_spelling(word: str) -> str:
    """Return a word in the spelling of 1972; names are written in the older one too.

    >>> in_todays_spelling("soedirman"), in_todays_spelling("tjokroaminoto")
    ('sudirman', 'cokroaminoto')
    """
    return _OLD_SPELLING.sub(lambda match: _NEW_SPELLING[match.group()], word)


@lru_cache(maxsize=20_000)
def same_word(one: str, other: str) -> bool:
    """Tell whether two words are one, a letter wrong, left out, doubled or swapped among five or more."""
    if one == other:
        return True
    if min(len(one), len(other)) < _LEAST_FOR_A_SLIP or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, rest_other = one[start:], other[start:]
    return (
        rest[1:] == rest_other[1:]
        or rest[1:] == rest_other
        or rest == rest_other[1:]
        or (rest[2:] == rest_other[2:] and rest[:2] == rest_other[1::-1])
    )
