"""Shares of right answers, with what is not known about them."""

from __future__ import annotations

from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.analysis.learning.accuracy_rules import Accuracy, Judged, accuracy, is_right
from feedback_app.score_interval import score_interval

CHANCES = st.floats(0.01, 1.0)


@given(st.lists(st.builds(Judged, st.booleans(), CHANCES), min_size=1, max_size=200))
def test_an_interval_holds_its_share_and_stays_between_none_and_all(rows: list[Judged]) -> None:
    found = accuracy(rows)
    assert found is not None
    assert 0 <= found.low <= found.share + 1e-9
    assert found.share - 1e-9 <= found.high <= 1
    assert found.n == len(rows)


def test_a_text_drawn_from_a_small_unit_speaks_for_fewer_others() -> None:
    found = accuracy([Judged(True, 0.03)] * 30 + [Judged(False, 0.3)] * 30)
    assert found is not None
    assert found.share == pytest.approx(10 / 11)
    low, high = score_interval(found.share, 60, NormalDist().inv_cdf(0.975))
    assert found.low < low
    assert found.high > high


def test_nothing_audited_has_no_share() -> None:
    assert accuracy([]) is None


def test_a_promise_is_broken_only_where_the_whole_interval_says_so() -> None:
    assert not Accuracy(9, 0.2, 0.1, 0.4).breaks_promise
    assert not Accuracy(40, 0.9, 0.8, 0.96).breaks_promise
    assert Accuracy(200, 0.85, 0.8, 0.9).breaks_promise


@pytest.mark.parametrize(
    ("head", "machine", "person", "right"),
    [
        pytest.param("kind", {"kind": "praise"}, {"kind": "praise"}, True, id="the same"),
        pytest.param("kind", {"kind": "praise"}, {"kind": "spam"}, False, id="another"),
        pytest.param("kind", {"kind": None}, {"kind": "spam"}, None, id="no answer is neither"),
        pytest.param("aspect", {"aspect": "fee"}, {"aspect": "delay", "aspect2": "fee"}, True, id="the second one"),
        pytest.param("urgency", {"urgency": "high"}, {"urgency": "normal", "aspect2": "high"}, False, id="of aspects"),
    ],
)
def test_right_is_what_a_person_says_too(
    head: str, machine: dict[str, str | None], person: dict[str, str | None], right: bool | None
) -> None:
    assert is_right(head, machine, person) is right
