"""Office time against the clocks of cases: a part of a day is that part of the office's hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.handling.clocks.sla import due_after
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.handling.figures.office_time import local_seconds, office_time

WITA = ZoneInfo("Asia/Makassar")
FIVE_DAYS = WorkingCalendar(WITA, frozenset({date(2026, 3, 19), date(2026, 3, 20), date(2026, 3, 23)}))
SIX_DAYS = WorkingCalendar(WITA, FIVE_DAYS.holidays, frozenset(range(6)), time(8), time(14))
FIRST, LAST = date(2026, 2, 1), date(2026, 5, 31)


def _elapsed(calendar: WorkingCalendar, start: datetime, moment: datetime) -> float:
    office = office_time(calendar, FIRST, LAST)
    at = np.array([local_seconds(moment, calendar)])
    from_ = np.array([local_seconds(start, calendar)])
    return float(max(office.at(at)[0] - office.counted_from(from_)[0], 0.0))


def _local(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=WITA)


@pytest.mark.parametrize(
    ("start", "moment", "days"),
    [
        pytest.param("2026-03-02T09:00", "2026-03-02T15:00", 0.0, id="the day of receipt is day 0"),
        pytest.param("2026-03-02T09:00", "2026-03-03T16:00", 1.0, id="closing of the next working day"),
        pytest.param("2026-03-02T09:00", "2026-03-03T11:45", 0.5, id="half of the hours are half a day"),
        pytest.param("2026-03-02T17:00", "2026-03-03T16:00", 0.0, id="after closing counts as the next day"),
        pytest.param("2026-03-06T09:00", "2026-03-08T23:00", 0.0, id="a weekend adds nothing"),
        pytest.param("2026-03-18T09:00", "2026-03-24T16:00", 1.0, id="holidays and collective leave add nothing"),
        pytest.param("2026-03-02T09:00", "2026-03-03T22:00", 1.0, id="the evening adds nothing"),
    ],
)
def test_working_days_in_hand(start: str, moment: str, days: float) -> None:
    assert _elapsed(FIVE_DAYS, _local(start), _local(moment)) == pytest.approx(days)


def test_saturday_counts_where_the_unit_works_six_days() -> None:
    friday, monday = _local("2026-03-06T09:00"), _local("2026-03-09T14:00")
    assert _elapsed(FIVE_DAYS, friday, monday) == pytest.approx(6.5 / 8.5)
    assert _elapsed(SIX_DAYS, friday, monday) == pytest.approx(2.0)


MOMENTS = st.floats(0, 67, allow_nan=False).map(lambda days: datetime(2026, 2, 2, tzinfo=UTC) + timedelta(days=days))


@given(start=MOMENTS, days=st.integers(1, 20), calendar=st.sampled_from([FIVE_DAYS, SIX_DAYS]))
def test_a_clock_runs_out_exactly_where_its_days_are_over(
    start: datetime, days: int, calendar: WorkingCalendar
) -> None:
    due = due_after(start, days, calendar)
    assert _elapsed(calendar, start, due) == pytest.approx(days)
    assert _elapsed(calendar, start, due - timedelta(minutes=1)) < days


@given(start=MOMENTS, moments=st.lists(MOMENTS, min_size=2, max_size=2).map(sorted))
def test_time_never_runs_backwards(start: datetime, moments: list[datetime]) -> None:
    assert _elapsed(FIVE_DAYS, start, moments[0]) <= _elapsed(FIVE_DAYS, start, moments[1])
