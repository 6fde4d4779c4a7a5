from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback_app.errors import ConfigurationError
from feedback_app.handling.clocks.in_force import Clocks
from feedback_app.handling.clocks.sla import (
    DEFAULT_SLA_RULES,
    SlaRule,
    rule_in_force,
    silence_ends,
)
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.handling.ending.verdicts import STATUS_AFTER, WindowOpenError, status_after
from feedback_app.handling.rules import (
    LAPOR_BUCKET,
    MOVES,
    CaseStatus,
    Classification,
    MoveNotAllowedError,
    Mover,
    NotAnsweredError,
    Outcome,
    check_move,
    is_reopening,
    lapor_bucket,
)

WITA = ZoneInfo("Asia/Makassar")
YEARS = range(2025, 2028)
PUBLIC_ONLY = frozenset(holidays.country_holidays("ID", years=YEARS, language="id"))
WITH_CUTI_BERSAMA = frozenset(
    holidays.country_holidays("ID", years=YEARS, categories=(holidays.PUBLIC, holidays.GOVERNMENT), language="id")
)
OFFICE = WorkingCalendar(WITA, WITH_CUTI_BERSAMA)
CLOCKS = Clocks(OFFICE, DEFAULT_SLA_RULES)
SIX_DAYS = WorkingCalendar(WITA, WITH_CUTI_BERSAMA, workdays=frozenset(range(6)))
NOON = time(12, 0)
STATUSES = list(CaseStatus)

# Received; then the last day for 3, 5, 10, 14 and 60 working days; then 5, 14 and 60 without cuti bersama.
VECTORS = [
    (
        "2026-01-05",
        "2026-01-08 2026-01-12 2026-01-20 2026-01-26 2026-04-10",
        "2026-01-12 2026-01-26 2026-04-02",
    ),
    (
        "2026-03-13",
        "2026-03-25 2026-03-27 2026-04-06 2026-04-10 2026-06-24",
        "2026-03-23 2026-04-06 2026-06-15",
    ),
    (
        "2026-03-21",
        "2026-03-27 2026-03-31 2026-04-08 2026-04-14 2026-06-26",
        "2026-03-27 2026-04-10 2026-06-22",
    ),
    (
        "2025-12-22",
        "2025-12-29 2025-12-31 2026-01-08 2026-01-14 2026-03-31",
        "2025-12-30 2026-01-13 2026-03-23",
    ),
    (
        "2026-05-12",
        "2026-05-19 2026-05-21 2026-06-02 2026-06-08 2026-08-12",
        "2026-05-20 2026-06-04 2026-08-10",
    ),
]


def dates(listed: str) -> list[date]:
    return [date.fromisoformat(word) for word in listed.split()]


def at(day: str, clock: str = "12:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=WITA)


@pytest.mark.parametrize(("received", "expected", "_"), VECTORS)
def test_working_days_skip_weekends_holidays_and_cuti_bersama(received: str, expected: str, _: str) -> None:
    day = date.fromisoformat(received)
    assert [OFFICE.add_working_days(day, count) for count in (3, 5, 10, 14, 60)] == dates(expected)


@pytest.mark.parametrize(("received", "_", "expected"), VECTORS)
def test_without_cuti_bersama_deadlines_come_too_early(received: str, _: str, expected: str) -> None:
    calendar = WorkingCalendar(WITA, PUBLIC_ONLY)
    day = date.fromisoformat(received)
    assert [calendar.add_working_days(day, count) for count in (5, 14, 60)] == dates(expected)


@pytest.mark.parametrize(("received", "expected", "_"), VECTORS)
def test_clocks_of_a_case_end_at_closing_time_of_those_days(received: str, expected: str, _: str) -> None:
    verify_on, reply_on, silence_on, resolve_on, oversight_on = dates(expected)
    moment = at(received)
    usual = rule_in_force(DEFAULT_SLA_RULES, Classification.NO_OVERSIGHT, moment.date())
    promised = [OFFICE.end_of(day) for day in (verify_on, reply_on, resolve_on, oversight_on)]
    due, oversight = (CLOCKS.deadlines(kind, moment) for kind in (usual.classification, Classification.OVERSIGHT))
    assert [due.verify_due_at, due.reply_due_at, due.resolve_due_at, oversight.resolve_due_at] == promised
    assert silence_ends(moment, usual, OFFICE) == OFFICE.end_of(silence_on)


def test_unit_open_six_days_counts_saturdays() -> None:
    friday = date(2026, 1, 9)
    assert SIX_DAYS.add_working_days(friday, 1) == date(2026, 1, 10)
    assert SIX_DAYS.add_working_days(friday, 5) == date(2026, 1, 15)
    assert OFFICE.add_working_days(friday, 5) == date(2026, 1, 19)  # 16 January 2026 is a holiday


def test_holiday_on_a_saturday_is_free_for_a_six_day_unit_too() -> None:
    assert date(2026, 3, 21) in WITH_CUTI_BERSAMA
    assert not SIX_DAYS.is_working_day(date(2026, 3, 21))


def test_no_working_days_added_is_the_day_itself() -> None:
    assert OFFICE.add_working_days(date(2026, 3, 21), 0) == date(2026, 3, 21)


def test_negative_count_of_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        OFFICE.add_working_days(date(2026, 1, 5), -1)


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        pytest.param("2026-01-05", "16:00", date(2026, 1, 5), id="at closing time"),
        pytest.param("2026-01-05", "16:01", date(2026, 1, 6), id="a minute after closing"),
        pytest.param("2026-01-05", "03:00", date(2026, 1, 5), id="before opening"),
        pytest.param("2026-01-09", "20:00", date(2026, 1, 10), id="friday evening"),
        pytest.param("2026-01-10", "20:00", date(2026, 1, 10), id="saturday evening"),
        pytest.param("2026-01-01", "20:00", date(2026, 1, 1), id="evening of a holiday"),
    ],
)
def test_what_comes_after_closing_has_the_next_date(day: str, clock: str, expected: date) -> None:
    assert OFFICE.received_on(at(day, clock)) == expected


def test_monday_evening_has_a_day_more_than_monday_noon() -> None:
    noon, evening = (
        CLOCKS.deadlines(Classification.NO_OVERSIGHT, at("2026-01-05", hour)) for hour in ("12:00", "21:00")
    )
    assert noon.reply_due_at == OFFICE.end_of(date(2026, 1, 12))
    assert evening.reply_due_at == OFFICE.end_of(date(2026, 1, 13))


def test_office_without_cut_off_counts_an_evening_as_its_own_day() -> None:
    calendar = WorkingCalendar(WITA, late_counts_next_day=False)
    assert calendar.received_on(at("2026-01-05", "23:59")) == date(2026, 1, 5)


def test_date_of_receipt_is_that_of_the_office_not_of_utc() -> None:
    moment = datetime(2026, 1, 5, 17, 30, tzinfo=UTC)
    assert OFFICE.received_on(moment) == date(2026, 1, 6)  # 01.30 WITA
    assert WorkingCalendar(ZoneInfo("Asia/Jakarta")).received_on(moment) == date(2026, 1, 6)  # 00.30 WIB
    assert WorkingCalendar(ZoneInfo("Asia/Jakarta")).received_on(moment - timedelta(hours=9)) == date(2026, 1, 5)


def test_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        OFFICE.received_on(datetime(2026, 1, 5, 12, 0))  # noqa: DTZ001


def test_end_of_a_day_is_closing_time_in_utc() -> None:
    assert OFFICE.end_of(date(2026, 1, 5)) == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    assert OFFICE.end_of(date(2026, 1, 5)).tzinfo is UTC


moments = st.datetimes(datetime(2025, 12, 1), datetime(2026, 12, 1), timezones=st.just(WITA))  # noqa: DTZ001


@given(st.lists(moments, min_size=2, max_size=6), st.sampled_from([OFFICE, SIX_DAYS]))
@settings(max_examples=50)
def test_later_submission_never_has_an_earlier_deadline(received: list[datetime], calendar: WorkingCalendar) -> None:
    clocks = Clocks(calendar, DEFAULT_SLA_RULES)
    due = [clocks.deadlines(Classification.NO_OVERSIGHT, moment).reply_due_at for moment in sorted(received)]
    assert all(one <= following for one, following in pairwise(due))


@given(st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.integers(1, 60), st.sampled_from([OFFICE, SIX_DAYS]))
@settings(max_examples=50)
def test_counting_back_gives_the_working_days_added(day: date, count: int, calendar: WorkingCalendar) -> None:
    due = calendar.add_working_days(day, count)
    assert calendar.is_working_day(due)
    assert calendar.working_days_between(day, due) == count
    assert calendar.working_days_between(due, day) == 0


@pytest.mark.parametrize("workdays", [frozenset[int](), frozenset({0, 7})])
def test_calendar_without_proper_workdays_is_refused(workdays: frozenset[int]) -> None:
    with pytest.raises(ConfigurationError, match="workdays"):
        WorkingCalendar(WITA, workdays=workdays)


def test_calendar_that_closes_before_it_opens_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="opens"):
        WorkingCalendar(WITA, opens=NOON, closes=NOON)


def test_default_clocks_are_those_of_the_classifications() -> None:
    days = {rule.classification: rule.resolve_working_days for rule in DEFAULT_SLA_RULES}
    assert days == {
        Classification.INFORMATION_REQUEST: 5,
        Classification.NO_OVERSIGHT: 14,
        Classification.OVERSIGHT: 60,
        Classification.ASPIRATION: None,
        Classification.PUBLIC_INFORMATION: 10,
    }
    of_lapor = [rule for rule in DEFAULT_SLA_RULES if rule.classification is not Classification.PUBLIC_INFORMATION]
    assert {(rule.verify_working_days, rule.reply_working_days) for rule in of_lapor} == {(3, 5)}
    assert {rule.close_after_silence_working_days for rule in of_lapor} == {10}
    assert {rule.complete_days for rule in of_lapor} == {30}
    assert all(rule.source for rule in DEFAULT_SLA_RULES)


def test_aspiration_has_no_day_of_settlement() -> None:
    assert CLOCKS.deadlines(Classification.ASPIRATION, at("2026-01-05")).resolve_due_at is None


def test_youngest_rule_in_force_on_the_day_counts() -> None:
    newer = SlaRule(Classification.OVERSIGHT, date(2026, 7, 1), reply_working_days=4)
    rules = [newer, *DEFAULT_SLA_RULES]
    before = rule_in_force(rules, Classification.OVERSIGHT, date(2026, 6, 30))
    assert before.effective_from == date(2018, 1, 1)
    assert rule_in_force(rules, Classification.OVERSIGHT, date(2026, 7, 1)) is newer


def test_day_without_any_rule_is_a_fault_of_the_settings() -> None:
    with pytest.raises(ConfigurationError, match="oversight"):
        rule_in_force(DEFAULT_SLA_RULES, Classification.OVERSIGHT, date(2017, 12, 31))


def test_every_status_has_its_row_its_word_and_its_bucket() -> None:
    assert {end for move in MOVES for end in move} == set(LAPOR_BUCKET) == set(CaseStatus)
    assert set(STATUS_AFTER) == set(Outcome)


@pytest.mark.parametrize("current", STATUSES)
@pytest.mark.parametrize("wanted", STATUSES)
@pytest.mark.parametrize("by", Mover)
def test_only_moves_of_the_table_are_let_through(current: CaseStatus, wanted: CaseStatus, by: Mover) -> None:
    if by in MOVES.get((current, wanted), ()):
        check_move(current, wanted, by)
        assert wanted is not current
    else:
        with pytest.raises((MoveNotAllowedError, NotAnsweredError)) as caught:
            check_move(current, wanted, by)
        assert caught.value.status == 409


@pytest.mark.parametrize("by", Mover)
@pytest.mark.parametrize("current", [CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.ON_HOLD, CaseStatus.ARCHIVED])
def test_case_without_an_answer_is_not_closed(current: CaseStatus, by: Mover) -> None:
    with pytest.raises(NotAnsweredError, match="belum ditanggapi"):
        check_move(current, CaseStatus.CLOSED, by)


def test_work_that_has_begun_is_not_archived_without_an_answer() -> None:
    with pytest.raises(MoveNotAllowedError, match="sudah berubah"):
        check_move(CaseStatus.IN_PROGRESS, CaseStatus.ARCHIVED, Mover.OFFICER)


def test_every_status_can_be_reached_from_new() -> None:
    reached, frontier = {CaseStatus.NEW}, [CaseStatus.NEW]
    while frontier:
        current = frontier.pop()
        frontier = [*({to for start, to in MOVES if start is current} - reached), *frontier]
        reached.update(frontier)
    assert reached == set(CaseStatus)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.CONFIRMED, CaseStatus.CLOSED),
        (Outcome.PARTLY, CaseStatus.CLOSED),
        (Outcome.DISPUTED, CaseStatus.IN_PROGRESS),
    ],
)
def test_citizens_word_puts_an_answered_case_on_its_way(outcome: Outcome, expected: CaseStatus) -> None:
    now = at("2026-01-06")
    reached = status_after(CaseStatus.ANSWERED, outcome, now=now, silence_ends_at=now + timedelta(days=9))
    assert reached is expected
    check_move(CaseStatus.ANSWERED, reached, Mover.CITIZEN)


def test_silence_closes_only_when_the_window_has_ended() -> None:
    ends_at = silence_ends(at("2026-01-05"), DEFAULT_SLA_RULES[0], OFFICE)
    almost = ends_at - timedelta(seconds=1)
    with pytest.raises(WindowOpenError, match="masih mempunyai waktu"):
        status_after(CaseStatus.ANSWERED, Outcome.SILENT, now=almost, silence_ends_at=ends_at)
    closed = status_after(CaseStatus.ANSWERED, Outcome.SILENT, now=ends_at, silence_ends_at=ends_at)
    assert closed is CaseStatus.CLOSED


@pytest.mark.parametrize("current", [status for status in CaseStatus if status is not CaseStatus.ANSWERED])
def test_answer_that_was_not_given_cannot_be_judged(current: CaseStatus) -> None:
    now = at("2026-01-06")
    with pytest.raises(NotAnsweredError, match="Belum ada tanggapan"):
        status_after(current, Outcome.CONFIRMED, now=now, silence_ends_at=now)


def test_only_answered_and_closed_cases_are_reopened() -> None:
    reopening = {current for current in CaseStatus if is_reopening(current, CaseStatus.IN_PROGRESS)}
    assert reopening == {CaseStatus.ANSWERED, CaseStatus.CLOSED}
    assert not is_reopening(CaseStatus.ANSWERED, CaseStatus.CLOSED)


def test_buckets_of_lapor_are_all_used() -> None:
    assert {lapor_bucket(status) for status in CaseStatus} == {
        "belum_terverifikasi",
        "belum_ditindaklanjuti",
        "sedang_diproses",
        "selesai",
        "tertunda",
        "arsip",
    }
    assert lapor_bucket(CaseStatus.ANSWERED) == "sedang_diproses"
