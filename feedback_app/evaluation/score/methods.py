"""The methods a cycle can be computed by. A method once used stays, so that old cycles can be computed again."""

from __future__ import annotations

from typing import Final, Protocol

from feedback_app.evaluation.score.figures import DELTA_IN_TAU, CycleScores
from feedback_app.evaluation.score.joint import score_cycle
from feedback_app.evaluation.score.sums import Contributions, Reference, Strata
from feedback_app.evaluation.score.two_step import score_in_two_steps


class Method(Protocol):
    """From sums of ratings to everybody's score."""

    def __call__(
        self,
        strata: Strata,
        contributions: Contributions,
        *,
        reference: Reference | None = None,
        delta_in_tau: float = DELTA_IN_TAU,
    ) -> CycleScores:
        """Return the scores of a cycle."""


METHODS: Final[dict[str, Method]] = {"fair-score/1": score_in_two_steps, "fair-score/2": score_cycle}
