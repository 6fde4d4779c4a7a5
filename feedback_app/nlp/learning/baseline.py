"""What the model is measured against: counted words and characters, one balanced linear machine a head."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

from feedback_app.nlp.heads.layers import SEED, Labels
from feedback_app.nlp.heads.stacking import Fold
from feedback_app.nlp.heads.validation import UNLABELLED

Scored = tuple[Labels, NDArray[np.float64]]
"""The labels, and for each message their scores."""


def _space() -> FeatureUnion:
    word = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    char = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True)
    return FeatureUnion([("word", word), ("char", char)])


def plain_scores(texts: Sequence[str], targets: dict[str, Labels], folds: Sequence[Fold]) -> dict[str, Scored]:
    """Score every message by a plain machine that was fitted on the other folds.

    Parameters
    ----------
    texts : sequence of str
        As typed.
    targets : dict of head to array of str
        The labels, empty where nobody gave one.
    folds : sequence of (rows to fit on, rows to answer)
    """
    found: dict[str, Scored] = {}
    for train, test in folds:
        space = _space()
        features = space.fit_transform([texts[row] for row in train]).tocsr()
        answered = space.transform([texts[row] for row in test])
        for head, labels in targets.items():
            known = np.flatnonzero(labels[train] != UNLABELLED)
            machine = LinearSVC(class_weight="balanced", random_state=SEED)
            machine.fit(features[known], labels[train][known])
            scores = machine.decision_function(answered)
            classes, scored = found.setdefault(
                head, (np.unique(labels[labels != UNLABELLED]), np.full((len(texts), len(machine.classes_)), -np.inf))
            )
            columns = np.vstack([-scores, scores]).T if scores.ndim == 1 else scores
            scored[np.ix_(test, np.searchsorted(classes, machine.classes_))] = columns
    return found
