"""From probabilities to an answer: which label, and how sure."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from feedback_app.nlp.labels import Urgency

Probabilities = NDArray[np.floating]

Numbers = TypeVar("Numbers", bound=NDArray[np.floating[Any]])

NORMAL_NEEDS: Final = 0.7
"""A message is read as normal only from this probability on: a missed emergency costs more than a false alarm. Out of
fold on 13,000 messages 0.6 finds 79 % of the urgent ones at 77 % precision, 0.7 finds 85 % at 73 %, 0.8 finds 89 % at
65 %."""


def softmax(scores: Numbers) -> Numbers:
    """Turn rows of scores into rows of probabilities, of the same precision."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Numbers = powers / powers.sum(axis=1, keepdims=True)
    return shares


def decide(
    head: str, classes: NDArray[np.str_], probabilities: Probabilities
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the label of each row and the confidence in it.

    Parameters
    ----------
    head : str
        The name of the head.
    classes : array of str of shape (labels,)
        The labels, in the order of the columns.
    probabilities : array of shape (rows, labels)
        Rows add up to 1.

    Returns
    -------
    (array of int, array of float), both of shape (rows,)
        The column of the label, and its probability. For a label of urgency other than normal the confidence is the
        probability of not being normal: whether it is high or critical is the smaller question.
    """
    columns = probabilities.argmax(axis=1)
    if head != "urgency":
        return columns, probabilities.max(axis=1).astype(np.float64)
    normal = int(np.flatnonzero(classes == Urgency.NORMAL.value)[0])
    urgent = probabilities.copy()
    urgent[:, normal] = -1.0
    is_normal = probabilities[:, normal] >= NORMAL_NEEDS
    confidences = np.where(is_normal, probabilities[:, normal], 1 - probabilities[:, normal])
    return np.where(is_normal, normal, urgent.argmax(axis=1)), confidences
