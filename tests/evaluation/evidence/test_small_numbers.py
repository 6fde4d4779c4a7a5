"""Small numbers protect people: which figures are withheld, and what cannot be worked out from the others."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.evaluation.evidence.small_numbers import hold_back, too_few, withheld

SIZES = st.lists(st.integers(0, 180), min_size=1, max_size=7)


@pytest.mark.parametrize(
    ("n", "elsewhere", "expected"),
    [
        pytest.param(0, 0, True, id="nothing has no figure"),
        pytest.param(29, 0, True, id="twenty-nine are too few"),
        pytest.param(30, 0, False, id="thirty are enough"),
        pytest.param(90, 89, True, id="one rating beyond a shown cycle"),
        pytest.param(90, 61, True, id="twenty-nine beyond"),
        pytest.param(90, 60, False, id="thirty beyond"),
        pytest.param(40, 40, False, id="the same ratings twice"),
        pytest.param(40, 45, True, id="five fewer than a shown one"),
    ],
)
def test_a_figure_is_withheld_where_it_or_a_difference_would_tell_few(n: int, elsewhere: int, expected: bool) -> None:
    assert withheld(n, elsewhere) is expected


def test_a_negative_count_is_an_error() -> None:
    for ask in (
        lambda: withheld(-1),
        lambda: withheld(1, -1),
        lambda: hold_back([3, -1]),
        lambda: hold_back([1], [[]]),
    ):
        with pytest.raises(ValueError, match=r"must not be negative|same groups"):
            ask()


@given(SIZES)
def test_whatever_groups_are_shown_the_hidden_ones_are_none_or_thirty_together(sizes: list[int]) -> None:
    hidden = hold_back(sizes)
    together = sum(sizes[place] for place in hidden)
    assert not too_few(together) or len(hidden) == len(sizes)
    assert all(sizes[place] >= 30 for place in range(len(sizes)) if place not in hidden)


@given(SIZES, st.data())
def test_no_shown_group_differs_by_few_from_what_another_cycle_shows_of_it(
    sizes: list[int], data: st.DataObject
) -> None:
    inside = [data.draw(st.integers(0, size)) for size in sizes]
    hidden = hold_back(sizes, [inside])
    for place, size in enumerate(sizes):
        if place not in hidden:
            assert not too_few(size - inside[place])
    if len(hidden) < len(sizes):
        assert not too_few(sum(sizes[place] - inside[place] for place in hidden))


@given(SIZES)
def test_no_more_is_hidden_than_it_takes(sizes: list[int]) -> None:
    hidden = hold_back(sizes)
    needed = {place for place, size in enumerate(sizes) if size < 30}
    assert needed <= hidden
    assert len(hidden - needed) <= 1


def test_no_sum_of_shown_groups_tells_a_small_hidden_one() -> None:
    sizes = [120, 75, 42, 18]
    shown = [place for place in range(4) if place not in hold_back(sizes)]
    for many in range(len(shown) + 1):
        for chosen in combinations(shown, many):
            assert not too_few(sum(sizes) - sum(sizes[place] for place in chosen))
