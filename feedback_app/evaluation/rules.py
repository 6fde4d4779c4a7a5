"""The fair score, one import for its parts: responsibility, baseline, variances, score.

`METHOD_VERSION` is stored with every figure; whoever changes what a figure comes out as changes it too.
"""

from __future__ import annotations

from typing import Final

from feedback_app.evaluation.baseline import Baselines, Strata, baselines
from feedback_app.evaluation.responsibility import AssignmentSpan, Segment, responsibility_segments
from feedback_app.evaluation.score import (
    N_EFFECTIVE_MIN,
    RELIABILITY_MIN,
    Z_90,
    Band,
    Contributions,
    CycleScores,
    PersonScore,
    band,
    score_people,
)
from feedback_app.evaluation.variance import (
    Shrunk,
    VarianceComponents,
    ratings_needed,
    shrink,
    variance_components,
)

__all__ = [
    "METHOD_VERSION",
    "N_EFFECTIVE_MIN",
    "POINTS_PER_STEP",
    "RELIABILITY_MIN",
    "Z_90",
    "AssignmentSpan",
    "Band",
    "Baselines",
    "Contributions",
    "CycleScores",
    "PersonScore",
    "Segment",
    "Shrunk",
    "Strata",
    "VarianceComponents",
    "band",
    "baselines",
    "rating_value",
    "ratings_needed",
    "responsibility_segments",
    "score_people",
    "shrink",
    "variance_components",
]

METHOD_VERSION: Final = "fair-score/1"
POINTS_PER_STEP: Final = 25


def rating_value(rating: int) -> int:
    """Return a rating of 1 to 4 on the scale 25 to 100; ValueError for anything else.

    Sums may be converted as well: Σy = 25 Σrating and Σy² = 625 Σrating². Source: PermenPANRB 14/2017 (index
    × 25).
    """
    if rating not in (1, 2, 3, 4):
        raise ValueError("a rating is 1, 2, 3 or 4")
    return POINTS_PER_STEP * rating
