"""The calendars of an agency and its units through the whole path: rows in, deadlines of a case out."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.errors import ConfigurationError
from feedback_app.handling.clocks.in_force import Clocks, Run, clocks_of
from feedback_app.handling.clocks.open_deadlines import differences
from feedback_app.handling.clocks.sla import DEFAULT_SLA_RULES, CaseClock, Pause, Step
from feedback_app.handling.clocks.working_days import Week, WorkingCalendar
from feedback_app.handling.models import Case
from feedback_app.handling.operations import respond
from feedback_app.handling.rules import Classification
from feedback_app.organisation.hours import set_hours
from feedback_app.organisation.models import Unit, UnitVersion
from feedback_app.organisation.national_days import import_holidays
from tests import factories as make
from tests.blueprints.office import Office, new_office
from tests.handling.test_rules import SIX_DAYS, VECTORS, WITA, WITH_CUTI_BERSAMA, at, dates

SIX: frozenset[int] = frozenset(range(6))
WIB = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def office(session: Session) -> Office:
    found = new_office(session)
    import_holidays(session, agency_id=found.agency.id, years=range(2025, 2028))
    return found


def give_hours(
    session: Session, office: Office, unit: Unit | None, starts_on: str, workdays: frozenset[int] = SIX,
    closes: time = time(16, 0),
) -> None:  # fmt: skip
    set_hours(
        session, office.agency.id, unit.id if unit else None, starts_on=date.fromisoformat(starts_on),
        workdays=workdays, opens=time(7, 30), closes=closes, today=make.TODAY, actor=SYSTEM, now=make.NOW,
    )  # fmt: skip


def local_days(case: Case) -> list[date]:
    due = (case.verify_due_at, case.reply_due_at, case.resolve_due_at)
    return [moment.astimezone(WITA).date() for moment in due if moment]


@pytest.mark.parametrize(("received", "expected", "_"), VECTORS)
def test_case_of_a_report_has_the_days_of_the_published_vectors(
    session: Session, office: Office, received: str, expected: str, _: str
) -> None:
    verify_on, reply_on, silence_on, resolve_on, oversight_on = dates(expected)
    case = office.report(at=at(received))
    assert local_days(case) == [verify_on, reply_on, resolve_on]
    assert {moment.astimezone(WITA).time() for moment in (case.verify_due_at, case.reply_due_at)} == {time(16, 0)}
    clocks = clocks_of(session, case.agency_id)
    due = clocks.deadlines(Classification.OVERSIGHT, at(received), case.unit_id).resolve_due_at
    assert due is not None
    assert due.astimezone(WITA).date() == oversight_on
    officer = make.user(session)
    respond(session, case, "KTP Anda sudah dicetak dan dapat diambil.", user_id=officer.id, now=at(received))
    assert case.silence_ends_at is not None
    assert case.silence_ends_at.astimezone(WITA).date() == silence_on


def test_unit_of_six_days_has_saturdays_and_the_units_below_it_too(session: Session, office: Office) -> None:
    below = make.unit(session, office.agency, parent=office.unit)
    give_hours(session, office, office.unit, "2026-01-01")
    clocks = clocks_of(session, office.agency.id)
    friday = at("2026-01-09")
    for unit_id in (office.unit.id, below.id):
        assert clocks.calendar_of(unit_id, friday).is_working_day(date(2026, 1, 10))
        verify = clocks.deadlines(Classification.NO_OVERSIGHT, friday, unit_id).verify_due_at
        assert verify == SIX_DAYS.end_of(SIX_DAYS.add_working_days(friday.date(), 3))
        assert clocks.hours_level(unit_id, make.TODAY) == office.unit.id
    assert not clocks.calendar_of(None, friday).is_working_day(date(2026, 1, 10))


def test_unit_with_hours_of_its_own_does_not_follow_the_one_above(session: Session, office: Office) -> None:
    below = make.unit(session, office.agency, parent=office.unit)
    give_hours(session, office, office.unit, "2026-01-01")
    give_hours(session, office, below, "2026-01-01", frozenset(range(5)))
    clocks = clocks_of(session, office.agency.id)
    assert not clocks.calendar_of(below.id, at("2026-01-09")).is_working_day(date(2026, 1, 10))


def test_hours_of_the_whole_agency_change_on_a_day_and_not_before(session: Session, office: Office) -> None:
    give_hours(session, office, None, "2026-02-01")
    calendar = clocks_of(session, office.agency.id).calendar_of(office.unit.id, at("2026-01-20"))
    assert not calendar.is_working_day(date(2026, 1, 31))
    assert calendar.is_working_day(date(2026, 2, 7))


def test_report_in_front_of_a_change_is_counted_by_the_days_the_office_really_works(
    session: Session, office: Office
) -> None:
    give_hours(session, office, None, "2026-02-01")
    friday = at("2026-01-30")
    due = clocks_of(session, office.agency.id).deadlines(Classification.NO_OVERSIGHT, friday, office.unit.id)
    # Monday to Saturday of the first week with six days, and the Monday before the day off that follows.
    assert due.reply_due_at.astimezone(WITA).date() == date(2026, 2, 6)
    assert due.verify_due_at.astimezone(WITA).date() == date(2026, 2, 4)


def test_closing_time_of_the_last_day_is_that_of_the_day(session: Session, office: Office) -> None:
    give_hours(session, office, office.unit, "2026-01-08", closes=time(14, 0))
    due = clocks_of(session, office.agency.id).deadlines(Classification.NO_OVERSIGHT, at("2026-01-05"), office.unit.id)
    assert due.verify_due_at.astimezone(WITA).isoformat() == "2026-01-08T14:00:00+08:00"


def test_cut_off_is_that_of_the_unit(session: Session, office: Office) -> None:
    give_hours(session, office, office.unit, "2026-01-01", closes=time(14, 0))
    clocks = clocks_of(session, office.agency.id)
    afternoon = at("2026-01-05", "15:00")
    assert clocks.calendar_of(office.unit.id, afternoon).received_on(afternoon) == date(2026, 1, 6)
    assert clocks.calendar_of(None, afternoon).received_on(afternoon) == date(2026, 1, 5)


def test_one_moment_has_the_date_of_each_office(session: Session) -> None:
    moment = datetime.fromisoformat("2026-01-05T16:30:00+08:00")  # 15.30 WIB
    days = []
    for zone in ("Asia/Makassar", "Asia/Jakarta", "Asia/Jayapura"):
        agency = make.agency(session, time_zone=zone)
        due = clocks_of(session, agency.id).deadlines(Classification.NO_OVERSIGHT, moment)
        days.append(due.verify_due_at.astimezone(ZoneInfo(zone)).isoformat())
    assert days == ["2026-01-09T16:00:00+08:00", "2026-01-08T16:00:00+07:00", "2026-01-09T16:00:00+09:00"]


def test_weeks_out_of_order_are_refused() -> None:
    weeks = tuple(Week(date(2026, month, 1), SIX, time(7), time(14)) for month in (3, 2))
    with pytest.raises(ConfigurationError, match="order"):
        WorkingCalendar(WITA, later=weeks)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 9, 1), timezones=st.just(WITA))  # noqa: DTZ001
spans = st.lists(st.tuples(moments, moments).map(lambda pair: (min(pair), max(pair))), max_size=4)
weeks = st.lists(
    st.builds(
        Week,
        st.dates(date(2026, 1, 1), date(2026, 12, 1)),
        st.frozensets(st.integers(0, 6), min_size=1),
        st.just(time(7, 30)),
        st.sampled_from([time(14, 0), time(16, 0)]),
    ),
    max_size=3,
    unique_by=lambda week: week.starts_on,
).map(lambda found: tuple(sorted(found, key=lambda week: week.starts_on)))


def due_of(later: tuple[Week, ...], start: datetime, pauses: list[Pause]) -> list[datetime]:
    clocks = Clocks(WorkingCalendar(WITA, WITH_CUTI_BERSAMA, later=later), DEFAULT_SLA_RULES)
    run = Run(start, pauses)
    due = clocks.deadlines(Classification.NO_OVERSIGHT, run)
    rungs = [clocks.rung_at(Classification.NO_OVERSIGHT, run, None, CaseClock.REPLY, step) for step in (Step.HEAD,)]
    return [
        due.verify_due_at,
        due.reply_due_at,
        *([due.resolve_due_at] if due.resolve_due_at else []),
        *filter(None, rungs),
    ]


@given(weeks, moments, spans)
@settings(max_examples=60, deadline=None)
def test_pause_never_makes_a_deadline_earlier(
    later: tuple[Week, ...], start: datetime, pauses: list[tuple[datetime, datetime]]
) -> None:
    lists = [due_of(later, start, list(pauses[:count])) for count in range(len(pauses) + 1)]
    for fewer, more in pairwise(lists):
        assert all(one <= other for one, other in zip(fewer, more, strict=True))


@given(weeks, moments, spans, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_of_pauses_does_not_matter(
    later: tuple[Week, ...], start: datetime, pauses: list[tuple[datetime, datetime]], chance: object
) -> None:
    shuffled = list(pauses)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert due_of(later, start, list(pauses)) == due_of(later, start, list(shuffled))


@given(weeks, moments, moments)
@settings(max_examples=60, deadline=None)
def test_later_report_never_has_an_earlier_deadline_whatever_the_hours(
    later: tuple[Week, ...], one: datetime, other: datetime
) -> None:
    first, second = sorted((one, other))
    assert all(a <= b for a, b in zip(due_of(later, first, [])[:3], due_of(later, second, [])[:3], strict=True))


def test_pause_that_goes_on_counts_nothing_yet() -> None:
    start = at("2026-02-02")
    assert due_of((), start, [(at("2026-02-03"), None)]) == due_of((), start, [])


def test_unit_that_will_move_has_the_hours_of_those_above_it_now_until_its_day(
    session: Session, office: Office
) -> None:
    above = make.unit(session, office.agency)
    give_hours(session, office, above, "2026-01-01")
    case = office.report(at=make.NOW)
    before = local_days(case)
    place = session.scalars(sa.select(UnitVersion).where(UnitVersion.unit_id == office.unit.id)).one()
    place.ends_on = date(2026, 12, 31)
    session.flush()
    session.add(
        UnitVersion(
            agency_id=place.agency_id, unit_id=place.unit_id, parent_id=above.id, name=place.name, kind=place.kind,
            address=None, starts_on=date(2027, 1, 1),
        )
    )  # fmt: skip
    session.flush()
    assert list(differences(session, office.agency.id)) == []
    assert local_days(office.report(at=make.NOW)) == before
    clocks = clocks_of(session, office.agency.id)
    assert clocks.hours_level(office.unit.id, date(2026, 12, 31)) is None
    assert clocks.hours_level(office.unit.id, date(2027, 1, 1)) == above.id
