"""Folds for validation: near-duplicates always stand on the same side, and together weigh as one message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedGroupKFold

from feedback_app.nlp.heads.layers import SEED
from feedback_app.nlp.heads.stacking import Fold

FOLDS: Final = 5
NEAR_DUPLICATE: Final = 0.6
"""Cosine of character 4-gram TF-IDF from which two messages count as one written twice."""

_ROWS_AT_ONCE: Final = 500


def near_duplicate_groups(texts: Sequence[str]) -> NDArray[np.int32]:
    """Number the clusters of near-duplicates; a text like no other is a cluster of its own.

    Returns
    -------
    array of shape (texts,)
        The cluster of each text.
    """
    rows = TfidfVectorizer(analyzer="char_wb", ngram_range=(4, 4), dtype=np.float32).fit_transform(texts)
    columns = rows.T.tocsr()
    pairs = []
    for start in range(0, len(texts), _ROWS_AT_ONCE):
        alike = rows[start : start + _ROWS_AT_ONCE] @ columns
        alike.data[alike.data < NEAR_DUPLICATE] = 0
        alike.eliminate_zeros()
        pairs.append(alike)
    groups: NDArray[np.int32] = connected_components(sparse.vstack(pairs), directed=False)[1]
    return groups


def cluster_weights(groups: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the weight of each row: those of one cluster add up to 1, so that a campaign teaches once."""
    weights: NDArray[np.float64] = 1 / np.bincount(groups)[groups]
    return weights


def grouped_folds(labels: NDArray[np.str_], groups: NDArray[np.int32], seed: int = SEED) -> list[Fold]:
    """Return five folds with about equal shares of every label, and no cluster divided between two."""
    splitter = StratifiedGroupKFold(n_splits=FOLDS, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(labels)), labels, groups))
