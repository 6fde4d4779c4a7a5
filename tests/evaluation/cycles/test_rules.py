"""Periods of the calendar and days on which something ends."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from feedback_app.evaluation.cycles.rules import (
    CycleDatesError,
    is_shown_to_employees,
    last_reply_day,
    numbers_in_year,
    period_between,
    period_of,
    periods_to_choose,
)
from feedback_app.evaluation.rules import CycleKind, CycleStatus


@pytest.mark.parametrize("kind", list(CycleKind))
def test_the_periods_of_a_year_follow_each_other_without_gap_or_overlap(kind: CycleKind) -> None:
    periods = [period_of(kind, 2028, number) for number in numbers_in_year(kind)]
    assert (periods[0].starts_on, periods[-1].ends_on) == (date(2028, 1, 1), date(2028, 12, 31))
    for one, following in itertools.pairwise(periods):
        assert (following.starts_on - one.ends_on).days == 1
    assert [period_between(kind, one.starts_on, one.ends_on) for one in periods] == periods


def test_a_leap_february_ends_on_its_last_day() -> None:
    assert period_of(CycleKind.MONTHLY, 2028, 2).ends_on == date(2028, 2, 29)


@pytest.mark.parametrize(("kind", "number"), [(CycleKind.QUARTERLY, 5), (CycleKind.MONTHLY, 0), (CycleKind.ANNUAL, 2)])
def test_a_year_has_no_such_period(kind: CycleKind, number: int) -> None:
    with pytest.raises(CycleDatesError):
        period_of(kind, 2026, number)


def test_only_periods_that_have_begun_are_offered() -> None:
    offered = periods_to_choose(CycleKind.QUARTERLY, date(2026, 4, 1))
    assert (offered[0].year, offered[0].number) == (2026, 2)
    assert (offered[-1].year, offered[-1].number) == (2021, 1)


def test_a_second_window_is_never_shorter_than_what_was_left_of_the_first() -> None:
    def plain(day: date, count: int) -> date:
        return day.replace(day=day.day + count)

    today = date(2026, 6, 1)
    assert last_reply_day(today, earlier=None, days=10, add_working_days=plain) == date(2026, 6, 11)
    assert last_reply_day(today, earlier=date(2026, 6, 9), days=10, add_working_days=plain) == date(2026, 6, 9)
    assert last_reply_day(today, earlier=date(2026, 5, 20), days=10, add_working_days=plain) == date(2026, 6, 4)


def test_employees_see_no_figure_while_it_is_computed_anew() -> None:
    seen = [status for status in CycleStatus if is_shown_to_employees(status, date(2026, 6, 1))]
    assert seen == [CycleStatus.RIGHT_OF_REPLY, CycleStatus.REVIEWED, CycleStatus.SIGNED, CycleStatus.FROZEN]
    assert not is_shown_to_employees(CycleStatus.RIGHT_OF_REPLY, None)
