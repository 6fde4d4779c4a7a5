"""When the numbers of a counter are a question, and when they are only noise."""

from __future__ import annotations

import pytest

from feedback_app.intake.withholding import (
    ISSUE_NORM,
    Finding,
    Use,
    UseFinding,
    issue_finding,
    lower_limit,
    upper_limit,
    use_finding,
)


@pytest.mark.parametrize(
    ("transactions", "issued", "finding"),
    [
        pytest.param(None, 50, Finding.NO_COUNT, id="nobody counted"),
        pytest.param(29, 0, Finding.TOO_FEW, id="one visit below the floor"),
        pytest.param(30, 0, Finding.WITHHELD, id="at the floor"),
        pytest.param(100, 83, Finding.WITHHELD, id="upper limit below nine of ten"),
        pytest.param(100, 84, Finding.AS_EXPECTED, id="upper limit above nine of ten"),
        pytest.param(1000, 900, Finding.AS_EXPECTED, id="exactly the norm"),
        pytest.param(100, 110, Finding.AS_EXPECTED, id="some reprints"),
        pytest.param(100, 111, Finding.SURPLUS, id="more tokens than visits"),
        pytest.param(0, 30, Finding.SURPLUS, id="tokens without any visit"),
        pytest.param(0, 0, Finding.TOO_FEW, id="closed"),
    ],
)
def test_tokens_are_weighed_against_visits(transactions: int | None, issued: int, finding: Finding) -> None:
    assert issue_finding(transactions, issued) is finding


def test_limits_lie_around_the_share_and_close_in_with_numbers() -> None:
    for n in (30, 300, 3000):
        hits = round(0.8 * n)
        assert 0 <= lower_limit(hits, n) < hits / n < upper_limit(hits, n) <= 1
    assert upper_limit(2400, 3000) - lower_limit(2400, 3000) < upper_limit(24, 30) - lower_limit(24, 30)
    assert upper_limit(50, 50) == 1
    assert lower_limit(0, 50) == pytest.approx(0, abs=1e-12)
    assert upper_limit(0, 30) < ISSUE_NORM


@pytest.mark.parametrize(
    ("week", "before", "finding"),
    [
        pytest.param(Use(100, 5), [Use(100, 40)] * 3, UseFinding.NO_HISTORY, id="three weeks are no history"),
        pytest.param(Use(29, 0), [Use(100, 40)] * 8, UseFinding.NO_HISTORY, id="too few tokens"),
        pytest.param(Use(100, 38), [Use(100, 40)] * 8, UseFinding.AS_EXPECTED, id="like before"),
        pytest.param(Use(100, 30), [Use(100, 40)] * 8, UseFinding.AS_EXPECTED, id="a quiet week"),
        pytest.param(Use(100, 10), [Use(100, 40)] * 8, UseFinding.FALLEN, id="thrown away"),
        pytest.param(Use(100, 10), [Use(100, 12)] * 8, UseFinding.AS_EXPECTED, id="always low"),
    ],
)
def test_used_share_is_weighed_against_its_own_history(week: Use, before: list[Use], finding: UseFinding) -> None:
    assert use_finding(week, before) is finding


def test_history_is_the_last_twelve_weeks() -> None:
    assert use_finding(Use(100, 20), [Use(100, 90)] * 40 + [Use(100, 20)] * 12) is UseFinding.AS_EXPECTED
