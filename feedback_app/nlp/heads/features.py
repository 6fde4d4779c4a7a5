"""The feature space: word 1-3-grams and character 2-5-grams over lines of tokens, weighed by TF-IDF.

scikit-learn's vectorisers learn and store the space. At prediction time `FeatureReader` computes the same numbers about
five times as fast: the character n-grams of a word depend on that word alone, so they are looked up once a word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion

from feedback_app.nlp.text.tokens import NEGATED

Ids = NDArray[np.int32]

BLOCKS: Final = ("word", "char")
"""The blocks of columns, in order."""

_MOST_CACHED_WORDS = 60_000
_UNBROKEN = r"\S+"


def new_feature_union() -> FeatureUnion:
    """Return the unfitted space. Its input are lines from `tokens.analyse`."""
    shared = {"lowercase": False, "sublinear_tf": True, "dtype": np.float32}
    word = TfidfVectorizer(token_pattern=_UNBROKEN, ngram_range=(1, 3), min_df=2, **shared)
    char = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, **shared)
    return FeatureUnion([("word", word), ("char", char)])


def block(union: FeatureUnion, name: str) -> TfidfVectorizer:
    """Return the vectoriser of one block of columns."""
    return dict(union.transformer_list)[name]


class FeatureReader:
    """Compute the rows of a fitted feature union from lines, one sparse matrix a block.

    The only state that changes is a cache from words to the numbers of their character n-grams; threads that race for
    it compute the same value twice.
    """

    def __init__(self, union: FeatureUnion) -> None:
        word, char = block(union, "word"), block(union, "char")
        self._word_ids: dict[str, int] = word.vocabulary_
        self._char_ids: dict[str, int] = char.vocabulary_
        self._char_grams: Callable[[str], list[str]] = char.build_analyzer()
        self._idf = {name: np.asarray(block(union, name).idf_, dtype=np.float32) for name in BLOCKS}
        self._cache: dict[str, Ids] = {}

    def blocks(self, lines: Sequence[str]) -> list[Any]:
        """Return the TF-IDF rows of the lines.

        Parameters
        ----------
        lines : sequence of str
            Lines of tokens; an empty line gives an empty row.

        Returns
        -------
        list of scipy.sparse.csr_matrix
            One float32 matrix a block, `len(lines)` rows each, rows of Euclidean length 1 or 0.
        """
        tokens = [line.split() for line in lines]
        return [
            _tf_idf([self._words_of(words) for words in tokens], self._idf["word"]),
            _tf_idf([self._chars_of(words) for words in tokens], self._idf["char"]),
        ]

    def familiar_share(self, line: str) -> float:
        """Return the share of the line's words that were seen in training, 0 to 1; 0 for a line without words."""
        known = self._word_ids
        words = [word.lstrip(NEGATED) for word in line.split()[1:-1]]
        words = [word for word in words if word and word[0].isalpha()]
        return sum(word in known or NEGATED + word in known for word in words) / len(words) if words else 0.0

    def _words_of(self, words: list[str]) -> Ids:
        grams = [*words]
        grams += map(" ".join, pairwise(words))
        grams += map(" ".join, zip(words, words[1:], words[2:], strict=False))
        known = self._word_ids
        return np.array([known[gram] for gram in grams if gram in known], dtype=np.int32)

    def _chars_of(self, words: list[str]) -> Ids:
        if not words:
            return np.empty(0, dtype=np.int32)
        cache = self._cache
        return np.concatenate([cache[word] if word in cache else self._learn(word) for word in words])

    def _learn(self, word: str) -> Ids:
        if len(self._cache) >= _MOST_CACHED_WORDS:
            self._cache = {}
        known = self._char_ids
        ids = np.array([known[gram] for gram in self._char_grams(word) if gram in known], dtype=np.int32)
        self._cache[word] = ids
        return ids


def _tf_idf(rows: list[Ids], idf: NDArray[np.float32]) -> Any:
    """Turn lists of column numbers into rows of (1 + log count) x idf, of length 1."""
    indptr = np.zeros(len(rows) + 1, dtype=np.int32)
    np.cumsum([len(row) for row in rows], out=indptr[1:])
    indices = np.concatenate(rows) if rows else np.empty(0, dtype=np.int32)
    matrix = sparse.csr_matrix((np.ones(len(indices), dtype=np.float32), indices, indptr), shape=(len(rows), len(idf)))
    matrix.sum_duplicates()
    matrix.data = (np.log(matrix.data) + 1) * idf[matrix.indices]
    squares = np.add.reduceat(np.append(matrix.data**2, 0), matrix.indptr[:-1]) if len(rows) else np.empty(0)
    squares[np.diff(matrix.indptr) == 0] = 1
    matrix.data /= np.repeat(np.sqrt(squares), np.diff(matrix.indptr)).astype(np.float32)
    return matrix
