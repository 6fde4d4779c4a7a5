"""People and posts: valid numbers, no two alike, posts that may stand beside each other, somebody always there."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from feedback_app.demo.cities import CITY_CODES, City, cities
from feedback_app.demo.duty import Duty
from feedback_app.demo.period import Period
from feedback_app.demo.posts import Post, posts_of
from feedback_app.organisation.rules import AssignmentKind, parse_nip
from tests.organisation.overlaps import PostSpan, overlap_problem

TODAYS = [
    pytest.param(date(2026, 11, 21), id="an autumn day"),
    pytest.param(date(2027, 1, 1), id="New Year"),
    pytest.param(date(2028, 2, 29), id="leap day"),
    pytest.param(date(2026, 6, 30), id="last day of a quarter"),
    pytest.param(date(2026, 7, 1), id="first day of a quarter"),
]
each_city = pytest.mark.parametrize("city", cities(), ids=CITY_CODES)


def posts(city: City, today: date = date(2026, 11, 21), seed: int = 7) -> tuple[Period, list[Post]]:
    """Return the posts of a city."""
    period = Period(today, ZoneInfo(city.time_zone))
    return period, posts_of(city, period, Random(f"{seed}/{city.code}"))


@pytest.mark.parametrize("today", TODAYS)
@each_city
def test_no_post_may_not_stand_beside_the_others(city: City, today: date) -> None:
    _, given = posts(city, today)
    spans = [
        PostSpan(post.person.key, hash(post.unit), hash(post.service) if post.service else None, post.kind,
                 post.is_head, post.starts_on, post.ends_on)
        for post in given
    ]  # fmt: skip
    for number, span in enumerate(spans):
        assert overlap_problem(span, spans[:number]) is None, given[number]


@pytest.mark.parametrize("today", TODAYS)
@each_city
def test_somebody_answers_for_every_service_on_every_day(city: City, today: date) -> None:
    period, given = posts(city, today)
    covered: dict[tuple[str, str | None], set[date]] = defaultdict(set)
    days = [period.first_day + timedelta(days=number) for number in range(366)]
    for post in given:
        if post.share > 0:
            covered[post.unit, post.service].update(day for day in days if post.holds_on(day))
    for unit in city.units:
        for service in unit.services:
            there = covered[unit.code, service.code] | covered[unit.code, None]
            assert there >= set(days), (unit.code, service.code)


@each_city
def test_the_year_has_every_kind_of_post(city: City) -> None:
    period, given = posts(city)
    by_kind = defaultdict(list)
    for post in given:
        by_kind[post.kind].append(post)
    first, second = by_kind[AssignmentKind.ACTING_VACANT]
    assert first.person == second.person
    assert second.starts_on == (first.ends_on or date.max) + timedelta(days=1)
    (away,) = by_kind[AssignmentKind.ACTING_ABSENT]
    quarter = period.last_closed_quarter()
    assert quarter[0] <= away.starts_on <= (away.ends_on or date.max) <= quarter[1]
    (extra,) = by_kind[AssignmentKind.ADDITIONAL]
    assert not extra.is_head
    assert extra.service
    assert len({post.decree_number for post in given}) == len(given)


@each_city
def test_heads_and_officers_change_places_within_the_year(city: City) -> None:
    _, given = posts(city)
    for units, is_head in ((city.stories.heads_change_places, True), (city.stories.officers_change_places, False)):
        seen = defaultdict(set)
        for post in given:
            if post.unit in units and post.is_head is is_head and post.kind is AssignmentKind.DEFINITIVE:
                seen[post.person.key].add(post.unit)
        assert sum(where == set(units) for where in seen.values()) == 2


def test_all_people_have_valid_numbers_and_no_two_are_alike() -> None:
    people = [post.person for city in cities() for post in posts(city)[1]]
    by_nip = {person.nip: person for person in people}
    assert len(by_nip) == len({id(person) for person in people})
    kinds = set()
    for nip in by_nip:
        number = parse_nip(nip, today=date(2026, 11, 21))
        assert not number.warnings
        kinds.add(number.kind)
    assert kinds == {"pns", "pppk"}
    for city in cities():
        here = {post.person.key: post.person.name for post in posts(city)[1]}
        assert len(set(here.values())) == len(here)


def test_the_same_seed_and_day_give_the_same_posts() -> None:
    city = cities()[1]
    assert posts(city)[1] == posts(city)[1]
    assert posts(city)[1] != posts(city, seed=8)[1]


def test_the_quality_of_a_day_is_that_of_the_officer_on_duty() -> None:
    period, given = posts(cities()[0])
    duty = Duty(given, period)
    day = period.last_day
    officer = next(post for post in given if post.unit == "dukcapil" and post.service and post.holds_on(day))
    head = next(post for post in given if post.unit == "dukcapil" and post.is_head and post.holds_on(day))
    expected = 0.9 * officer.person.quality + 0.1 * head.person.quality
    assert duty.effect("dukcapil", officer.service, day) == pytest.approx(expected)


def test_a_plh_stands_in_the_place_of_the_head() -> None:
    period, given = posts(cities()[1])
    deputy = next(post for post in given if post.kind is AssignmentKind.ACTING_ABSENT)
    duty = Duty(given, period)
    away, back = deputy.starts_on, (deputy.ends_on or date.max) + timedelta(days=1)
    head = next(post for post in given if post.unit == deputy.unit and post.is_head and post is not deputy)
    assert duty.effect(deputy.unit, None, away) == pytest.approx(deputy.person.quality)
    assert duty.effect(deputy.unit, None, back) == pytest.approx(head.person.quality)
