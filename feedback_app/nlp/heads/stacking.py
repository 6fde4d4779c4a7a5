"""Linear heads: classifiers stacked by a logistic regression, and folded into one matrix.

The first layer of a head is a balanced linear support vector machine on all features; kind and sentiment add NB-SVM
(Wang and Manning 2012, "Baselines and Bigrams") on the words. The second layer is a logistic regression on their
scores, predicted out of fold, which also calibrates them. Both layers are linear in the features, so what is kept of a
head is one weight matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

Floats = NDArray[np.float64]
Labels = NDArray[np.str_]
Fold = tuple[NDArray[np.intp], NDArray[np.intp]]

SVC_COST: Final = 0.3
NB_COST: Final = 0.1
NB_SMOOTHING: Final = 1.0
STACK_COST: Final = 0.1
SEED: Final = 20261121

NB_HEADS: Final = frozenset({"kind", "sentiment"})
"""Heads to which NB-SVM adds; for aspect and urgency it was measured to take away."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A linear map from features to scores: `x @ weights + bias`."""

    weights: Floats
    bias: Floats

    def scores(self, features: Any) -> Floats:
        """Return the scores of the rows of a sparse matrix, (rows, columns of `weights`)."""
        return np.asarray(features @ self.weights) + self.bias


def _support_vectors(features: Any, labels: Labels) -> Layer:
    machine = LinearSVC(C=SVC_COST, class_weight="balanced", random_state=SEED).fit(features, labels)
    return Layer(machine.coef_.T, machine.intercept_)


def _log_ratio(present: Any, positive: NDArray[np.bool_]) -> Floats:
    """Return the log ratio of each column's share among the positive rows to its share among the others."""
    inside = np.asarray(present[positive].sum(axis=0), dtype=float).ravel() + NB_SMOOTHING
    outside = np.asarray(present[~positive].sum(axis=0), dtype=float).ravel() + NB_SMOOTHING
    ratio: Floats = np.log((inside / inside.sum()) / (outside / outside.sum()))
    return ratio


def _naive_bayes_vectors(words: Any, labels: Labels, width: int) -> Layer:
    """Fit one NB-SVM for each label on the word columns; the columns after them get weight 0 up to `width`."""
    present = (words > 0).astype(np.float32).tocsr()
    classes = np.unique(labels)
    weights, bias = np.zeros((width, len(classes))), np.zeros(len(classes))
    for column, value in enumerate(classes):
        positive = labels == value
        ratio = _log_ratio(present, positive)
        machine = LinearSVC(C=NB_COST, class_weight="balanced", random_state=SEED)
        machine.fit(words @ sparse.diags(ratio), positive)
        weights[: words.shape[1], column] = machine.coef_[0] * ratio
        bias[column] = machine.intercept_[0]
    return Layer(weights, bias)


def fit_first_layer(features: Any, labels: Labels, word_columns: int, *, naive_bayes: bool) -> Layer:
    """Fit the classifiers of one head; their columns stand side by side.

    Parameters
    ----------
    features : scipy.sparse.csr_matrix of shape (rows, columns)
        TF-IDF rows, the word columns first.
    labels : array of shape (rows,)
        The label of every row.
    word_columns : int
        How many columns are words.
    naive_bayes : bool
        Whether NB-SVM joins the support vector machine.

    Returns
    -------
    Layer
        One column for every label, or two with NB-SVM.
    """
    layer = _support_vectors(features, labels)
    if not naive_bayes:
        return layer
    other = _naive_bayes_vectors(features[:, :word_columns], labels, features.shape[1])
    return Layer(np.hstack([layer.weights, other.weights]), np.concatenate([layer.bias, other.bias]))


def _fold_layers(first: Layer, mean: Floats, spread: Floats, second: LogisticRegression) -> LogisticRegression:
    """Return one logistic regression on the features that equals both layers."""
    head = LogisticRegression(C=second.C, max_iter=second.max_iter)
    scale = second.coef_.T / spread[:, None]
    head.classes_ = second.classes_
    head.coef_ = np.ascontiguousarray((first.weights @ scale).T, dtype=np.float32).round(5)
    head.intercept_ = (second.intercept_ + (first.bias - mean) @ scale).astype(np.float32).round(5)
    head.n_features_in_ = first.weights.shape[0]
    return head


def fit_head(
    features: Any, labels: Labels, word_columns: int, folds: Sequence[Fold], *, naive_bayes: bool
) -> LogisticRegression:
    """Fit both layers of one head and fold them.

    Parameters
    ----------
    features, labels, word_columns, naive_bayes
        As for `fit_first_layer`.
    folds : sequence of (train rows, test rows)
        The folds that give the second layer scores of rows unseen by the first.

    Returns
    -------
    sklearn.linear_model.LogisticRegression
        A head over the features themselves, with calibrated `predict_proba`.
    """
    first = fit_first_layer(features, labels, word_columns, naive_bayes=naive_bayes)
    scores = np.zeros((features.shape[0], len(first.bias)))
    for train, test in folds:
        layer = fit_first_layer(features[train], labels[train], word_columns, naive_bayes=naive_bayes)
        scores[test] = layer.scores(features[test])
    mean, spread = scores.mean(axis=0), scores.std(axis=0) + 1e-9
    second = LogisticRegression(C=STACK_COST, max_iter=1000).fit((scores - mean) / spread, labels)
    return _fold_layers(first, mean, spread, second)
