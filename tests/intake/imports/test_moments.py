from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.intake.imports.moments import (
    DateOrder,
    DateReading,
    Moment,
    parse_utc_offset,
    read_moment,
)
from feedback_app.intake.imports.problems import Reason, RowProblemError

WITA = ZoneInfo("Asia/Makassar")
AT_OFFICE = DateReading(agency_zone=WITA, written_in=WITA)
FIRST_OF_MARCH = Moment(datetime(2026, 2, 28, 16, 0, tzinfo=UTC), date(2026, 3, 1))
TEN_O_CLOCK = Moment(datetime(2026, 3, 1, 2, 0, tzinfo=UTC), date(2026, 3, 1))


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01",
        "2026/03/01",
        "2026-3-1",
        "01/03/2026",
        "1/3/2026",
        "01-03-2026",
        "01.03.2026",
        "1 Maret 2026",
        "01 maret 2026",
        "1 Mar 2026",
        "1-Mar-2026",
        "Minggu, 1 Maret 2026",
        "  1   MARET   2026 ",
        date(2026, 3, 1),
        datetime(2026, 3, 1),  # noqa: DTZ001 - a spreadsheet's dates know no zone
    ],
)
def test_a_day_is_read_in_every_form_in_use_and_begins_at_midnight_at_the_agency(written: str | date) -> None:
    assert read_moment(written, AT_OFFICE) == FIRST_OF_MARCH


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01 10:00",
        "2026-03-01 10:00:00",
        "2026-03-01T10:00:00.123456",
        "2026-03-01T10:00:00+08:00",
        "2026-03-01T10:00+0800",
        "2026-03-01T02:00:00Z",
        "2026-03-01 02:00:00 UTC",
        "01/03/2026 10.00",
        "01/03/2026 10.00 WITA",
        "01/03/2026 09.00 WIB",
        "1 Maret 2026 11.00 WIT",
        "1 Maret 2026, pukul 10.00 WITA",
        "1 Maret 2026 jam 10:00",
        "2026/03/01 10:00:00 AM GMT+8",
        "2026/02/28 6:00:00 PM GMT-8",
        datetime(2026, 3, 1, 10, 0),  # noqa: DTZ001
        datetime(2026, 3, 1, 10, 0, 0, 99),  # noqa: DTZ001
    ],
)
def test_a_moment_is_read_in_every_form_in_use(written: str | datetime) -> None:
    assert read_moment(written, AT_OFFICE) == TEN_O_CLOCK


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("Januari", 1), ("Februari", 2), ("Pebruari", 2), ("Maret", 3), ("April", 4), ("Mei", 5), ("Juni", 6),
        ("Juli", 7), ("Agustus", 8), ("Agt", 8), ("September", 9), ("Oktober", 10), ("November", 11),
        ("Nopember", 11), ("Desember", 12), ("Des", 12), ("Dec", 12),
    ],
)  # fmt: skip
def test_months_have_their_indonesian_names(name: str, month: int) -> None:
    assert read_moment(f"5 {name} 2025", AT_OFFICE).on == date(2025, month, 5)


def test_the_day_is_the_agencys_even_when_the_time_was_written_elsewhere() -> None:
    in_utc = DateReading(agency_zone=WITA, written_in=UTC)
    late = read_moment("2026-02-28 20:00", in_utc)
    assert late == Moment(datetime(2026, 2, 28, 20, 0, tzinfo=UTC), date(2026, 3, 1))


def test_a_day_without_a_time_is_not_moved_by_the_zone_of_the_file() -> None:
    assert read_moment("2026-03-01", DateReading(agency_zone=WITA, written_in=UTC)) == FIRST_OF_MARCH


def test_an_offset_in_the_cell_wins_over_that_of_the_file() -> None:
    in_utc = DateReading(agency_zone=WITA, written_in=UTC)
    assert read_moment("2026-03-01T10:00:00+08:00", in_utc) == TEN_O_CLOCK


def test_the_american_order_is_read_only_when_said() -> None:
    american = DateReading(agency_zone=WITA, written_in=WITA, order=DateOrder.MDY)
    assert read_moment("03/01/2026 10:00:00 AM", american) == TEN_O_CLOCK
    assert read_moment("03/01/2026", AT_OFFICE).on == date(2026, 1, 3)


@pytest.mark.parametrize("order", DateOrder)
def test_day_and_month_evidently_swapped_is_a_reason_of_its_own(order: DateOrder) -> None:
    written = "03/25/2026" if order is DateOrder.DMY else "25/03/2026"
    with pytest.raises(RowProblemError) as caught:
        read_moment(written, DateReading(WITA, WITA, order))
    assert caught.value.reason is Reason.DATE_IN_OTHER_ORDER


@pytest.mark.parametrize(
    "written",
    [
        "kemarin", "2026", "2026-13-01", "2026-02-30", "31/02/2026", "25/25/2026", "01/03/26", "1 Marte 2026",
        "2026-03-01 25:00", "2026-03-01 10:61", "2026-03-01 13:00 PM", "2026-03-01T10:00:00+25:00", "46082",
        "01/03-2026", "2026-03-01 10:00 WIBB", "١/٣/٢٠٢٦", "0 Maret 2026", "10:00",
    ],
)  # fmt: skip
def test_what_is_no_date_is_not_guessed(written: str) -> None:
    with pytest.raises(RowProblemError) as caught:
        read_moment(written, AT_OFFICE)
    assert caught.value.reason is Reason.DATE_UNREADABLE
    assert written[:30] in caught.value.sentence


@pytest.mark.parametrize("written", ["0202-03-01", "1900-01-01", datetime(1899, 12, 31)])  # noqa: DTZ001
def test_years_from_before_any_register_are_slips(written: str | datetime) -> None:
    with pytest.raises(RowProblemError) as caught:
        read_moment(written, AT_OFFICE)
    assert caught.value.reason is Reason.DATE_TOO_OLD


@pytest.mark.parametrize("written", ["9999-12-31", "9999-12-31T23:00:00-08:00", date(9999, 12, 31)])
def test_the_end_of_the_calendar_is_a_bad_row_and_not_a_crash(written: str | date) -> None:
    with pytest.raises(RowProblemError) as caught:
        read_moment(written, AT_OFFICE)
    assert caught.value.reason is Reason.DATE_IN_FUTURE


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1990, 1, 2), datetime(2100, 1, 1), timezones=OFFSETS))  # noqa: DTZ001
def test_what_isoformat_writes_is_read_back(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert read_moment(whole.isoformat(), AT_OFFICE).at == whole


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_a_bad_row(written: str) -> None:
    try:
        moment = read_moment(written, AT_OFFICE)
    except RowProblemError:
        return
    assert moment.at.tzinfo is UTC


@pytest.mark.parametrize(("raw", "hours"), [("+08:00", 8), ("-0330", -3.5), ("+00:00", 0)])
def test_an_offset_is_read(raw: str, hours: float) -> None:
    assert parse_utc_offset(raw) == timezone(timedelta(hours=hours))


@pytest.mark.parametrize("raw", ["8", "WITA", "+15:00", "+08:60", ""])
def test_what_is_no_offset_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match=r"\+08:00"):
        parse_utc_offset(raw)
