"""A control chart as lines and marks: the values, their limits and centre; a table beneath says the same in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from feedback_app.blueprints.charts import LineChart, line_chart, nice_end
from feedback_app.evaluation.board.control_charts import Chart, Point

_LABELS: Final = 8
_VALUES, _LOW, _HIGH, _CENTRE = range(4)


@dataclass(frozen=True, slots=True)
class ControlFigure:
    """What the template draws: the lines (values, lower limit, upper limit, centre), and which places are labelled."""

    lines: LineChart
    points: tuple[Point, ...]
    labelled: frozenset[int]

    @property
    def has_signals(self) -> bool:
        """Tell whether any point is marked."""
        return any(point.signals for point in self.points)


def mean_figure(chart: Chart) -> ControlFigure | None:
    """Return the drawing of mean ratings, on as much of 1 to 4 as the points and limits need; None without points."""
    ends = [end for point in chart.points for end in _ends(chart, point)]
    return _figure(chart, max(1.0, int(min(ends) * 2) / 2), min(4.0, -(-max(ends) * 2 // 1) / 2)) if ends else None


def share_figure(chart: Chart) -> ControlFigure | None:
    """Return the drawing of shares of dissatisfied, from 0; None without points."""
    ends = [end for point in chart.points for end in _ends(chart, point)]
    return _figure(chart, 0.0, min(1.0, nice_end(max(*ends, 0.1)))) if ends else None


def _ends(chart: Chart, point: Point) -> tuple[float, ...]:
    return (point.value,) if chart.centre is None else (point.value, point.low, point.high)


def _figure(chart: Chart, lowest: float, highest: float) -> ControlFigure:
    lowest = lowest if lowest < highest else max(0.0, highest - 1)
    rows: list[list[float | None]] = [[point.value for point in chart.points]]
    if chart.centre is not None:
        rows += [
            [point.low for point in chart.points],
            [point.high for point in chart.points],
            [chart.centre for _ in chart.points],
        ]
    count = len(chart.points)
    step = max(1, -(-count // _LABELS))
    return ControlFigure(
        lines=line_chart(rows, lowest, highest),
        points=chart.points,
        labelled=frozenset(range((count - 1) % step, count, step)),
    )
