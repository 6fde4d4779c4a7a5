"""Fitting all heads, and what they say about messages they were not fitted on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from feedback_app.nlp.heads.decision import decide
from feedback_app.nlp.heads.features import (
    BLOCKS,
    LEAST_DOCUMENTS,
    FeatureReader,
    FeatureSpace,
    idf_of,
    learn_space,
    tf_idf,
)
from feedback_app.nlp.heads.folds import cluster_weights, grouped_folds, near_duplicate_groups
from feedback_app.nlp.heads.hits import hits_of, second_aspects
from feedback_app.nlp.heads.layers import SEED, Floats, Labels, fit_first_layer
from feedback_app.nlp.heads.rows import TrainingRow
from feedback_app.nlp.heads.stacking import (
    Fold,
    LinearHead,
    SecondLayer,
    fit_second_layer,
    scores_out_of_fold,
    sharpness,
)

Progress = Callable[[str], None]

UNLABELLED: Final = ""
"""In the place of a label that nobody gave."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What fitting needs of the rows: lines of tokens, labels of every head, clusters of copies, second aspects."""

    lines: tuple[str, ...]
    targets: dict[str, Labels]
    groups: NDArray[np.int32]
    second: Labels

    def rows(self, chosen: NDArray[np.intp]) -> Prepared:
        """Return the chosen rows alone."""
        return Prepared(
            tuple(self.lines[row] for row in chosen),
            {head: labels[chosen] for head, labels in self.targets.items()},
            self.groups[chosen],
            self.second[chosen],
        )

    def folds(self, seed: int = SEED) -> list[Fold]:
        """Return five folds, even in the head with the most labels, which has the rarest ones."""
        finest = max(self.targets.values(), key=lambda labels: len(np.unique(labels)))
        return grouped_folds(finest, self.groups, seed)


def prepare(rows: Sequence[TrainingRow], lines: Sequence[str], heads: Sequence[str]) -> Prepared:
    """Bring rows and their lines of tokens into the form that fitting needs."""
    targets = {head: np.array([row.labels.get(head, UNLABELLED) for row in rows]) for head in heads}
    return Prepared(tuple(lines), targets, near_duplicate_groups(lines), second_aspects(rows))


@dataclass(frozen=True, slots=True)
class Answers:
    """Out-of-fold answers of one head: for all rows the probabilities, the likeliest label and the confidence in it.

    Rows without a label are answered too; `labelled` tells them apart.
    """

    classes: Labels
    truth: Labels
    probabilities: Floats
    predicted: Labels
    confidences: Floats

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """Which rows have a label to compare with."""
        found: NDArray[np.bool_] = self.truth != UNLABELLED
        return found


@dataclass(frozen=True, slots=True)
class Validation:
    """The folds, and the answers of every head."""

    folds: tuple[Fold, ...]
    heads: dict[str, Answers]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A feature space with its heads."""

    space: FeatureSpace
    heads: dict[str, LinearHead]


class Workshop:
    """The counted rows of one training, so that nothing is counted twice; its folds are those of `Prepared.folds`."""

    def __init__(self, prepared: Prepared, seed: int = SEED) -> None:
        self.prepared = prepared
        self.folds = tuple(prepared.folds(seed))
        # One message of each cluster tells how rare n-grams are: a campaign of copies makes its words no commoner.
        self._firsts = np.unique(prepared.groups, return_index=True)[1]
        self.space = learn_space([prepared.lines[row] for row in self._firsts])
        self._first_char = len(self.space.terms["word"])
        self._counts = FeatureReader(self.space).counts(prepared.lines)
        self._least = np.repeat(
            [LEAST_DOCUMENTS[name] for name in BLOCKS], [len(self.space.terms[name]) for name in BLOCKS]
        )
        self._by_fold = [self._weighed(train) for train, _ in self.folds]
        idf = np.concatenate([self.space.idf[name] for name in BLOCKS])
        self._all = tf_idf(self._counts, idf, self._first_char)

    def _weighed(self, train: NDArray[np.intp]) -> Any:
        """Return all rows, weighed by how rare n-grams are among the rows to fit on; what stands in too few is out."""
        firsts = np.intersect1d(train, self._firsts)
        documents = np.bincount(self._counts[firsts].indices, minlength=self.space.width)
        return tf_idf(self._counts, idf_of(documents, len(firsts), self._least), self._first_char)

    def fit(self, head: str) -> tuple[LinearHead, Answers]:
        """Fit one head on all its rows, and answer every row out of fold."""
        truth = self.prepared.targets[head]
        chosen = np.flatnonzero(truth != UNLABELLED)
        labels, weights = truth[chosen], cluster_weights(self.prepared.groups[chosen])
        scores = self._scores(head, truth)
        second = self._second_layer(head, scores, truth, chosen)
        fitted = second.fold(fit_first_layer(head, self._all[chosen], labels, weights))
        return fitted, self._answers(head, truth, scores, second)

    def _second_layer(self, head: str, scores: Floats, truth: Labels, known: NDArray[np.intp]) -> SecondLayer:
        """Fit the second layer on some rows, and make it as sure as it is right on them."""
        weights = cluster_weights(self.prepared.groups)[known]
        layer = fit_second_layer(scores[known], truth[known], weights)
        shares = layer.probabilities(scores[known])
        hits = hits_of(head, truth[known], layer.classes[shares.argmax(axis=1)], self.prepared.second[known])
        return layer.sharpened(sharpness(shares, hits))

    def _scores(self, head: str, truth: Labels) -> Floats:
        """Score all rows, those without a label too, by classifiers fitted on the labelled rows of the other folds."""
        weights = cluster_weights(self.prepared.groups)
        folds = [(train[truth[train] != UNLABELLED], test) for train, test in self.folds]
        return scores_out_of_fold(head, self._by_fold, truth, weights, folds)

    def _answers(self, head: str, truth: Labels, scores: Floats, second: SecondLayer) -> Answers:
        """Let the second layer too be fitted on the other folds' rows only."""
        found = np.zeros((len(truth), len(second.classes)))
        for train, test in self.folds:
            layer = self._second_layer(head, scores, truth, train[truth[train] != UNLABELLED])
            found[np.ix_(test, np.searchsorted(second.classes, layer.classes))] = layer.probabilities(scores[test])
        return answers_of(head, second.classes, truth, found)


def answers_of(head: str, classes: Labels, truth: Labels, probabilities: Floats) -> Answers:
    """Decide for every row which label it gets, and how sure that is."""
    columns, confidences = decide(head, classes, probabilities)
    return Answers(classes, truth, probabilities, classes[columns], confidences)


def fit_and_validate(prepared: Prepared, progress: Progress) -> tuple[Fitted, Validation]:
    """Fit every head, with answers out of fold: the same five fits serve the second layer and the validation.

    The second layer has seen, through the scores of other rows, classifiers that were fitted on a row it answers; what
    that flatters was measured against folds within folds (`validate_nested`) and is in the model card.
    """
    progress("Counting n-grams")
    workshop = Workshop(prepared)
    heads, answers = {}, {}
    for head in prepared.targets:
        progress(f"Fitting {head}")
        heads[head], answers[head] = workshop.fit(head)
    return Fitted(workshop.space, heads), Validation(workshop.folds, answers)


def validate_nested(prepared: Prepared, progress: Progress) -> Validation:
    """Let each fold be answered by a whole model, feature space and both layers, fitted on the other four alone."""
    folds = tuple(prepared.folds())
    classes = {head: np.unique(labels[labels != UNLABELLED]) for head, labels in prepared.targets.items()}
    found = {head: np.zeros((len(prepared.lines), len(labels))) for head, labels in classes.items()}
    for number, (train, test) in enumerate(folds, start=1):
        progress(f"Validating: fold {number} of {len(folds)}")
        # Another seed than the outer folds', or small data would be cut along the same lines twice.
        workshop = Workshop(prepared.rows(train), SEED + 1)
        rows = FeatureReader(workshop.space).rows([prepared.lines[row] for row in test])
        for head, labels in classes.items():
            fitted = workshop.fit(head)[0]
            found[head][np.ix_(test, np.searchsorted(labels, fitted.classes))] = fitted.probabilities(rows)
    return Validation(folds, _all_answers(prepared.targets, classes, found))


def _all_answers(
    targets: Mapping[str, Labels], classes: Mapping[str, Labels], found: Mapping[str, Floats]
) -> dict[str, Answers]:
    return {head: answers_of(head, labels, targets[head], found[head]) for head, labels in classes.items()}
