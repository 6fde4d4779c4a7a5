"""Which working days nobody was responsible for, and what does not fit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from feedback_app.organisation.people.gap_search import GapPeriodError, find_gaps
from feedback_app.organisation.people.gaps import CounterDays, Gap, GapKind, UnitDays, gaps_of_unit
from feedback_app.organisation.people.post_rules import PostFields, acting_too_long
from feedback_app.organisation.rules import AssignmentKind
from tests import factories as make
from tests.organisation.people.town import town

MONDAY = date(2026, 5, 11)
WEEK = [MONDAY + timedelta(days=number) for number in range(5)]
KTP, KK = 7, 8


def post(first: int = -100, last: int | None = None, *, who: int = 1, **values: object) -> PostFields:
    """A post from a working day (counted from Monday) to another."""
    fields = {
        "employee_id": who, "unit_id": 1, "position": "Petugas", "kind": AssignmentKind.DEFINITIVE,
        "decree_number": "800", "starts_on": MONDAY + timedelta(days=first),
        "ends_on": None if last is None else MONDAY + timedelta(days=last), **values,
    }  # fmt: skip
    return PostFields(**fields)  # type: ignore[arg-type]


HEAD = post(is_head=True, share=Decimal(0), who=9)


def found(kind: GapKind, posts: list[PostFields], **unit: object) -> list[Gap]:
    values = {"services": (), "counters": (), "days": WEEK, **unit}
    return [gap for gap in gaps_of_unit(UnitDays(1, posts=posts, **values)) if gap.kind is kind]  # type: ignore[arg-type]


def test_a_covered_week_has_no_gaps() -> None:
    assert gaps_of_unit(UnitDays(1, WEEK, [HEAD, post()], ())) == []


def test_days_between_two_posts_are_one_gap_of_working_days() -> None:
    friday_before = MONDAY - timedelta(days=3)
    days = [friday_before, *WEEK]
    gaps = found(GapKind.NOBODY, [post(last=-4), post(first=2)], days=days)
    assert [(gap.first, gap.last, gap.days) for gap in gaps] == [(friday_before, WEEK[1], 3)]


def test_a_weekend_between_two_posts_is_no_gap() -> None:
    days = [MONDAY - timedelta(days=3), *WEEK]
    assert found(GapKind.NOBODY, [post(last=-3), post(first=0)], days=days) == []


def test_a_service_is_covered_by_its_own_people_or_those_of_the_whole_unit() -> None:
    own = post(service_id=KTP)
    assert [gap.service_id for gap in found(GapKind.NOBODY, [own], services=(KTP, KK))] == [KK]
    assert found(GapKind.NOBODY, [own, post(who=2)], services=(KTP, KK)) == []


def test_a_share_of_nothing_covers_nothing() -> None:
    assert len(found(GapKind.NOBODY, [post(share=Decimal(0))])) == 1


def test_a_counter_without_an_entry_falls_back_upon_assignments_or_upon_nobody() -> None:
    filled = frozenset(WEEK) - {WEEK[1], WEEK[3]}
    counter = CounterDays(5, KTP, MONDAY, filled)
    posts = [HEAD, post(last=2, service_id=KTP)]
    empty = found(GapKind.NO_DUTY_ENTRY, posts, counters=(counter,))
    nobody = found(GapKind.NOBODY_AT_COUNTER, posts, counters=(counter,))
    assert [(gap.first, gap.counter_id) for gap in empty] == [(WEEK[1], 5)]
    assert [gap.first for gap in nobody] == [WEEK[3]]


def test_a_counter_has_no_gaps_before_it_was_there() -> None:
    counter = CounterDays(5, None, WEEK[3], frozenset())
    assert [gap.first for gap in found(GapKind.NO_DUTY_ENTRY, [post()], counters=(counter,))] == [WEEK[3]]


def test_a_head_who_left_leaves_the_post_vacant_until_a_plt_comes() -> None:
    acting = post(first=3, kind=AssignmentKind.ACTING_VACANT, is_head=True)
    gaps = found(GapKind.VACANT_HEAD, [post(last=0, is_head=True), acting])
    assert [(gap.first, gap.last) for gap in gaps] == [(WEEK[1], WEEK[2])]


def test_a_plh_stands_in_for_a_head_who_is_there_and_for_nobody_else() -> None:
    plh = post(who=2, kind=AssignmentKind.ACTING_ABSENT, is_head=True)
    assert found(GapKind.ABSENT_WITHOUT_HOLDER, [HEAD, plh]) == []
    assert len(found(GapKind.ABSENT_WITHOUT_HOLDER, [plh])) == 1


@pytest.mark.parametrize(
    ("shares", "is_wrong"),
    [((1,), False), (("0.5", "0.5"), False), (("0.3333", "0.3333", "0.3334"), False), (("0.6", "0.6"), True)],
)
def test_shares_of_one_service_that_do_not_add_up_are_told(shares: tuple[str, ...], is_wrong: bool) -> None:
    posts = [post(who=number, share=Decimal(share)) for number, share in enumerate(shares)]
    assert bool(found(GapKind.SHARES, posts)) is is_wrong


def test_a_plt_prolonged_once_is_usual_and_a_second_time_is_too_long() -> None:
    terms = [
        post(kind=AssignmentKind.ACTING_VACANT, is_head=True, starts_on=first, ends_on=last)
        for first, last in (
            (date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 6, 30)),
            (date(2026, 7, 1), date(2026, 7, 31)),
        )
    ]  # fmt: skip
    assert acting_too_long(terms[:2]) == []
    assert acting_too_long(terms) == [terms[2]]
    assert acting_too_long([terms[0], terms[2]]) == []


@given(st.lists(st.tuples(st.integers(-3, 8), st.integers(0, 8)), max_size=5))
def test_every_working_day_is_either_covered_or_in_exactly_one_gap(spans: list[tuple[int, int]]) -> None:
    posts = [post(first, first + length, who=number) for number, (first, length) in enumerate(spans)]
    gaps = found(GapKind.NOBODY, posts)
    for day in WEEK:
        covered = any(p.starts_on <= day and p.ends_on is not None and day <= p.ends_on for p in posts)
        assert sum(gap.first <= day <= gap.last for gap in gaps) == (not covered)
    assert sum(gap.days for gap in gaps) == sum(gap.first <= day <= gap.last for day in WEEK for gap in gaps)


def test_people_without_post_or_account_and_posts_after_leaving_are_found(session: Session) -> None:
    at = town(session)
    at.ana.left_on = make.TODAY - timedelta(days=9)
    clerk = make.employee(session, at.agency, name="Citra")
    make.assignment(session, clerk, at.unit)
    session.flush()
    gaps = find_gaps(
        session, at.agency, MONDAY, MONDAY + timedelta(days=4), unit_ids=[at.unit.id], people_too=True,
        working_days=lambda _unit, _first, _last: WEEK,
    )  # fmt: skip
    about = {(gap.kind, gap.employee_id) for gap in gaps if gap.employee_id}
    assert about == {
        (GapKind.POST_AFTER_LEAVING, at.ana.id), (GapKind.NO_POST, at.budi.id), (GapKind.NO_ACCOUNT, clerk.id),
    }  # fmt: skip


def test_more_than_a_year_is_not_looked_through_at_once(session: Session) -> None:
    at = town(session)
    with pytest.raises(GapPeriodError):
        find_gaps(
            session, at.agency, date(2024, 1, 1), MONDAY, unit_ids=[], people_too=False,
            working_days=lambda _unit, _first, _last: WEEK,
        )  # fmt: skip
