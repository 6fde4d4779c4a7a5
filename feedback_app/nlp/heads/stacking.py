"""A head: classifiers stacked by a logistic regression on their out-of-fold scores, and folded into one matrix.

The second layer sees scores of rows that the first was not fitted on, so it also calibrates. Both layers are linear in
the features; what is kept is one weight matrix, and reading is one product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from feedback_app.nlp.heads.decision import softmax
from feedback_app.nlp.heads.layers import Floats, Labels, Layer, fit_first_layer

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
"""The numbers of the rows to fit on, and of those to answer."""

STACK_COST: Final = 0.1
_MOST_STEPS: Final = 500


@dataclass(frozen=True, slots=True)
class LinearHead:
    """What is kept of a head: labels, one column of weights for each, and their biases."""

    classes: Labels
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def probabilities(self, features: Any) -> Floats:
        """Return the probabilities of the labels, (rows, labels); each row adds up to 1."""
        return softmax(np.asarray(features @ self.weights, dtype=np.float64) + self.bias)


@dataclass(frozen=True, slots=True)
class SecondLayer:
    """The logistic regression on standardised scores: one column of weights for each label."""

    classes: Labels
    mean: Floats
    spread: Floats
    weights: Floats
    bias: Floats

    def probabilities(self, scores: Floats) -> Floats:
        """Return the probabilities of the labels for rows of scores of the first layer."""
        return softmax((scores - self.mean) / self.spread @ self.weights + self.bias)

    def sharpened(self, by: float) -> SecondLayer:
        """Return the layer with all scores multiplied: the same order of labels, surer (above 1) or less sure."""
        return replace(self, weights=self.weights * by, bias=self.bias * by)

    def fold(self, first: Layer) -> LinearHead:
        """Return one linear head on the features that equals both layers."""
        scale = self.weights / self.spread[:, None]
        weights = (first.weights @ scale).astype(np.float32)
        bias = ((first.bias - self.mean) @ scale + self.bias).astype(np.float32)
        return LinearHead(self.classes, weights, bias)


def fit_second_layer(scores: Floats, labels: Labels, weights: Floats) -> SecondLayer:
    """Fit the logistic regression on scores that were given out of fold."""
    mean, spread = scores.mean(axis=0), scores.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=STACK_COST, max_iter=_MOST_STEPS)
    fitted.fit((scores - mean) / spread, labels, sample_weight=weights)
    columns, bias = fitted.coef_.T, fitted.intercept_
    if len(fitted.classes_) == 2:  # scikit-learn keeps one column for two labels
        columns, bias = np.hstack([-columns, columns]) / 2, np.array([-1, 1]) * bias / 2
    return SecondLayer(fitted.classes_, mean, spread, columns, bias)


def sharpness(probabilities: Floats, hits: NDArray[np.bool_]) -> float:
    """Return by how much to multiply scores so that the likeliest label is right as often as its probability says.

    The logistic regression is held back on purpose, and a second aspect is right too: both make it less sure than it
    could be. One number is fitted to whether the answers were right (temperature scaling, Guo et al. 2017).

    Parameters
    ----------
    probabilities : array of shape (rows, labels)
    hits : array of bool of shape (rows,)
        Whether the likeliest label of each row was right.
    """
    logs = np.log(np.clip(probabilities, 1e-12, 1))

    def loss(by: float) -> float:
        sure = np.clip(softmax(logs * by).max(axis=1), 1e-6, 1 - 1e-6)
        return float(-np.mean(np.where(hits, np.log(sure), np.log(1 - sure))))

    return float(minimize_scalar(loss, bounds=(0.5, 3.0), method="bounded").x)


def scores_out_of_fold(
    head: str, features: Sequence[Any], labels: Labels, weights: Floats, folds: Sequence[Fold]
) -> Floats:
    """Let every row be scored by classifiers that were fitted without it.

    Parameters
    ----------
    head : str
        The name of the head.
    features : sequence of scipy.sparse.csr_matrix
        For each fold all rows, weighed by what the fold's own rows say of the rarity of n-grams.
    labels, weights
        Of all rows, as for `fit_first_layer`.
    folds : sequence of (rows to fit on, rows to answer)
        Together the second parts are all rows.

    Returns
    -------
    array of shape (rows, labels x classifiers)
    """
    scores: Floats | None = None
    for matrix, (train, test) in zip(features, folds, strict=True):
        layer = fit_first_layer(head, matrix[train], labels[train], weights[train])
        if scores is None:
            scores = np.zeros((len(labels), len(layer.bias)))
        scores[test] = layer.scores(matrix[test])
    if scores is None:
        raise ValueError("without folds there are no scores")
    return scores
