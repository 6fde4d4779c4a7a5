"""When to say nothing: thresholds on the confidence, chosen on answers the model gave out of fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST_FAMILIAR: Final = 0.45
"""Below this share of known words the text is in a language the model never learnt, and its confidence means nothing.
Of messages by a second author 0.6 % fall below, of texts in Acehnese, Buginese, Madurese or Toba Batak (NusaX) 74 to
85 %."""

Confidences = NDArray[np.floating]
Hits = NDArray[np.bool_]

TARGETS: Final = (0.97, 0.95, 0.93, 0.90, 0.85, 0.80)
"""Shares of right answers aimed at, the best first. 97 % is aimed at to hold 95 % when texts drift."""

LEAST_COVERAGE: Final = 0.50
"""A target is given up for the next one when fewer than half of the messages would get an answer."""

MOST_GRAVE_CALLED_CALM: Final = 0.02
"""Of critical messages not more than this share may be given out as normal; the others are found or left to people."""

SECOND_TARGET: Final = 0.50
"""A second aspect is named where it is as likely as not one of the two that a person named."""

LEAST_ANSWERS: Final = 30
"""Fewer answers than this prove nothing about their share of right ones."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """The confidence from which a head answers, and what that was worth in validation.

    `selective_accuracy` and `coverage` were measured on folds that had no part in choosing the threshold. `calm` is the
    higher one, if any, from which a message is given out as normal.
    """

    value: float
    target: float
    coverage: float
    selective_accuracy: float
    calm: float | None = None

    def lets(self, confidences: Confidences, is_calm: Hits) -> Hits:
        """Tell which answers are given: sure enough, and surer still where they say that nothing is urgent."""
        given: Hits = confidences >= np.where(is_calm, self.calm or self.value, self.value)
        return given


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


def choose_threshold(confidences: Confidences, hits: Hits, test_folds: Sequence[NDArray[np.intp]]) -> Threshold:
    """Choose the threshold of a head, and measure it honestly.

    Parameters
    ----------
    confidences, hits
        As for `lowest_threshold`, out of fold.
    test_folds : sequence of arrays of int
        The labelled answers of each fold: the threshold chosen on the other folds is applied to them. Answers that
        stand in none have no label, and nothing is chosen by them.

    Returns
    -------
    Threshold
        For the best target that still lets half of the messages be answered.
    """
    known = np.sort(np.concatenate(test_folds))
    target = _reachable_target(confidences[known], hits[known])
    answered = answered_by_others(confidences, hits, test_folds, target)
    value = _answers_or_none(confidences[known], hits[known], target)
    accuracy = float(hits[answered].mean()) if answered.any() else 0.0
    # Rounded up, so that the last answer that was needed to reach the target is not let in by rounding.
    return Threshold(min(1.0, float(np.ceil(value * 1e4) / 1e4)), target, float(answered[known].mean()), accuracy)


def answered_by_others(
    confidences: Confidences, hits: Hits, test_folds: Sequence[NDArray[np.intp]], target: float
) -> Hits:
    """Tell which answers would be given if the threshold of each fold had been chosen on the other folds."""
    known = np.sort(np.concatenate(test_folds))
    answered = np.zeros(len(hits), dtype=bool)
    for test in test_folds:
        others = np.setdiff1d(known, test)
        answered[test] = confidences[test] >= _answers_or_none(confidences[others], hits[others], target)
    return answered


def with_calm_limit(
    threshold: Threshold, confidences: Confidences, hits: Hits, is_calm: Hits, grave: Hits
) -> Threshold:
    """Raise what it takes to give a message out as normal, until next to no grave one is.

    Parameters
    ----------
    threshold : Threshold
        Of urgency.
    confidences, hits
        Out of fold, of messages that have a label.
    is_calm : array of bool of shape (answers,)
        Whether the likeliest answer is that nothing is urgent.
    grave : array of bool of shape (answers,)
        Whether the message is critical by its label.
    """
    called = np.sort(confidences[grave & is_calm])[::-1]
    allowed = int(MOST_GRAVE_CALLED_CALM * grave.sum())
    limit = float(called[allowed]) + 1e-4 if len(called) > allowed else threshold.value
    raised = replace(threshold, calm=round(max(threshold.value, limit), 4))
    given = raised.lets(confidences, is_calm)
    accuracy = float(hits[given].mean()) if given.any() else 0.0
    return replace(raised, coverage=float(given.mean()), selective_accuracy=accuracy)


def choose_second_threshold(
    probabilities: Confidences, classes: NDArray[np.str_], truth: NDArray[np.str_], second: NDArray[np.str_]
) -> float:
    """Return the probability from which the second likeliest aspect is named; above 1 when never.

    Parameters
    ----------
    probabilities : array of shape (messages, labels)
        Out of fold.
    classes : array of str of shape (labels,)
    truth, second : arrays of str of shape (messages,)
        The two aspects that a person named, the second empty where there is none.
    """
    runner_up = np.argsort(-probabilities, axis=1)[:, 1]
    chosen = classes[runner_up]
    found = lowest_threshold(
        probabilities[np.arange(len(truth)), runner_up], (chosen == truth) | (chosen == second), SECOND_TARGET
    )
    return round(found[0], 4) if found else 1.01
