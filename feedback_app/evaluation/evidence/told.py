"""Whether a person's stored figure may be told at all; the same on every page and in every file."""

from __future__ import annotations

from feedback_app.evaluation.evidence.small_numbers import FIGURES_FROM_N
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score


def is_withheld(score: Score) -> bool:
    """Tell whether the figure is held back: its ratings are so few that they would tell what one citizen said."""
    return score.n > 0 and (score.is_withheld or score.n < FIGURES_FROM_N)


def tells_apart(score: Score, cycle: Cycle) -> bool:
    """Tell whether there is a figure to show: ratings enough, in a cycle in which people differ beyond chance."""
    return score.n > 0 and not is_withheld(score) and (cycle.tau2 or 0.0) > 0.0
