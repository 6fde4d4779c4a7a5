"""Learnt is from what is older, measured on what is newer and was drawn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from feedback_app.analysis.learning.hold_out_rules import FEWEST_NEW, split

START = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = st.lists(
    st.tuples(st.integers(0, 400).map(lambda hours: START + timedelta(hours=hours)), st.booleans()), max_size=300
)


@given(ROWS, st.none() | st.integers(0, 400).map(lambda hours: START + timedelta(hours=hours)))
def test_nothing_is_learnt_that_is_as_new_as_what_is_measured_on(
    rows: list[tuple[datetime, bool]], until: datetime | None
) -> None:
    found = split(rows, until)
    assert not set(found.older) & set(found.held_out)
    if found.held_out and found.older:
        assert max(rows[place][0] for place in found.older) < min(rows[place][0] for place in found.held_out)
    assert all(rows[place][1] for place in found.held_out)
    assert all(until is None or rows[place][0] > until for place in found.held_out)


def test_what_officers_corrected_of_their_own_accord_is_learnt_and_never_measured_on() -> None:
    rows = [(START + timedelta(days=day), day % 2 == 0) for day in range(200)]
    found = split(rows, None)
    assert len(found.held_out) == FEWEST_NEW
    assert all(place % 2 == 0 for place in found.held_out)
    assert any(place % 2 == 1 for place in found.older)


def test_a_fifth_is_measured_on_where_there_is_much() -> None:
    rows = [(START + timedelta(hours=hour), True) for hour in range(1000)]
    assert len(split(rows, None).held_out) == 200


def test_fewer_than_forty_new_drawn_rows_are_too_few() -> None:
    rows = [(START + timedelta(hours=hour), True) for hour in range(100)]
    assert not split(rows, START + timedelta(hours=60)).is_enough
    assert split(rows, START + timedelta(hours=59)).is_enough
