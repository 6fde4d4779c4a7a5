"""When an answer counts as right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from feedback_app.nlp.heads.layers import Labels
from feedback_app.nlp.heads.rows import TrainingRow

Hits = NDArray[np.bool_]


def second_aspects(rows: Sequence[TrainingRow]) -> Labels:
    """Return the second aspect of every row, empty where it has none."""
    return np.array([row.aspect2 or "" for row in rows])


def hits_of(head: str, truth: Labels, predicted: Labels, second: Labels) -> Hits:
    """Tell which answers are right; an aspect is right when it is the first or the second one of the message."""
    hits: Hits = truth == predicted
    return hits | (second == predicted) if head == "aspect" else hits
