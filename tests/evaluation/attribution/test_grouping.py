"""Columns put together by their keys: whatever the numbers, equal rows meet and others do not."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.evaluation.attribution.grouping import Groups, IntArray, joined, packed, place_in

# Ids of the whole range, so that no product of spans fits into one number.
_IDS = st.integers(min_value=-(2**61), max_value=2**61) | st.integers(min_value=-2, max_value=2)


def _column(values: list[int]) -> IntArray:
    return np.array(values, dtype=np.int64)


@given(st.lists(st.tuples(_IDS, _IDS, _IDS), max_size=30))
def test_packed_keys_are_in_the_order_of_their_columns(rows: list[tuple[int, int, int]]) -> None:
    keys = packed(*(_column([row[at] for row in rows]) for at in range(3))).tolist()
    ordered = sorted(zip(keys, rows, strict=True))
    assert [row for _, row in ordered] == sorted(rows)
    assert len(set(keys)) == len(set(rows))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-5, 5)), max_size=30))
def test_groups_add_up_what_a_loop_adds_up(rows: list[tuple[int, int]]) -> None:
    key, value = _column([row[0] for row in rows]), _column([row[1] for row in rows])
    alike = Groups(key)
    found = dict(zip(alike.first(key).tolist(), alike.added(value).tolist(), strict=True))
    assert found == {one: sum(v for k, v in rows if k == one) for one in {k for k, _ in rows}}
    assert alike.least(value).tolist() == [min(v for k, v in rows if k == one) for one in sorted(found)]
    assert alike.greatest(value).tolist() == [max(v for k, v in rows if k == one) for one in sorted(found)]
    assert alike.counts().tolist() == [sum(k == one for k, _ in rows) for one in sorted(found)]
    assert alike.first(key)[alike.numbers()].tolist() == key.tolist()


@given(st.lists(st.integers(0, 5), max_size=12), st.lists(st.integers(0, 5), max_size=12))
def test_joined_pairs_are_those_of_two_loops(first: list[int], second: list[int]) -> None:
    second = sorted(second)
    left, right = joined(_column(first), _column(second))
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [
        (i, j) for i, one in enumerate(first) for j, other in enumerate(second) if one == other
    ]


def test_what_is_not_there_has_no_place() -> None:
    assert place_in(_column([2, 4]), _column([1, 2, 3, 4, 5])).tolist() == [-1, 0, -1, 1, -1]
    assert place_in(_column([]), _column([1])).tolist() == [-1]
