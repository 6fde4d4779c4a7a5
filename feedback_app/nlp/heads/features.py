"""The feature space: word 1-3-grams and character 2-5-grams over lines of tokens, weighed by TF-IDF.

The same code counts when a model is trained and when it reads, so that the two cannot differ. The character n-grams of
a word depend on that word alone and are looked up once a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from feedback_app.nlp.text.masks import PERSONAL
from feedback_app.nlp.text.tokens import NEGATED

Ids = NDArray[np.int32]
Floats = NDArray[np.float32]

BLOCKS: Final = ("word", "char")
"""The blocks of columns, in order."""

LEAST_DOCUMENTS: Final = {"word": 2, "char": 3}
"""In how many messages an n-gram must stand to be counted."""

SHORTEST, LONGEST = 2, 5
_MOST_CACHED_WORDS = 60_000


def word_grams(words: Sequence[str]) -> list[str]:
    """Return the words, their pairs and their triples.

    >>> word_grams(["ktp", "belum", "jadi"])
    ['ktp', 'belum', 'jadi', 'ktp belum', 'belum jadi', 'ktp belum jadi']
    """
    grams = [*words]
    grams += map(" ".join, pairwise(words))
    grams += map(" ".join, zip(words, words[1:], words[2:], strict=False))
    return grams


def char_grams(word: str) -> list[str]:
    """Return the pieces of two to five characters of a word with a space on either side.

    >>> char_grams("kk")
    [' k', 'kk', 'k ', ' kk', 'kk ', ' kk ']
    """
    padded = f" {word} "
    grams: list[str] = []
    for size in range(SHORTEST, min(LONGEST, len(padded)) + 1):
        grams += [padded[start : start + size] for start in range(len(padded) - size + 1)]
    return grams


@dataclass(frozen=True, slots=True)
class FeatureSpace:
    """Which n-grams are counted, and how much each weighs: block to terms, block to inverse document frequencies.

    Column numbers run through the blocks in the order of `BLOCKS`, and within a block in the order of its terms.
    """

    terms: Mapping[str, tuple[str, ...]]
    idf: Mapping[str, Floats]

    @property
    def width(self) -> int:
        """The number of columns."""
        return sum(len(self.terms[name]) for name in BLOCKS)


def idf_of(documents: NDArray[np.integer], total: int, least: NDArray[np.integer] | int) -> Floats:
    """Return the smoothed inverse document frequencies; 0 for what stands in too few documents.

    Parameters
    ----------
    documents : array of int of shape (columns,)
        In how many documents each n-gram stands.
    total : int
        The number of documents.
    least : int or array of int of shape (columns,)
        In how many documents an n-gram must stand to be counted.
    """
    idf = np.log((1 + total) / (1 + documents)) + 1
    return np.where(documents >= least, idf, 0).astype(np.float32)


def learn_space(lines: Sequence[str]) -> FeatureSpace:
    """Return the space of all n-grams that stand in enough of the lines."""
    documents: dict[str, Counter[str]] = {name: Counter() for name in BLOCKS}
    cache: dict[str, list[str]] = {}
    for line in lines:
        words = line.split()
        documents["word"].update(set(word_grams(words)))
        documents["char"].update({gram for word in words for gram in _cached(word, cache)})
    terms = {
        name: tuple(sorted(term for term, count in counted.items() if count >= LEAST_DOCUMENTS[name]))
        for name, counted in documents.items()
    }
    idf = {
        name: idf_of(np.array([documents[name][term] for term in terms[name]], dtype=np.int64), len(lines), 0)
        for name in BLOCKS
    }
    return FeatureSpace(terms, idf)


def _cached(word: str, cache: dict[str, list[str]]) -> list[str]:
    if word not in cache:
        cache[word] = char_grams(word)
    return cache[word]


class FeatureReader:
    """Compute the rows of a feature space from lines.

    The only state that changes is a cache from words to the numbers of their character n-grams; threads that race for
    it compute the same value twice.
    """

    def __init__(self, space: FeatureSpace) -> None:
        self._word_ids = {term: number for number, term in enumerate(space.terms["word"])}
        first = len(self._word_ids)
        self._char_ids = {term: number for number, term in enumerate(space.terms["char"], start=first)}
        self._idf = np.concatenate([space.idf[name] for name in BLOCKS]).astype(np.float32)
        self._first_char = first
        self._cache: dict[str, Ids] = {}

    def counts(self, lines: Iterable[str]) -> Any:
        """Return how often each n-gram stands in each line.

        Returns
        -------
        scipy.sparse.csr_matrix of shape (lines, columns)
            float32; an empty line gives an empty row.
        """
        rows = [self.ids(line.split()) for line in lines]
        indptr = np.zeros(len(rows) + 1, dtype=np.int32)
        np.cumsum([len(row) for row in rows], out=indptr[1:])
        indices = np.concatenate(rows) if rows else np.empty(0, dtype=np.int32)
        shape = (len(rows), len(self._idf))
        matrix = sparse.csr_matrix((np.ones(len(indices), dtype=np.float32), indices, indptr), shape=shape)
        matrix.sum_duplicates()
        return matrix

    def rows(self, lines: Iterable[str]) -> Any:
        """Return the TF-IDF rows of the lines: float32, each block of Euclidean length 1 or 0."""
        return tf_idf(self.counts(lines), self._idf, self._first_char)

    def ids(self, words: Sequence[str]) -> Ids:
        """Return the columns of all known n-grams of a line, in order, as often as they stand there."""
        return np.concatenate([self._words_of(words), *self.pieces(words)])

    def pieces(self, words: Sequence[str]) -> Iterator[Ids]:
        """Yield for each word the columns of its known character n-grams."""
        cache = self._cache
        for word in words:
            yield cache[word] if word in cache else self._learn(word)

    def word_columns(self, grams: Sequence[str]) -> list[int]:
        """Return the column of each n-gram of words, -1 where it is unknown."""
        return [self._word_ids.get(gram, -1) for gram in grams]

    def familiar_share(self, line: str) -> float:
        """Return the share of the line's words that were seen in training, 0 to 1; 0 for a line without words.

        What stands for personal data is no word: a text that is all mask says nothing of its language.
        """
        known = self._word_ids
        words = [word.lstrip(NEGATED) for word in line.split()[1:-1]]
        words = [word for word in words if word and word[0].isalpha() and word not in PERSONAL]
        return sum(word in known or NEGATED + word in known for word in words) / len(words) if words else 0.0

    def _words_of(self, words: Sequence[str]) -> Ids:
        known = self._word_ids
        return np.array([known[gram] for gram in word_grams(words) if gram in known], dtype=np.int32)

    def _learn(self, word: str) -> Ids:
        if len(self._cache) >= _MOST_CACHED_WORDS:
            self._cache = {}
        known = self._char_ids
        ids = np.array([known[gram] for gram in char_grams(word) if gram in known], dtype=np.int32)
        self._cache[word] = ids
        return ids


def tf_idf(counts: Any, idf: Floats, first_char: int) -> Any:
    """Turn counts into (1 + log count) x idf, the words and the characters of a row each of length 1.

    Parameters
    ----------
    counts : scipy.sparse.csr_matrix of shape (rows, columns)
        As from `FeatureReader.counts`.
    idf : array of float of shape (columns,)
        0 drops a column.
    first_char : int
        The first column of the character block.
    """
    matrix = counts.copy()
    matrix.data = (np.log(matrix.data) + 1) * idf[matrix.indices]
    row_of = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    block = 2 * row_of + (matrix.indices >= first_char)
    squares = np.bincount(block, weights=matrix.data.astype(np.float64) ** 2, minlength=2 * matrix.shape[0])
    squares[squares == 0] = 1
    matrix.data = (matrix.data / np.sqrt(squares)[block]).astype(np.float32)
    return matrix
