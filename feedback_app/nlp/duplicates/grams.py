"""Pieces of four characters within words, and how rare each is in the corpus: what two tellings of one event share.

A word in another form or another spelling still shares most of its pieces. How rare a piece is stands in a small file
(`training` counts it), so that a text has the same pieces and weights today and in a year.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

from feedback_app.errors import ConfigurationError
from feedback_app.nlp.text.masks import PERSONAL
from feedback_app.nlp.text.normalise import normalise
from feedback_app.nlp.text.word_lists import word_list

FORMAT: Final = 1
FOLDER: Final = "duplicates"
COUNTS_FILE: Final = "grams.tsv"
MANIFEST_FILE: Final = "manifest.json"

SIZE: Final = 4
LEAST_DOCUMENTS: Final = 3
"""A piece in fewer messages of the corpus weighs as one in two: slips of the pen are rare too and say nothing."""

MOST_KEPT: Final = 24
MOST_OF_A_WORD: Final = 3
"""So many of one long word are kept at most: a word that the other did not use would else take all the places."""

_WORD = re.compile(r"[^\W\d_]+")
_MASKS: Final = PERSONAL | {"xurl", "xmoney", "xtime"}
_SILENT: Final = _MASKS | word_list("courtesies")
_KNOWN_WORDS: Final = 20_000


class GramsError(ConfigurationError):
    """The counts of pieces that come with the program are not those of their manifest."""


@dataclass(frozen=True, slots=True)
class Grams:
    """The pieces of one text, and the length of the vector they make."""

    pieces: frozenset[str]
    norm: float


def words_in(text: str) -> list[str]:
    """Return the words of a redacted text in order, without tags, numbers, addresses of pages and courtesies."""
    return [word for word in _WORD.findall(normalise(text)) if word not in _SILENT]


@lru_cache(maxsize=_KNOWN_WORDS)
def pieces_of(word: str) -> tuple[str, ...]:
    """Return the pieces of a word, its ends marked by a space.

    >>> pieces_of("jalan")
    (' jal', 'jala', 'alan', 'lan ')
    """
    marked = f" {word} "
    return tuple(marked[start : start + SIZE] for start in range(max(1, len(marked) - SIZE + 1)))


def grams_of(redacted: str) -> Grams:
    """Return the pieces of a text that holds no personal data any more."""
    return grams_from(words_in(redacted))


def grams_from(words: Iterable[str]) -> Grams:
    """Return the pieces of words."""
    pieces = frozenset(piece for word in set(words) for piece in pieces_of(word))
    return Grams(pieces, math.sqrt(weight_of(pieces)))


@lru_cache(maxsize=_KNOWN_WORDS)
def rarity(word: str) -> float:
    """Return the mean of the squared weights of a word's pieces."""
    pieces = pieces_of(word)
    return weight_of(pieces) / len(pieces)


def weight_of(pieces: Iterable[str]) -> float:
    """Return the sum of the squared weights."""
    weights = shipped_weights()
    squares, unknown = weights.squares, weights.unknown
    return sum(squares.get(piece, unknown) for piece in pieces)


def rare_grams(redacted: str) -> tuple[int, ...]:
    """Return the hashes of at most 24 of the rarest pieces of a text, by which reports of the same are looked for.

    A hash is CRC-32 as PostgreSQL's `integer`: the same on every machine and in every version of Python.
    """
    weights = shipped_weights()
    found: dict[str, float] = {}
    for word in set(words_in(redacted)):
        of_word = sorted(((weights.of(piece), piece) for piece in pieces_of(word)), reverse=True)
        found.update((piece, weight) for weight, piece in of_word[:MOST_OF_A_WORD])
    rarest = sorted(found, key=lambda piece: (-found[piece], piece))[:MOST_KEPT]
    return tuple(sorted({hashed(piece) for piece in rarest}))


@lru_cache(maxsize=_KNOWN_WORDS)
def hashed(piece: str) -> int:
    """Return a number from -2³¹ to 2³¹ - 1.

    >>> hashed("jala")
    -818471927
    """
    number = zlib.crc32(piece.encode())
    return number - 2**32 if number >= 2**31 else number


@dataclass(frozen=True, slots=True)
class Weights:
    """The squared inverse document frequency of each piece, and of those that the corpus hardly knows."""

    squares: dict[str, float]
    unknown: float

    def of(self, piece: str) -> float:
        """Return how rare a piece is."""
        return self.squares.get(piece, self.unknown)


def weights_from(counts: dict[str, int], documents: int) -> Weights:
    """Return the weights for counts of documents."""
    return Weights(
        {piece: _square(documents, count) for piece, count in counts.items()}, _square(documents, LEAST_DOCUMENTS - 1)
    )


def _square(documents: int, count: int) -> float:
    return math.log((1 + documents) / (1 + count)) ** 2


@cache
def shipped_weights() -> Weights:
    """Return the weights that come with the program, read once.

    Raises
    ------
    GramsError
    """
    with as_file(files("feedback_app.nlp").joinpath("artefacts", FOLDER)) as folder:
        return read_weights(folder)


def read_weights(folder: Path) -> Weights:
    """Return the weights that a folder holds.

    Raises
    ------
    GramsError
        When the counts are not those of their manifest, or the manifest is of another format.
    """
    manifest: dict[str, Any] = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
    body = (folder / COUNTS_FILE).read_bytes()
    if manifest.get("format") != FORMAT or hashlib.sha256(body).hexdigest() != manifest.get("sha256"):
        raise GramsError(
            f"{FOLDER}/{COUNTS_FILE} is not the file its manifest describes. "
            "Count it again with `feedback nlp train-duplicates`."
        )
    lines = (line.split("\t") for line in body.decode("utf-8").splitlines())
    return weights_from({piece: int(count) for piece, count in lines}, int(manifest["documents"]))
