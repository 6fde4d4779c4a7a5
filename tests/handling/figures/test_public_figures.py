"""The median wait with open cases counted, against curves worked out by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feedback_app.handling.figures.public_figures import Wait, count_outcomes, median_wait, wait
from feedback_app.handling.rules import Outcome
from tests.factories import NOW


def waits(words: str) -> list[Wait]:
    """Days in a row; a plus marks a case still without a reply, as in the tables of textbooks."""
    return [Wait(float(one.rstrip("+")), not one.endswith("+")) for one in words.split()]


@pytest.mark.parametrize(
    ("given", "median"),
    [
        # Freireich et al. 1963, remission of leukaemia under 6-MP: the curve passes one half at 23 weeks.
        pytest.param("6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+", 23.0, id="textbook"),
        # The placebo arm has nothing censored: its median is the plain one.
        pytest.param("1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23", 8.0, id="nothing open"),
        pytest.param("1 2", 1.0, id="exactly one half"),
        # S(1) = 3/4, S(2) = 3/4 * 2/3 = 1/2.
        pytest.param("1 2 3+ 4", 2.0, id="open case after the median"),
        # S(1) = 3/4; the case open at 2 leaves; S(3) = 3/4 * 1/2 = 3/8.
        pytest.param("1 2+ 3 4", 3.0, id="open case before the median"),
        # A reply and an open case on one day: the reply counts with both at risk, S(1) = 1/2.
        pytest.param("1 1+", 1.0, id="reply before censoring on one day"),
        pytest.param("1 5+ 6+", None, id="more than half open"),
        pytest.param("", None, id="no case"),
    ],
)
def test_median_is_that_of_the_curve(given: str, median: float | None) -> None:
    assert median_wait(waits(given)) == median


def test_leaving_open_cases_out_would_flatter() -> None:
    slow = waits("1 1 1 30+ 30+ 30+ 30+")
    assert median_wait([one for one in slow if one.replied]) == 1.0
    assert median_wait(slow) is None


def test_wait_runs_to_the_reply_the_withdrawal_or_the_present() -> None:
    day = timedelta(days=1)
    assert wait(NOW, NOW + 2 * day, None, NOW + 9 * day) == Wait(2.0, True)
    assert wait(NOW, None, NOW + 3 * day, NOW + 9 * day) == Wait(3.0, False)
    assert wait(NOW, None, None, NOW + 9 * day) == Wait(9.0, False)


def test_silence_is_counted_apart_and_cases_without_a_word_not_at_all() -> None:
    counts = count_outcomes([Outcome.CONFIRMED, Outcome.SILENT, None, Outcome.SILENT])
    assert counts == {"confirmed": 1, "partly": 0, "disputed": 0, "silent": 2}
