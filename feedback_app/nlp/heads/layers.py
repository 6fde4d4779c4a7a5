"""Linear classifiers over counted words, each a matrix of weights: the first layer of a head.

Balanced linear support vector machines, NB-SVM (Wang and Manning 2012, "Baselines and Bigrams") and complement naive
Bayes (Rennie et al. 2003, "Tackling the Poor Assumptions of Naive Bayes Text Classifiers"). scikit-learn fits them;
what is kept of each is linear in the features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

Floats = NDArray[np.float64]
Labels = NDArray[np.str_]

SVC_COST: Final = 0.3
NB_COST: Final = 0.1
NB_SMOOTHING: Final = 1.0
COMPLEMENT_SMOOTHING: Final = 0.3
TOLERANCE: Final = 1e-3
SEED: Final = 20261121


@dataclass(frozen=True, slots=True)
class Layer:
    """A linear map from features to scores: `x @ weights + bias`."""

    weights: Floats
    bias: Floats

    def scores(self, features: Any) -> Floats:
        """Return the scores of the rows of a sparse matrix, (rows, columns of `weights`)."""
        return np.asarray(features @ self.weights) + self.bias


def fit_support_vectors(features: Any, labels: Labels, weights: Floats) -> Layer:
    """Fit one balanced linear support vector machine for each label against the others."""
    machine = LinearSVC(C=SVC_COST, class_weight="balanced", random_state=SEED, tol=TOLERANCE)
    machine.fit(features, labels, sample_weight=weights)
    if len(machine.classes_) == 2:  # scikit-learn keeps one column for two labels
        return Layer(np.vstack([-machine.coef_, machine.coef_]).T, np.array([-1, 1]) * machine.intercept_)
    return Layer(machine.coef_.T, machine.intercept_)


def _log_ratio(present: Any, positive: NDArray[np.bool_], weights: Floats) -> Floats:
    """Return the log ratio of each column's share among the positive rows to its share among the others."""
    inside = present.T @ (weights * positive) + NB_SMOOTHING
    outside = present.T @ (weights * ~positive) + NB_SMOOTHING
    ratio: Floats = np.log((inside / inside.sum()) / (outside / outside.sum()))
    return ratio


def fit_naive_bayes_vectors(features: Any, labels: Labels, weights: Floats) -> Layer:
    """Fit one NB-SVM for each label: a support vector machine on columns scaled by their log ratio."""
    present = (features > 0).astype(np.float64).tocsr()
    classes = np.unique(labels)
    found, bias = np.zeros((features.shape[1], len(classes))), np.zeros(len(classes))
    for column, value in enumerate(classes):
        positive = labels == value
        ratio = _log_ratio(present, positive, weights)
        machine = LinearSVC(C=NB_COST, class_weight="balanced", random_state=SEED, tol=TOLERANCE)
        machine.fit(features @ sparse.diags(ratio), positive, sample_weight=weights)
        found[:, column] = machine.coef_[0] * ratio
        bias[column] = machine.intercept_[0]
    return Layer(found, bias)


def fit_complement(features: Any, labels: Labels, weights: Floats) -> Layer:
    """Fit complement naive Bayes; scores are centred over the labels, for only their differences say anything."""
    found = ComplementNB(alpha=COMPLEMENT_SMOOTHING).fit(features, labels, sample_weight=weights)
    logs = found.feature_log_prob_.T
    return Layer(logs - logs.mean(axis=1, keepdims=True), np.zeros(logs.shape[1]))


NB_HEADS: Final = frozenset({"kind", "sentiment", "urgency", "tone"})
"""Heads to which NB-SVM adds; for aspect, sector and language it adds nothing that is worth half of the time."""


def fit_first_layer(head: str, features: Any, labels: Labels, weights: Floats) -> Layer:
    """Fit the classifiers of one head; their columns stand side by side.

    Parameters
    ----------
    head : str
        The name of the head.
    features : scipy.sparse.csr_matrix of shape (rows, columns)
        TF-IDF rows.
    labels : array of str of shape (rows,)
        The label of every row.
    weights : array of float of shape (rows,)
        How much every row counts, above 0.

    Returns
    -------
    Layer
        One column for every label and classifier.
    """
    layers = [fit_support_vectors(features, labels, weights), fit_complement(features, labels, weights)]
    if head in NB_HEADS:
        layers.append(fit_naive_bayes_vectors(features, labels, weights))
    return Layer(np.hstack([layer.weights for layer in layers]), np.concatenate([layer.bias for layer in layers]))
