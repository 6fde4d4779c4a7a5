"""Texts come from the corpus, each once; ratings follow the people on duty."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random
from statistics import fmean
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from feedback_app.demo.cities import CITY_CODES, City, cities
from feedback_app.demo.duty import Duty
from feedback_app.demo.period import Period, months_later
from feedback_app.demo.posts import posts_of
from feedback_app.demo.texts import INTEGRITY_SECTOR, Hand, corpus, deal
from feedback_app.demo.visits import Visit, visits_of
from feedback_app.demo.voices import WATCHED_UNITS, Voice, voices_of
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.intake.rules import KINDS_WITH_CASE, SubmissionKind, reasons_for
from feedback_app.nlp.labels import Language
from feedback_app.nlp.urgency.integrity import INTEGRITY_ASPECTS

TODAY = date(2026, 11, 21)
each_city = pytest.mark.parametrize("city", cities(), ids=CITY_CODES)


def period_of(city: City) -> Period:
    """Return the demo's year of a city."""
    return Period(TODAY, ZoneInfo(city.time_zone))


def voices(city: City, hand: Hand) -> list[Voice]:
    """Return a city's texts."""
    period = period_of(city)
    return voices_of(city, period, WorkingCalendar(period.zone), hand, Random(city.code))


def visits(city: City, seed: int = 1) -> list[Visit]:
    """Return a city's ratings."""
    period = period_of(city)
    duty = Duty(posts_of(city, period, Random("7")), period)
    return visits_of(city, period, WorkingCalendar(period.zone), duty, np.random.default_rng(seed))


def test_each_text_of_the_corpus_is_used_once_in_all_cities_together() -> None:
    hands = deal(1)
    used = Counter(voice.text.id for city in cities() for voice in voices(city, hands[city.code]))
    used.update(example.id for hand in hands.values() for example in hand.reserved)
    assert set(used.values()) == {1}
    assert set(used) <= {example.id for example in corpus()}
    assert 1_000 <= len(used) <= 1_500


def test_what_a_city_says_does_not_depend_on_the_others() -> None:
    city = cities()[2]
    hands = deal(1)
    for other in cities()[:2]:
        voices(other, hands[other.code])
    assert voices(city, hands[city.code]) == voices(city, deal(1)[city.code])


@each_city
def test_a_text_goes_to_a_unit_of_its_sector_as_what_it_is(city: City) -> None:
    sectors = {(unit.code, service.code): service.sector for unit in city.units for service in unit.services}
    for voice in voices(city, deal(1)[city.code]):
        sector = sectors[voice.unit, voice.service]
        if sector == INTEGRITY_SECTOR:
            assert voice.text.aspect in INTEGRITY_ASPECTS
        else:
            assert voice.text.sector == sector
        if voice.kind is SubmissionKind.RATING:
            assert voice.rating is not None
            assert set(voice.reasons) <= set(reasons_for(voice.rating))
        else:
            assert voice.rating is None
            assert voice.text.kind.value == voice.kind.value


@each_city
def test_the_watched_inboxes_get_something_new_and_something_late(city: City) -> None:
    period = period_of(city)
    for unit in WATCHED_UNITS:
        waiting = [v for v in voices(city, deal(1)[city.code]) if v.waits and v.unit == unit]
        ages = [(period.today - period.day_of(voice.received_at)).days for voice in waiting]
        assert {voice.kind for voice in waiting} <= KINDS_WITH_CASE
        assert min(ages) <= 2
        assert max(ages) >= 10


def test_a_dialect_is_spoken_in_its_own_city_only() -> None:
    kupang, mataram = deal(1)["kupang"], deal(1)["mataram"]
    regional = [example for example in corpus() if example.language is Language.REGIONAL_MIX]
    ours = next(example for example in regional if {"beta", "sonde"} <= set(example.text.lower().split()))
    found: dict[str, list[str]] = {"kupang": [], "mataram": []}
    for code, hand in (("kupang", kupang), ("mataram", mataram)):
        while (drawn := hand.draw(ours.sector, ours.kind.value)) is not None:
            found[code].append(drawn.id)
    assert ours.id in found["kupang"]
    assert ours.id not in found["mataram"]


@each_city
def test_ratings_come_on_working_days_and_before_the_present_day(city: City) -> None:
    period = period_of(city)
    calendar = WorkingCalendar(period.zone)
    saturdays = {unit.code for unit in city.units if unit.open_on_saturday}
    found = visits(city)
    assert abs(len(found) - city.ratings) < 5 * city.ratings**0.5
    for visit in found:
        assert period.first_day <= visit.occurred_on <= period.day_of(visit.received_at) <= period.last_day
        assert calendar.is_working_day(visit.occurred_on) or visit.unit in saturdays
        assert set(visit.reasons) <= set(reasons_for(visit.rating))
        if visit.issued_at:
            assert visit.issued_at <= visit.received_at <= visit.issued_at + timedelta(days=14)
            assert visit.service
    assert found == visits(city)
    assert found != visits(city, seed=2)


def test_a_better_officer_gets_better_ratings() -> None:
    city, period = cities()[0], period_of(cities()[0])
    duty = Duty(posts_of(city, period, Random("7")), period)
    rated: dict[bool, list[int]] = {True: [], False: []}
    for visit in visits(city):
        if visit.unit == "dukcapil" and visit.issued_at and visit.service:
            effect = duty.effect(visit.unit, visit.service, visit.occurred_on)
            if abs(effect) > 0.2:
                rated[effect > 0].append(visit.rating)
    assert fmean(rated[True]) > fmean(rated[False]) + 0.3


@pytest.mark.parametrize(
    ("today", "quarter"),
    [
        pytest.param(date(2026, 11, 21), (date(2026, 7, 1), date(2026, 9, 30)), id="within a quarter"),
        pytest.param(date(2027, 1, 1), (date(2026, 10, 1), date(2026, 12, 31)), id="first day of a year"),
        pytest.param(date(2026, 3, 31), (date(2025, 10, 1), date(2025, 12, 31)), id="last day of a quarter"),
    ],
)
def test_the_last_full_quarter_is_over(today: date, quarter: tuple[date, date]) -> None:
    assert Period(today, ZoneInfo("Asia/Jakarta")).last_full_quarter() == quarter


def test_the_year_ends_at_midnight_at_the_agency() -> None:
    assert Period(TODAY, ZoneInfo("Asia/Makassar")).horizon.isoformat() == "2026-11-20T16:00:00+00:00"
    assert months_later(date(2026, 1, 1), -1) == date(2025, 12, 1)
