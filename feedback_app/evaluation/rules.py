"""The fair score, one import for what others need of it; the arithmetic itself is in `score`.

`METHOD_VERSION` is stored with every cycle; whoever changes what a figure comes out as adds a method to
`score.methods.METHODS` and changes it too.
"""

from __future__ import annotations

import enum
from typing import Final

from feedback_app.evaluation.attribution.responsibility import AssignmentSpan, Segment, responsibility_segments
from feedback_app.evaluation.score.figures import (
    DELTA_IN_TAU,
    N_EFFECTIVE_MIN,
    RELIABILITY_MIN,
    Z_90,
    Band,
    CycleScores,
    PersonScore,
    band,
)
from feedback_app.evaluation.score.sums import Contributions, Reference, Strata
from feedback_app.evaluation.score.variance import ratings_needed

__all__ = [
    "DELTA_IN_TAU",
    "METHOD_VERSION",
    "N_EFFECTIVE_MIN",
    "POINTS_PER_STEP",
    "RELIABILITY_MIN",
    "Z_90",
    "AssignmentSpan",
    "Band",
    "Contributions",
    "CycleKind",
    "CycleScores",
    "CycleStatus",
    "PersonScore",
    "Reference",
    "Segment",
    "Strata",
    "band",
    "rating_value",
    "ratings_needed",
    "responsibility_segments",
]

METHOD_VERSION: Final = "fair-score/2"
POINTS_PER_STEP: Final = 25


class CycleKind(enum.StrEnum):
    """How long a cycle is (PermenPANRB 6/2022: periodic and annual)."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    SEMESTER = "semester"
    ANNUAL = "annual"


class CycleStatus(enum.StrEnum):
    """How far a cycle is."""

    DRAFT = "draft"
    COMPUTED = "computed"
    RIGHT_OF_REPLY = "right_of_reply"
    REVIEWED = "reviewed"
    SIGNED = "signed"
    FROZEN = "frozen"


def rating_value(rating: int) -> int:
    """Return a rating of 1 to 4 on the scale 25 to 100; ValueError for anything else.

    Sums may be converted as well: Σy = 25 Σrating and Σy² = 625 Σrating². Source: PermenPANRB 14/2017 (index
    × 25).
    """
    if rating not in (1, 2, 3, 4):
        raise ValueError("a rating is 1, 2, 3 or 4")
    return POINTS_PER_STEP * rating
