"""Figures over nested periods of mixed lengths, subtracted from each other."""

from __future__ import annotations

import random
from datetime import date
from itertools import product

import pytest

from feedback_app.evaluation.cycles.periods import Shown, disjoint_sets, lies_in, tells_too_much

MONTHS = [(date(2026, m, 1), date(2026, m, 28)) for m in range(1, 13)]
QUARTERS = [(date(2026, m, 1), date(2026, m + 2, 28)) for m in (1, 4, 7, 10)]
SEMESTERS = [(date(2026, m, 1), date(2026, m + 5, 28)) for m in (1, 7)]
YEAR = (date(2026, 1, 1), date(2026, 12, 28))
ALL = [*MONTHS, *QUARTERS, *SEMESTERS, YEAR]


def test_a_month_is_told_by_a_semester_less_a_quarter_and_two_months() -> None:
    semester, quarter = Shown(*SEMESTERS[0], 200), Shown(*QUARTERS[0], 100)
    april, may = Shown(*MONTHS[3], 50), Shown(*MONTHS[4], 45)
    assert tells_too_much(may, [semester, quarter, april])
    assert tells_too_much(semester, [quarter, april, may])
    assert tells_too_much(quarter, [semester, april, may])
    assert not tells_too_much(april, [semester, quarter])


def test_every_version_that_is_still_read_counts() -> None:
    quarter, april = Shown(*QUARTERS[1], 120), Shown(*MONTHS[3], 60)
    assert not tells_too_much(april, [quarter])
    assert tells_too_much(april, [quarter, Shown(*QUARTERS[1], 80)])
    # The same days under another name.
    assert tells_too_much(quarter, [Shown(*QUARTERS[1], 119)])
    assert not tells_too_much(quarter, [Shown(*QUARTERS[1], 120)])


@pytest.mark.parametrize("seed", range(30))
def test_it_finds_what_trying_every_difference_finds(seed: int) -> None:
    chance = random.Random(seed)
    size = {month: chance.choice([0, 5, 28, 31, 40]) for month in MONTHS}
    periods = chance.sample(ALL, 8)
    shown = [Shown(*one, sum(n for month, n in size.items() if month == one or lies_in(month, one))) for one in periods]
    mine, *others = shown
    others = [one for one in others if one.n]
    expected = mine.n < 30
    for whole in shown if mine.n >= 30 else ():
        inside = [one for one in [mine, *others] if lies_in(one.days, whole.days)]
        for parts in disjoint_sets(one.days for one in inside):
            if mine is whole or mine.days in parts:
                for told in product(*([one.n for one in inside if one.days == days] for days in parts)):
                    expected |= 0 < abs(whole.n - sum(told)) < 30
    assert tells_too_much(mine, others) == expected
