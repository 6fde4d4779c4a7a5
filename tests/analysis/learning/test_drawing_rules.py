"""Which texts are drawn: at random, the same whenever asked, small units more often."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from feedback_app.analysis.learning.drawing_rules import (
    AUDIT_SHARE,
    SMALL_UNIT_SHARE,
    Unsure,
    audit_chance,
    choose_unsure,
    lot,
)


def test_three_in_a_hundred_of_five_thousand_texts_are_drawn() -> None:
    drawn = sum(lot(1, submission_id) < AUDIT_SHARE for submission_id in range(1, 5001))
    # Four standard errors of a binomial share.
    assert abs(drawn / 5000 - AUDIT_SHARE) < 4 * (AUDIT_SHARE * (1 - AUDIT_SHARE) / 5000) ** 0.5


def test_lots_of_neighbouring_texts_and_of_other_agencies_have_nothing_to_do_with_each_other() -> None:
    here = [lot(1, number) for number in range(5000)]
    there = [lot(2, number) for number in range(5000)]
    for values in (here, there):
        assert abs(sum(values) / 5000 - 0.5) < 0.02
        assert all(abs(sum(part <= value < part + 0.1 for value in values) - 500) < 100 for part in (0.0, 0.3, 0.9))
    both = sum(one < 0.1 and other < 0.1 for one, other in zip(here, there, strict=True))
    assert both < 80  # 50 by chance alone


@given(st.integers(1, 2**40), st.integers(1, 2**40))
def test_a_lot_is_a_share_and_never_changes(agency_id: int, submission_id: int) -> None:
    assert 0 <= lot(agency_id, submission_id) == lot(agency_id, submission_id) < 1


def test_a_small_unit_is_drawn_from_more_often_and_a_large_one_never_below_the_share() -> None:
    chances = [audit_chance(n) for n in (0, 1, 20, 60, 200, 100_000)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] == SMALL_UNIT_SHARE
    assert chances[-1] == AUDIT_SHARE


def test_half_of_the_unsure_texts_are_the_least_sure_and_half_are_not() -> None:
    texts = [Unsure(number, number / 1000) for number in range(1000)]
    chosen = choose_unsure(7, texts, most=20)
    assert chosen[:10] == list(range(10))
    others = chosen[10:]
    assert len(set(others)) == 10
    assert sum(others) / 10 > 200
    assert chosen == choose_unsure(7, list(reversed(texts)), most=20)


def test_fewer_unsure_texts_than_asked_for_are_all_chosen() -> None:
    assert set(choose_unsure(7, [Unsure(1, 0.2), Unsure(2, 0.1), Unsure(3, 0.4)])) == {1, 2, 3}
    assert choose_unsure(7, []) == []
