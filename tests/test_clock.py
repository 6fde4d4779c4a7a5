"""The day of the offices, where UTC is still at yesterday."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from feedback_app.clock import office_day, utcnow


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        pytest.param(datetime(2026, 5, 11, 15, 59, tzinfo=UTC), date(2026, 5, 11), id="a minute before midnight WITA"),
        pytest.param(datetime(2026, 5, 11, 16, 0, tzinfo=UTC), date(2026, 5, 12), id="midnight WITA"),
        pytest.param(
            datetime(2026, 5, 11, 23, 30, tzinfo=UTC), date(2026, 5, 12), id="offices open, UTC is at yesterday"
        ),
    ],
)
def test_the_day_of_the_offices(moment: datetime, day: date) -> None:
    assert office_day(moment) == day


def test_the_present_moment_is_aware() -> None:
    assert utcnow().utcoffset() is not None
