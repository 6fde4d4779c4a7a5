"""Where the parts of an interval stand in a small drawing; the figures stand beside it as text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from feedback_app.evaluation.result_models import Score

WIDTH: Final = 200.0
_MARGIN: Final = 6.0


@dataclass(frozen=True, slots=True)
class Scale:
    """The points that reach from the middle of a drawing to its edge, and the half-width of "as expected"."""

    reach: float
    delta: float


@dataclass(frozen=True, slots=True)
class Figure:
    """Horizontal places in a drawing of 200 units; 100 is "as expected"."""

    low: float
    score: float
    high: float
    delta_from: float
    delta_to: float


def scale_of(scores: Iterable[Score], delta: float | None) -> Scale:
    """Return one scale for all drawings of a page, so that they can be compared with the eye."""
    ends = [abs(end) for score in scores for end in (score.low, score.high)]
    return Scale(max([*ends, 2 * (delta or 0.0), 1.0]), delta or 0.0)


def figure(score: Score, scale: Scale) -> Figure:
    """Return the drawing of one score."""

    def place(points: float) -> float:
        half = WIDTH / 2
        return round(half + points / scale.reach * (half - _MARGIN), 1)

    return Figure(place(score.low), place(score.score), place(score.high), place(-scale.delta), place(scale.delta))
