"""When to say nothing: thresholds on the confidence, chosen on answers the model gave out of fold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST_FAMILIAR: Final = 0.35
"""Below this share of known words the text is in a language the model never learnt, and its confidence means nothing.
Of held-out messages of the corpus 0.3 % fall below, of texts in Acehnese, Buginese or Toba Batak (NusaX) 71 to 82 %."""

Confidences = NDArray[np.floating]
Hits = NDArray[np.bool_]

TARGETS: Final = (0.97, 0.95, 0.90, 0.85, 0.80)
"""Shares of right answers aimed at, the best first. 97 % is aimed at to hold 95 % when texts drift."""

LEAST_COVERAGE: Final = 0.40
"""A target is given up for the next one when fewer than two in five messages would get an answer."""

LEAST_ANSWERS: Final = 30
"""Fewer answers than this prove nothing about their share of right ones."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """The confidence from which a head answers, and what that was worth in validation.

    `selective_accuracy` and `coverage` were measured on folds that had no part in choosing the threshold.
    """

    value: float
    target: float
    coverage: float
    selective_accuracy: float


def lowest_threshold(confidences: Confidences, hits: Hits, target: float) -> tuple[float, float] | None:
    """Return the lowest threshold above which the share of hits reaches the target, and its coverage.

    Parameters
    ----------
    confidences : array of shape (answers,)
        Probabilities, 0 to 1.
    hits : array of bool of shape (answers,)
        Whether each answer was right.
    target : float
        The share of right answers wanted, 0 to 1.

    Returns
    -------
    (float, float) or None
        Threshold and coverage, both 0 to 1; None when no threshold with at least 30 answers reaches the target.
    """
    order = np.argsort(-confidences, kind="stable")
    answered = np.arange(1, len(order) + 1)
    share = np.cumsum(hits[order]) / answered
    reached = np.flatnonzero((share >= target) & (answered >= LEAST_ANSWERS))
    if not len(reached):
        return None
    last = int(reached[-1])
    return float(confidences[order[last]]), (last + 1) / len(order)


def _reachable_target(confidences: Confidences, hits: Hits) -> float:
    for target in TARGETS:
        found = lowest_threshold(confidences, hits, target)
        if found is not None and found[1] >= LEAST_COVERAGE:
            return target
    return TARGETS[-1]


def _answers_or_none(confidences: Confidences, hits: Hits, target: float) -> float:
    """Return the threshold for the target; above every confidence when the target is out of reach."""
    found = lowest_threshold(confidences, hits, target)
    return found[0] if found else 1.01


def choose_threshold(confidences: Confidences, hits: Hits, test_folds: Iterable[NDArray[np.intp]]) -> Threshold:
    """Choose the threshold of a head, and measure it honestly.

    Parameters
    ----------
    confidences, hits
        As for `lowest_threshold`, out of fold.
    test_folds : iterable of arrays of int
        The answers of each fold: the threshold chosen on the other folds is applied to them.

    Returns
    -------
    Threshold
        For the best target that still lets two in five messages be answered.
    """
    target = _reachable_target(confidences, hits)
    answered = np.zeros(len(hits), dtype=bool)
    for test in test_folds:
        others = np.ones(len(hits), dtype=bool)
        others[test] = False
        answered[test] = confidences[test] >= _answers_or_none(confidences[others], hits[others], target)
    value = _answers_or_none(confidences, hits, target)
    accuracy = float(hits[answered].mean()) if answered.any() else 0.0
    # Rounded up, so that the last answer that was needed to reach the target is not let in by rounding.
    return Threshold(min(1.0, float(np.ceil(value * 1e4) / 1e4)), target, float(answered.mean()), accuracy)
