"""Cross-validation: what each head says about messages it was not fitted on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback_app.nlp.heads.decision import decide
from feedback_app.nlp.heads.features import block, new_feature_union
from feedback_app.nlp.heads.folds import grouped_folds, near_duplicate_groups
from feedback_app.nlp.heads.stacking import NB_HEADS, SEED, Fold, Labels, fit_head
from feedback_app.nlp.labels import HEADS
from feedback_app.nlp.learning.corpus import Example

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What fitting needs of the examples: lines of tokens, labels of every head, clusters of near-duplicates."""

    lines: tuple[str, ...]
    targets: dict[str, Labels]
    groups: NDArray[np.int32]

    def rows(self, chosen: NDArray[np.intp]) -> Prepared:
        """Return the chosen rows alone."""
        return Prepared(
            tuple(self.lines[row] for row in chosen),
            {head: labels[chosen] for head, labels in self.targets.items()},
            self.groups[chosen],
        )

    def folds(self, seed: int = SEED) -> list[Fold]:
        """Return five folds, even in the aspect, which has the rarest labels."""
        return grouped_folds(self.targets["aspect"], self.groups, seed)


def prepare(examples: Sequence[Example], lines: Sequence[str]) -> Prepared:
    """Bring examples and their lines of tokens into the form that fitting needs."""
    targets = {head: np.array([example.label(head) for example in examples]) for head in HEADS}
    return Prepared(tuple(lines), targets, near_duplicate_groups(lines))


def fit(prepared: Prepared) -> tuple[Any, dict[str, Any]]:
    """Fit the feature space and all heads; return both."""
    union = new_feature_union()
    features = union.fit_transform(prepared.lines).tocsr()
    words = len(block(union, "word").vocabulary_)
    # Another seed than the outer folds', or small data would be cut along the same lines twice.
    folds = prepared.folds(SEED + 1)
    heads = {
        head: fit_head(features, labels, words, folds, naive_bayes=head in NB_HEADS)
        for head, labels in prepared.targets.items()
    }
    return union, heads


@dataclass(frozen=True, slots=True)
class Validation:
    """Out-of-fold answers: for each head the probabilities, the labels and the confidences of all rows."""

    folds: tuple[Fold, ...]
    classes: dict[str, Labels]
    probabilities: dict[str, NDArray[np.floating]]
    predicted: dict[str, Labels]
    confidences: dict[str, NDArray[np.floating]]


def cross_validate(prepared: Prepared, progress: Progress) -> Validation:
    """Let each fold be answered by a model fitted on the other four."""
    folds = tuple(prepared.folds())
    classes = {head: np.unique(labels) for head, labels in prepared.targets.items()}
    found: dict[str, NDArray[np.floating]] = {
        head: np.zeros((len(prepared.lines), len(labels))) for head, labels in classes.items()
    }
    for number, (train, test) in enumerate(folds, start=1):
        progress(f"Validating: fold {number} of {len(folds)}")
        union, heads = fit(prepared.rows(train))
        features = union.transform([prepared.lines[row] for row in test])
        for head, labels in classes.items():
            probabilities = heads[head].predict_proba(features)
            found[head][np.ix_(test, np.searchsorted(labels, heads[head].classes_))] = probabilities
    decided = {head: decide(head, classes[head], found[head]) for head in classes}
    return Validation(
        folds,
        classes,
        found,
        {head: classes[head][columns] for head, (columns, _) in decided.items()},
        {head: confidences for head, (_, confidences) in decided.items()},
    )
