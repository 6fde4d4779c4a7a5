"""The days a head looks at, and those they are compared with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.handling.figures.rules import (
    DAYS_MAX,
    PeriodError,
    PeriodKind,
    period_of,
    share,
    spans_of,
)

WITA = ZoneInfo("Asia/Makassar")
TUESDAY = date(2026, 5, 12)


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        pytest.param(PeriodKind.WEEK, ("2026-05-11", "2026-05-12", "2026-05-04"), id="from Monday"),
        pytest.param(PeriodKind.LAST_WEEK, ("2026-05-04", "2026-05-10", "2026-04-27"), id="the whole week before"),
        pytest.param(PeriodKind.MONTH, ("2026-05-01", "2026-05-12", "2026-04-01"), id="from the first"),
        pytest.param(PeriodKind.QUARTER, ("2026-04-01", "2026-05-12", "2026-01-01"), id="from April"),
    ],
)
def test_choices_stand_for_days(kind: PeriodKind, days: tuple[str, str, str]) -> None:
    period = period_of(kind, TUESDAY)
    assert (period.first_on.isoformat(), period.last_on.isoformat(), period.before_first_on.isoformat()) == days


def test_a_week_that_runs_is_compared_with_the_same_part_of_the_week_before() -> None:
    now = datetime(2026, 5, 12, 3, 0, tzinfo=UTC)
    span, before = spans_of(period_of(PeriodKind.WEEK, TUESDAY), WITA, now)
    assert span.ends_at == now
    assert before.ends_at == now - timedelta(days=7)


def test_a_long_month_is_not_compared_beyond_a_short_one() -> None:
    now = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
    span, before = spans_of(period_of(PeriodKind.MONTH, date(2026, 3, 31)), WITA, now)
    assert before.starts_at == datetime(2026, 2, 1, tzinfo=WITA)
    assert before.ends_at == span.starts_at


def test_chosen_days_end_today_at_the_latest() -> None:
    period = period_of(PeriodKind.CHOSEN, TUESDAY, date(2026, 5, 1), date(2026, 6, 30))
    assert (period.last_on, period.before_first_on) == (TUESDAY, date(2026, 4, 19))


@pytest.mark.parametrize("days", [DAYS_MAX, DAYS_MAX + 1])
def test_a_year_is_the_longest_time(days: int) -> None:
    first = TUESDAY - timedelta(days=days - 1)
    if days > DAYS_MAX:
        with pytest.raises(PeriodError):
            period_of(PeriodKind.CHOSEN, TUESDAY, first, TUESDAY)
    else:
        assert period_of(PeriodKind.CHOSEN, TUESDAY, first, TUESDAY).first_on == first


@given(
    kind=st.sampled_from([PeriodKind.WEEK, PeriodKind.LAST_WEEK, PeriodKind.MONTH, PeriodKind.QUARTER]),
    day=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    hour=st.integers(0, 23),
)
def test_the_time_before_touches_no_day_of_the_time_itself(kind: PeriodKind, day: date, hour: int) -> None:
    now = datetime(day.year, day.month, day.day, hour, tzinfo=WITA)
    span, before = spans_of(period_of(kind, day), WITA, now)
    assert before.starts_at < span.starts_at <= span.ends_at <= now
    assert before.ends_at <= span.starts_at
    assert before.ends_at - before.starts_at <= span.ends_at - span.starts_at


def test_a_share_of_nothing_or_of_very_few_is_no_share() -> None:
    assert share(0, 0) is None
    assert share(1, 4) is None
    assert share(1, 5) == 0.2
