"""What changed between two texts, word by word."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

_WORDS: Final = re.compile(r"\s+|\S+")


class Change(enum.StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that were all kept, added or removed."""

    change: Change
    text: str


def differences(before: str, after: str) -> list[Piece]:
    """Return the pieces of both texts in reading order; kept and added ones make up the text after.

    >>> [(piece.change.value, piece.text) for piece in differences("loket tutup pagi", "loket buka pagi")]
    [('kept', 'loket '), ('removed', 'tutup'), ('added', 'buka'), ('kept', ' pagi')]
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    found: list[Piece] = []
    for tag, from_old, to_old, from_new, to_new in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece(Change.KEPT, "".join(old[from_old:to_old])))
            continue
        if to_old > from_old:
            found.append(Piece(Change.REMOVED, "".join(old[from_old:to_old])))
        if to_new > from_new:
            found.append(Piece(Change.ADDED, "".join(new[from_new:to_new])))
    return found
