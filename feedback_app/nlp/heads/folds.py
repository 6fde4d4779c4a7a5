"""Folds for validation: near-duplicates always stand on the same side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedGroupKFold

from feedback_app.nlp.heads.stacking import SEED, Fold

FOLDS: Final = 5
NEAR_DUPLICATE: Final = 0.6
"""Cosine of character 4-gram TF-IDF from which two messages count as one written twice."""


def near_duplicate_groups(texts: Sequence[str]) -> NDArray[np.int32]:
    """Number the clusters of near-duplicates; a text like no other is a cluster of its own.

    Returns
    -------
    array of shape (texts,)
        The cluster of each text.
    """
    rows = TfidfVectorizer(analyzer="char_wb", ngram_range=(4, 4), dtype=np.float32).fit_transform(texts)
    alike = (rows @ rows.T) >= NEAR_DUPLICATE
    groups: NDArray[np.int32] = connected_components(alike, directed=False)[1]
    return groups


def grouped_folds(labels: NDArray[np.str_], groups: NDArray[np.int32], seed: int = SEED) -> list[Fold]:
    """Return five folds with about equal shares of every label, and no cluster divided between two."""
    splitter = StratifiedGroupKFold(n_splits=FOLDS, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(labels)), labels, groups))
