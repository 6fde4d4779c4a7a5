"""Which words decided: every score is a sum over n-grams, and every n-gram stands in words.

What an n-gram added to the lead of the chosen label over its nearest rival goes in equal parts to the words it spans,
so the weights of all words and the bias add up to that lead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from feedback_app.nlp.heads.features import FeatureReader, word_grams
from feedback_app.nlp.text.masks import PERSONAL
from feedback_app.nlp.text.tokens import END, NEGATED, NEGATORS, START
from feedback_app.nlp.urgency.rules import words_of_rule
from feedback_app.nlp.urgency.triage import RULE_PREFIX

MOST_WORDS: Final = 5
LEAST_SHARE: Final = 0.15
"""A word that adds less than this share of what the weightiest adds is left out."""

GAP: Final = "…"
"""Stands between a negator and a word under it where the text has other words there."""

_SAYS_NOTHING: Final = {START, END, "xtime", "xurl", *PERSONAL}
_SHOWN: Final = {"xmoney": "Rp"}
_SIGNS_THAT_SPEAK: Final = frozenset("?!")

Weighed = tuple[tuple[str, float], ...]
Row = tuple[NDArray[np.integer], NDArray[np.floating]]
"""The columns of a line in the feature space, ascending, and their values."""


class Explainer:
    """Finds the words behind the answers of one model."""

    def __init__(self, reader: FeatureReader, weights: NDArray[np.float32]) -> None:
        self._reader = reader
        self._weights = weights

    def words(self, line: str, row: Row, heads: Mapping[str, tuple[int, int]], *, rule: str = "") -> dict[str, Weighed]:
        """Return for each head the words that spoke for its label, the weightiest first.

        A word under a negation is shown with the negator before it: "tidak mengalir", "tidak … ramah".

        Parameters
        ----------
        line : str
            Tokens from `tokens.analyse`, not empty.
        row : Row
            The line as the model saw it.
        heads : mapping of head to (int, int)
            The columns of the label and of its nearest rival in the weights.
        rule : str
            What decided the urgency; where a rule did, its own words are given, each with weight 1.
        """
        words = line.split()
        shown = _shown(words)
        found = {head: _weightiest(shown, leads.tolist()) for head, leads in self.leads(line, row, heads).items()}
        if rule.startswith(RULE_PREFIX):
            spoken = words_of_rule(line, rule.removeprefix(RULE_PREFIX))
            found["urgency"] = tuple((word, 1.0) for word in _shown_of_rule(words, shown, spoken))[:MOST_WORDS]
        return {head: given for head, given in found.items() if given}

    def leads(self, line: str, row: Row, heads: Mapping[str, tuple[int, int]]) -> dict[str, NDArray[np.float64]]:
        """Return for each head what every word of a line adds to the lead of the label over its nearest rival."""
        words = line.split()
        columns, values = row
        owners, places, shares = self._parts(words, columns)
        # A column stands in the row once, however often its n-gram stands in the line.
        times = np.bincount(places, weights=shares, minlength=len(columns))
        found = {}
        for head, (label, rival) in heads.items():
            each = values * (self._weights[columns, label] - self._weights[columns, rival]) / times
            added = np.bincount(owners, weights=shares * each[places], minlength=len(words))
            found[head] = added.astype(np.float64, copy=False)
        return found

    def _parts(
        self, words: Sequence[str], columns: NDArray[np.integer]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        """Divide a line among its words: whose part, at which place of the row, which share of an n-gram."""
        pieces = list(self._reader.pieces(words))
        numbers, owners, shares = self._parts_of_words(words)
        lengths = [len(found) for found in pieces]
        places = np.searchsorted(columns, np.concatenate([np.array(numbers, dtype=np.intp), *pieces]))
        whose = np.concatenate([np.array(owners, dtype=np.intp), np.repeat(np.arange(len(words)), lengths)])
        return whose, places, np.concatenate([shares, np.ones(sum(lengths))])

    def _parts_of_words(self, words: Sequence[str]) -> tuple[list[int], list[int], list[float]]:
        numbers: list[int] = []
        owners: list[int] = []
        shares: list[float] = []
        for size, gram_columns in _by_size(self._reader.word_columns(word_grams(words)), len(words)):
            for start, column in enumerate(gram_columns):
                if column >= 0:
                    numbers += [column] * size
                    owners += range(start, start + size)
                    shares += [1 / size] * size
        return numbers, owners, shares


def _by_size(columns: list[int], words: int) -> list[tuple[int, list[int]]]:
    """Divide the columns of a line's n-grams into those of words, pairs and triples."""
    pairs = words + max(0, words - 1)
    return [(1, columns[:words]), (2, columns[words:pairs]), (3, columns[pairs:])]


def _shown(words: Sequence[str]) -> list[str]:
    """Return how each word of a line is shown, empty for what says nothing to a person."""
    shown = []
    negator, since = "", 0
    for place, word in enumerate(words):
        if word in NEGATORS:
            negator, since = word, place
        bare = word.removeprefix(NEGATED)
        if not _speaks(bare):
            shown.append("")
        elif bare != word and negator:
            shown.append(" ".join([negator, *([GAP] if place > since + 1 else []), _SHOWN.get(bare, bare)]))
        else:
            shown.append(_SHOWN.get(bare, bare))
    return shown


def _speaks(bare: str) -> bool:
    return bare not in _SAYS_NOTHING and (bare[:1].isalpha() or bare in _SIGNS_THAT_SPEAK)


def _shown_of_rule(words: Sequence[str], shown: Sequence[str], spoken: Sequence[str]) -> list[str]:
    """Return how the words of a rule are shown; a negator not alone where it stands before another of them."""
    found = [shown[words.index(word)] for word in spoken]
    said = [word for word in dict.fromkeys(found) if word and word not in _SIGNS_THAT_SPEAK]
    return [word for word in said if not any(other.startswith(f"{word} ") for other in said if word in NEGATORS)]


def _weightiest(shown: Sequence[str], weights: Sequence[float]) -> Weighed:
    together: dict[str, float] = {}
    for word, weight in zip(shown, weights, strict=True):
        if word:
            together[word] = together.get(word, 0.0) + weight
    ordered = sorted(together.items(), key=lambda pair: -pair[1])[:MOST_WORDS]
    least = max(0.0, ordered[0][1] * LEAST_SHARE) if ordered else 0.0
    return tuple((word, round(weight, 3)) for word, weight in ordered if weight > least)
