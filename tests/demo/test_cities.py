"""What the files of the four cities say fits together."""

from __future__ import annotations

from collections import Counter

import pytest

from feedback_app.demo.cities import CITY_CODES, City, cities, scaled
from feedback_app.demo.replies import answer_to
from feedback_app.demo.texts import INTEGRITY_SECTOR, corpus
from feedback_app.intake.rules import SubmissionKind
from feedback_app.nlp.labels import Aspect
from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.rules import parse_unit_code

each_city = pytest.mark.parametrize("city", cities(), ids=CITY_CODES)


def test_the_four_cities_are_those_of_the_plan() -> None:
    assert [(city.region_code, city.time_zone) for city in cities()] == [
        ("53.71", "Asia/Makassar"),
        ("52.71", "Asia/Makassar"),
        ("12.74", "Asia/Jakarta"),
        ("36.74", "Asia/Jakarta"),
    ]
    assert 12_000 <= sum(city.ratings for city in cities()) <= 20_000


@each_city
def test_every_unit_stands_under_one_that_comes_before_it(city: City) -> None:
    seen: set[str] = set()
    for unit in city.units:
        assert parse_unit_code(unit.code) == unit.code
        assert unit.under is None or unit.under in seen
        seen.add(unit.code)
    assert len(seen) == len(city.units)


@each_city
def test_a_city_has_its_root_its_inspectorate_and_enough_units_with_services(city: City) -> None:
    kinds = Counter(unit.kind for unit in city.units)
    assert kinds[UnitKind.INSPECTORATE] == 1
    assert 2 <= kinds[UnitKind.HEALTH_CENTRE] <= 3
    serving = [unit for unit in city.units if unit.services]
    assert 10 <= len(serving) <= 17
    assert all(2 <= len(unit.services) <= 5 for unit in serving)
    assert [unit.code for unit in city.units if unit.under is None] == ["setda", "inspektorat"]


@each_city
def test_a_roster_has_an_officer_for_each_service(city: City) -> None:
    for unit in city.units:
        assert len(unit.spread) == (len(unit.services) if unit.staffing == "roster" else 0)


@each_city
def test_the_sectors_are_those_of_the_corpus(city: City) -> None:
    known = {example.sector for example in corpus()} | {INTEGRITY_SECTOR}
    assert {service.sector for unit in city.units for service in unit.services} <= known


def test_a_scaled_city_keeps_a_text_for_every_service_that_has_texts() -> None:
    city = scaled(cities()[0], 0.001)
    assert city.ratings == 4
    assert {service.voices for unit in city.units for service in unit.services} == {0, 1}


@pytest.mark.parametrize("again", [False, True], ids=["first answer", "after a dispute"])
def test_there_is_an_answer_of_a_replys_length_to_everything(again: bool) -> None:
    from random import Random

    for kind in SubmissionKind:
        for aspect in Aspect:
            if kind is not SubmissionKind.UNSPECIFIED:
                words = answer_to(kind, aspect.value, "Dinas Sosial", Random(1), again=again)
                assert 10 <= len(words) <= 4000
                assert "{" not in words
