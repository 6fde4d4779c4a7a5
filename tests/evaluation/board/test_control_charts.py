"""Control charts: what each rule sees, how often it cries wolf, and how soon it sees a real fall."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest

from feedback_app.evaluation.board.control_charts import (
    BASE_MAX,
    BASE_MIN,
    JUDGED,
    Rule,
    Side,
    Signal,
    base_size,
    mean_chart,
    share_chart,
    signals_at,
)
from feedback_app.evaluation.board.rules import LOT_MIN, Batch

MONDAY = date(2025, 1, 6)
POINTS = np.arange(1, 5)
USUAL = np.array([0.06, 0.14, 0.45, 0.35])
# The same scale half a standard deviation lower.
FALLEN = np.array([0.157, 0.220, 0.424, 0.199])


def weeks(
    dice: np.random.Generator, count: int, *, n: int | None = None, fallen_from: int | None = None
) -> list[Batch]:
    """Weeks of ratings drawn at random, of unequal numbers unless `n` is given."""
    found = []
    for number in range(count):
        drawn = n or int(dice.integers(LOT_MIN, 160))
        fell = fallen_from is not None and number >= fallen_from
        counts = dice.multinomial(drawn, (FALLEN if fell else USUAL) / (FALLEN if fell else USUAL).sum())
        day = MONDAY + timedelta(weeks=number)
        low = int(counts[:2].sum())
        found.append(Batch(day, day, drawn, low, int(counts @ POINTS), int(counts @ POINTS**2)))
    return found


@pytest.mark.parametrize(
    ("scores", "rule", "side"),
    [
        pytest.param([0.0, 3.1], Rule.BEYOND, Side.UP, id="one point beyond three standard errors"),
        pytest.param([-2.1, 0.0, -2.2], Rule.TWO_OF_THREE, Side.DOWN, id="two of three beyond two on the same side"),
        pytest.param([0.2, 0.1] * 4, Rule.RUN, Side.UP, id="eight in a row on one side"),
        pytest.param([0.5, 0.4, 0.3, 0.2, -0.1, -0.2], Rule.TREND, Side.DOWN, id="six in a row falling"),
    ],
)  # fmt: skip
def test_each_rule_sees_its_own_pattern_alone(scores: list[float], rule: Rule, side: Side) -> None:
    assert signals_at(scores, len(scores) - 1) == (Signal(rule, side),)


@pytest.mark.parametrize(
    "scores",
    [
        pytest.param([0.0, 3.0], id="exactly three is not beyond"),
        pytest.param([2.1, 0.0, -2.2], id="two of three on different sides"),
        pytest.param([2.1, 2.2, 0.1], id="two of three, the newest inside"),
        pytest.param([-0.1, *[0.2, 0.1] * 3, 0.2], id="seven on one side"),
        pytest.param([0.1, 0.2, 0.3, 0.4, 0.4, 0.5], id="a standstill breaks the rise"),
        pytest.param([-0.2, 0.0, 0.1, 0.2, 0.3], id="five rising"),
    ],
)
def test_what_falls_short_of_a_rule_gives_no_signal(scores: list[float]) -> None:
    assert signals_at(scores, len(scores) - 1) == ()


def test_without_enough_past_nothing_is_judged() -> None:
    chart = mean_chart(weeks(np.random.default_rng(1), BASE_MIN))
    assert chart.centre is None
    assert not any(point.is_judged or point.signals for point in chart.points)
    assert mean_chart([]).points == ()


def test_a_point_of_more_ratings_has_narrower_limits() -> None:
    past = weeks(np.random.default_rng(2), 20, n=80)
    small, large = (Batch(MONDAY, MONDAY, n, n // 5, 3 * n, 10 * n) for n in (LOT_MIN, 640))
    of_small, of_large = (mean_chart([*past, one]).points[-1] for one in (small, large))
    assert of_small.high - of_small.low > 2 * (of_large.high - of_large.low)


def test_the_newest_points_are_no_part_of_their_own_yardstick() -> None:
    found = mean_chart(weeks(np.random.default_rng(3), 60))
    judged = [point.is_judged for point in found.points]
    assert judged == [False] * (60 - JUDGED) + [True] * JUDGED
    changed = weeks(np.random.default_rng(3), 60)[: 60 - JUDGED] + weeks(np.random.default_rng(4), JUDGED)
    assert mean_chart(changed).centre == found.centre
    assert base_size(60) == BASE_MAX


def test_a_past_that_swings_widens_the_limits() -> None:
    steady = [Batch(MONDAY, MONDAY, 400, 80, 1200 + step, 3900 + 6 * step) for step in (0, 2) * 10]
    swinging = [Batch(MONDAY, MONDAY, 400, 80, 1200 + step, 3900 + 6 * step) for step in (-120, 120) * 10]
    width = [chart.points[-1].high - chart.points[-1].low for chart in map(mean_chart, (steady, swinging))]
    assert width[1] > 3 * width[0]


def test_a_unit_where_everybody_is_content_has_a_chart_without_a_signal() -> None:
    perfect = [Batch(MONDAY, MONDAY, 50, 0, 200, 800) for _ in range(20)]
    assert not any(point.signals for point in mean_chart(perfect).points)
    assert not any(point.signals for point in share_chart(perfect).points)


@pytest.mark.parametrize("draw", [pytest.param(mean_chart, id="means"), pytest.param(share_chart, id="shares")])
@pytest.mark.parametrize("count", [14, 24, 38])
def test_a_steady_unit_is_rarely_called_out(draw, count: int, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]
    """Per judged point: each rule at most 2 in 100, all together at most 3 in 100."""
    dice, alarms, judged, called = np.random.default_rng(7), Counter[Rule](), 0, 0
    for _ in range(700):
        for point in draw(weeks(dice, count)).points:
            judged += point.is_judged
            called += bool(point.signals)
            alarms.update({signal.rule for signal in point.signals})
    with capsys.disabled():
        print(
            f"\n{count} points: {called / judged:.4f}", {rule.value: round(alarms[rule] / judged, 4) for rule in Rule}
        )
    assert all(alarms[rule] / judged <= 0.02 for rule in Rule)
    assert called / judged <= 0.03


@pytest.mark.parametrize(("n", "after", "least"), [(40, 1, 0.35), (40, 2, 0.65), (40, 4, 0.90), (80, 2, 0.95)])
def test_a_fall_of_half_a_standard_deviation_is_seen(
    n: int, after: int, least: float, capsys: pytest.CaptureFixture[str]
) -> None:
    dice = np.random.default_rng(11)
    seen = 0
    for _ in range(500):
        points = mean_chart(weeks(dice, 26 + after, n=n, fallen_from=26)).points[26:]
        seen += any(signal.side is Side.DOWN for point in points for signal in point.signals)
    with capsys.disabled():
        print(f"\nfall of 0.5 SD, {n} ratings a point, seen within {after}: {seen / 500:.2f}")
    assert seen / 500 >= least
