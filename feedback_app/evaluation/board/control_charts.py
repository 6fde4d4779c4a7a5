"""Control charts: whether a unit's ratings moved by more than chance moves them, judged by the unit's own past.

The idea is Shewhart's (1931); the tests are those of the Western Electric handbook (1956) with the run of six of
Nelson (1984). A point stands for many ratings and not always for the same number, so each has limits of its own
width. Weeks differ by more than chance alone (paydays, holidays); where the past shows that, the limits are widened by
as much (Laney 2002). `docs/board.md` says how often these tests cry wolf, and how soon they see a real fall.
"""

from __future__ import annotations

import enum
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from feedback_app.evaluation.board.rules import Batch

BASE_MIN: Final = 12
BASE_MAX: Final = 26
JUDGED: Final = 12
"""The newest points are judged by up to half a year before them, so that a change is not its own yardstick."""

# The mean distance of two neighbours, both normal with standard deviation 1.
_NEIGHBOURS: Final = 1.128


class Rule(enum.StrEnum):
    """What a signal is given for."""

    BEYOND = "beyond"  # beyond three standard errors
    TWO_OF_THREE = "two_of_three"  # two of three beyond two, on the same side
    RUN = "run"  # eight in a row on one side of the centre
    TREND = "trend"  # six in a row, each above (or below) the one before


class Side(enum.StrEnum):
    """Where the values went."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Signal:
    """One rule that a point fulfils, and the side."""

    rule: Rule
    side: Side


@dataclass(frozen=True, slots=True)
class Point:
    """One value with its limits (three standard errors); a point of the past that is the yardstick is not judged."""

    batch: Batch
    value: float
    low: float
    high: float
    is_judged: bool
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A centre and the points around it; without enough past (`centre` None) nothing is judged."""

    centre: float | None
    points: tuple[Point, ...]

    def newest(self) -> tuple[Signal, ...]:
        """Return the signals of the newest point."""
        return self.points[-1].signals if self.points else ()


def mean_chart(batches: Sequence[Batch]) -> Chart:
    """Return the chart of mean ratings (1 to 4), an X-bar chart of unequal numbers."""
    return _chart(batches, _mean, _variance_of_ratings, (1.0, 4.0))


def share_chart(batches: Sequence[Batch]) -> Chart:
    """Return the chart of the shares of ratings 1 and 2 (0 to 1), a p-chart."""
    return _chart(batches, _low_share, _variance_of_share, (0.0, 1.0))


def base_size(points: int) -> int:
    """Return how many of the points, from the earliest judged one backwards, are the yardstick; 0 where too few.

    >>> [base_size(points) for points in (12, 13, 20, 30, 60)]
    [0, 12, 12, 18, 26]
    """
    if points <= BASE_MIN:
        return 0
    return min(max(BASE_MIN, points - JUDGED), BASE_MAX)


def _chart(
    batches: Sequence[Batch],
    value: Callable[[Batch], float],
    variance: Callable[[Batch], float],
    scale: tuple[float, float],
) -> Chart:
    size = base_size(len(batches))
    if not size:
        return Chart(None, tuple(Point(one, value(one), *scale, False, ()) for one in batches))
    first_judged = max(BASE_MIN, len(batches) - JUDGED)
    before = batches[first_judged - size : first_judged]
    base = _whole(before)
    centre, spread = value(base), math.sqrt(variance(base))
    # The centre is itself an estimate, known the less surely the fewer ratings it comes from.
    errors = [spread * math.sqrt(1 / one.n + 1 / base.n) for one in batches]
    widened = _widening([(value(one) - centre) / max(spread * math.sqrt(1 / one.n), 1e-9) for one in before])
    errors = [error * widened for error in errors]
    scores = [
        (value(one) - centre) / error if error else math.copysign(math.inf, value(one) - centre)
        if value(one) != centre else 0.0
        for one, error in zip(batches, errors, strict=True)
    ]  # fmt: skip
    return Chart(
        centre,
        tuple(
            Point(
                one, value(one), max(scale[0], centre - 3 * error), min(scale[1], centre + 3 * error),
                place >= first_judged, signals_at(scores, place) if place >= first_judged else (),
            )
            for place, (one, error) in enumerate(zip(batches, errors, strict=True))
        ),
    )  # fmt: skip


def signals_at(scores: Sequence[float], place: int) -> tuple[Signal, ...]:
    """Return the signals a point completes; `scores` are distances from the centre in standard errors.

    >>> [signal.rule.value for signal in signals_at([0.1, 2.1, 0.3, 2.5], 3)]
    ['two_of_three']
    """
    found: list[Signal] = []
    for side, sign in ((Side.UP, 1), (Side.DOWN, -1)):
        seen = [sign * score for score in scores[max(0, place - 7) : place + 1]]
        if seen[-1] > 3:
            found.append(Signal(Rule.BEYOND, side))
        if seen[-1] > 2 and sum(score > 2 for score in seen[-3:]) >= 2:
            found.append(Signal(Rule.TWO_OF_THREE, side))
        if len(seen) >= 8 and all(score > 0 for score in seen[-8:]):
            found.append(Signal(Rule.RUN, side))
        if len(seen) >= 6 and all(later > earlier for earlier, later in zip(seen[-6:], seen[-5:], strict=False)):
            found.append(Signal(Rule.TREND, side))
    return tuple(found)


def _whole(batches: Sequence[Batch]) -> Batch:
    whole = batches[0]
    for batch in batches[1:]:
        whole += batch
    return whole


def _widening(scores: Sequence[float]) -> float:
    """Return how much wider the points of the past lie than chance lays them, at least 1."""
    steps = [abs(later - earlier) for earlier, later in itertools.pairwise(scores)]
    return max(1.0, sum(steps) / len(steps) / _NEIGHBOURS)


def _mean(batch: Batch) -> float:
    return batch.mean


def _low_share(batch: Batch) -> float:
    return batch.low_share


def _variance_of_ratings(batch: Batch) -> float:
    return (batch.total_squares - batch.total * batch.total / batch.n) / (batch.n - 1)


def _variance_of_share(batch: Batch) -> float:
    # Half a rating on either side: where nobody was ever dissatisfied the first one is still no miracle.
    share = (batch.n_low + 0.5) / (batch.n + 1)
    return share * (1 - share)
