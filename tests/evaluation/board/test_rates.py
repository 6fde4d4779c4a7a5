"""Rates compared exactly, and many comparisons at once."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from feedback_app.evaluation.board.rates import discoveries, rate_ratio, share_of


@pytest.mark.parametrize(
    ("now", "exposure_now", "before", "exposure_before"),
    [(30, 100, 10, 100), (12, 30, 40, 90), (0, 50, 15, 50), (2000, 28, 5600, 84), (25, 10, 25, 10)],
)
def test_ratio_agrees_with_an_independent_exact_test(
    now: int, exposure_now: int, before: int, exposure_before: int
) -> None:
    found = rate_ratio(now, exposure_now, before, exposure_before)
    share = exposure_now / (exposure_now + exposure_before)
    oracle = stats.binomtest(now, now + before, share).proportion_ci(0.95, method="exact")
    scale = exposure_before / exposure_now
    assert found.low == pytest.approx(oracle.low / (1 - oracle.low) * scale, rel=1e-6, abs=1e-12)
    assert found.high == pytest.approx(oracle.high / (1 - oracle.high) * scale, rel=1e-6)
    one_sided = [stats.binomtest(now, now + before, share, side).pvalue for side in ("less", "greater")]
    assert found.p_value == pytest.approx(min(1.0, 2 * min(one_sided)), rel=1e-6, abs=1e-12)


def test_something_new_has_no_upper_end() -> None:
    found = rate_ratio(20, 100, 0, 100)
    assert math.isinf(found.ratio)
    assert math.isinf(found.high)
    assert found.low > 4


def test_many_comparisons_find_what_the_correction_lets_pass() -> None:
    p_values = [0.01, 0.02, 0.03, 0.04, 0.5]
    assert discoveries(p_values) == list(stats.false_discovery_control(p_values) <= 0.05)
    assert discoveries([0.04] + [0.5] * 9) == [False] * 10
    assert discoveries([]) == []


def test_share_near_none_has_an_interval_that_is_not_empty() -> None:
    found = share_of(0, 40)
    assert found.low == pytest.approx(0.0, abs=1e-12)
    assert 0.05 < found.high < 0.12
