"""The steps from sums to an index, as the page "where does this figure come from" tells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from typing import Final

from feedback_app.survey.figures import PlaceFigure
from feedback_app.survey.index import Total, added
from feedback_app.survey.rules import Averaging

UPPER_END: Final = 0.975


@dataclass(frozen=True, slots=True)
class IntervalSteps:
    """The numbers of an interval: index ± quantile x error; points, degrees of freedom, Student's quantile."""

    error: float
    freedom: float
    quantile: float
    low: Decimal
    high: Decimal


def how_computed(place: PlaceFigure) -> dict[str, object]:
    """Return what the page needs: sums by element or the parts of a mean, and the numbers of the interval.

    `sums` is empty where questionnaires differ or parts are averaged; then the means of the elements are told alone.
    """
    is_mean = place.averaging is Averaging.MEAN and bool(place.parts)
    sums = {} if is_mean else _sums(place)
    return {
        "sums": sums,
        "several_questions": any(len(questions) > 1 for questions in sums.values()),
        "parts": place.counted_parts if is_mean else (),
        "left_out": sum(1 for part in place.parts if part.respondents and part.index is None) if is_mean else 0,
        "interval": interval_steps(place),
    }


def interval_steps(place: PlaceFigure) -> IntervalSteps | None:
    """Return the numbers of an interval, None where there is none."""
    estimate, interval = place.estimate, place.interval
    if estimate is None or interval is None:
        return None
    # Loaded here, as for the interval itself: every process would wait for it otherwise.
    from scipy.special import stdtrit

    quantile = float(stdtrit(float(estimate.freedom), UPPER_END))
    return IntervalSteps(
        sqrt(estimate.variance), float(estimate.freedom), quantile, interval.low, interval.high
    )  # fmt: skip


def _sums(place: PlaceFigure) -> Mapping[str, Sequence[Total]]:
    answered = [one for one in place.sums if one.n]
    if len({one.instrument_id for one in answered}) != 1:
        return {}
    return added(one.totals for one in answered)
