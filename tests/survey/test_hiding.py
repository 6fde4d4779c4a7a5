"""Whatever is shown of counts whose sum is known, no small one can be worked out from the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.survey.hiding import hidden
from feedback_app.survey.rules import SMALLEST_GROUP, SMALLEST_PUBLISHED

COUNTS = st.lists(st.one_of(st.integers(0, 12), st.integers(0, 60)), min_size=1, max_size=8)
LEAST = st.sampled_from((SMALLEST_GROUP, SMALLEST_PUBLISHED))


@given(COUNTS.filter(lambda counts: sum(counts) >= SMALLEST_PUBLISHED), LEAST)
def test_every_hidden_count_can_be_at_least_two_numbers(counts: list[int], least: int) -> None:
    gone = hidden(counts, least)
    shown = [count for at, count in enumerate(counts) if at not in gone]
    rest = sum(counts) - sum(shown)  # what everybody can take from the sum
    most = min(shown, default=rest)  # the next smallest is hidden first
    for at in gone:
        others = len(gone) - 1
        possible = [n for n in range(min(most, rest) + 1) if 0 <= rest - n <= others * most]
        assert len(possible) >= 2, (counts, at)
        assert counts[at] in possible


@given(COUNTS.filter(lambda counts: sum(counts) >= SMALLEST_PUBLISHED), LEAST)
def test_what_is_hidden_is_not_small_together_and_never_alone(counts: list[int], least: int) -> None:
    gone = hidden(counts, least)
    assert all(not 0 < count < least for at, count in enumerate(counts) if at not in gone)
    if gone:
        assert len([at for at in gone if counts[at]]) >= 2
        assert sum(counts[at] for at in gone) >= least
        assert all(counts[at] for at in range(len(counts)) if at not in gone)
    else:
        assert not any(0 < count < least for count in counts)


@pytest.mark.parametrize(
    ("counts", "least", "gone"),
    [
        ([10, 8, 1, 1], 5, {1, 2, 3}),
        ([0, 0, 10, 0, 8, 1, 1], 5, {0, 1, 3, 4, 5, 6}),
        ([20, 1, 1], 10, {0, 1, 2}),
        ([0, 20, 20], 5, set()),
        ([12, 3, 2, 30], 5, {1, 2}),
        ([12, 3, 1, 30], 5, {0, 1, 2}),
        ([], 5, set()),
    ],
)
def test_counts_that_were_met(counts: list[int], least: int, gone: set[int]) -> None:
    assert hidden(counts, least) == gone
