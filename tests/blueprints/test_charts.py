"""Where the lines of charts run."""

from __future__ import annotations

import re

import pytest

from feedback_app.blueprints.charts import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    line_chart,
    nice_end,
    step_chart,
    ticks,
)
from feedback_app.handling.figures.survival import kaplan_meier

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def test_nothing_watched_is_not_drawn() -> None:
    assert step_chart(kaplan_meier([], [])) is None


def test_curve_rises_in_steps_and_stays_inside() -> None:
    chart = step_chart(kaplan_meier([1, 2, 3, 4], [True, True, False, True]), promise_days=5)
    assert chart is not None
    heights = [float(y) for y in re.findall(r"V([\d.]+)", chart.curve)]
    assert heights == sorted(heights, reverse=True)
    assert heights[-1] == TOP
    assert [tick.value for tick in chart.days] == [0, 1, 2, 3, 4, 5]
    assert chart.promise is not None
    assert chart.promise.at == WIDTH - RIGHT
    assert chart.median is not None
    assert chart.median.value == 2.0


def test_thousands_of_steps_are_drawn_as_few_as_can_be_seen() -> None:
    chart = step_chart(kaplan_meier([place / 100 for place in range(20_000)], [True] * 20_000))
    assert chart is not None
    assert chart.curve.count("H") <= (WIDTH - LEFT - RIGHT) * 10 + 1
    for path in (chart.curve, chart.band):
        assert all(0 <= float(number) <= WIDTH for number in NUMBER.findall(path))


def test_something_that_ended_at_once_is_drawn_too() -> None:
    chart = step_chart(kaplan_meier([0.0], [True]))
    assert chart is not None
    assert chart.curve.startswith(f"M{LEFT} ")


def test_a_line_breaks_where_a_week_has_no_value() -> None:
    chart = line_chart([[1.0, 2.0, None, 4.0, 3.0]], 1, 4)
    assert len(chart.lines[0]) == 2
    assert [dot.place for dot in chart.dots[0]] == [0, 1, 3, 4]
    assert chart.dots[0][0].y == HEIGHT - BOTTOM
    assert chart.dots[0][2].y == TOP


@pytest.mark.parametrize("end", [0.3, 1, 4.2, 7, 14, 60, 61, 400, 12_345])
def test_axes_end_at_a_round_number_with_few_marks(end: float) -> None:
    marks = ticks(nice_end(end))
    assert marks[-1] >= end
    assert marks[-1] == pytest.approx(nice_end(end))
    assert 3 <= len(marks) <= 10
