"""What everybody may read of stored surveys, laid beside each other: nobody's answers are left over."""

from __future__ import annotations

import io
import itertools
import json
import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import openpyxl
import pytest
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.organisation.models import Agency, Unit
from feedback_app.reporting.document import document
from feedback_app.reporting.files import ReportFile, make_all
from feedback_app.reporting.files import make as make_file
from feedback_app.reporting.gathering import gather
from feedback_app.reporting.protection import TooFewToPublishError, protected
from feedback_app.reporting.report_data import Report, Signing
from feedback_app.survey.models import Period
from feedback_app.survey.published import published_results
from feedback_app.survey.results import publish
from feedback_app.survey.rules import Averaging
from tests import factories as make
from tests.reporting.surveys import closed
from tests.survey import makers

SIGNING = Signing("Kupang", date(2026, 7, 3))
VICTIM = (1, 4, 2, 3, 1, 4, 2, 3, 1)
WITHOUT_FEE = (4, 4, 4, None, 4, 4, 4, 4, 4)


def public(session: Session, period: Period, unit: Unit | None = None) -> Report:
    return protected(gather(session, period, unit.id if unit else None, signing=SIGNING))


def ended(session: Session, period: Period) -> None:
    closed(session, period)
    publish(session, period, now=make.NOW + timedelta(days=2), actor=SYSTEM)


def rows(n: int, dice: random.Random) -> list[list[int]]:
    return [[dice.choice((2, 3, 4)) for _ in range(9)] for _ in range(n)]


def surveyed_units(session: Session, sizes: tuple[int, ...], **values: Any) -> tuple[Agency, list[Unit], Period]:
    agency, dice = make.agency(session), random.Random(3)
    units = [make.unit(session, agency) for _ in sizes]
    period = makers.open_period(session, agency, units, **values)
    for unit, size in zip(units, sizes, strict=True):
        makers.respond_all(session, period, unit, rows(size, dice) if size > 1 else [VICTIM] * size)
    ended(session, period)
    return agency, units, period


def test_respondents_of_a_service_without_an_index_make_nobody_else_look_like_many(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    one, many = make.service(session, unit), make.service(session, unit)
    period = makers.open_period(session, agency, [one, many])
    makers.respond(session, period, unit, VICTIM, one)
    makers.respond_all(session, period, unit, [WITHOUT_FEE] * 30, many)
    ended(session, period)
    [published] = published_results(session, agency.id, unit.id)
    assert published.is_withheld
    internal = gather(session, period, unit.id, signing=SIGNING)
    assert internal.place.respondents == 1
    with pytest.raises(TooFewToPublishError):
        protected(internal)


def test_what_is_in_no_index_is_numbered_apart(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    whole, without = make.service(session, unit, name="KTP"), make.service(session, unit, name="Akta")
    few = make.service(session, unit, name="KIA")
    period = makers.open_period(session, agency, [whole, without, few])
    makers.respond_all(session, period, unit, rows(12, random.Random(1)), whole)
    makers.respond_all(session, period, unit, [WITHOUT_FEE] * 30, without)
    makers.respond_all(session, period, unit, [WITHOUT_FEE] * 3, few)
    ended(session, period)
    [published] = published_results(session, agency.id, unit.id)
    assert published.respondents == 12
    assert {(one.service, one.received, one.elements) for one in published.left_out} == {
        ("Akta", 30, ("Biaya/Tarif",)), ("KIA", None, ("Biaya/Tarif",)),
    }  # fmt: skip
    internal = gather(session, period, unit.id, signing=SIGNING)
    assert (internal.place.respondents, internal.place.received) == (12, 45)
    assert "3 kuesioner dari KIA tidak masuk indeks: unsur Biaya/Tarif belum dijawab." in str(document(internal))
    told = str(document(protected(internal)))
    assert "30 kuesioner dari Akta tidak masuk indeks: unsur Biaya/Tarif belum dijawab." in told
    assert "Kurang dari 10 kuesioner dari KIA tidak masuk indeks" in told


@pytest.mark.parametrize("averaging", list(Averaging))
def test_the_agency_less_its_units_leaves_nobody_over(session: Session, averaging: Averaging) -> None:
    agency, units, period = surveyed_units(session, (12, 15, 1), agency_averaging=averaging)
    report = public(session, period)
    shown = [found[0] for found in (published_results(session, agency.id, unit.id) for unit in units)]
    shown = [one for one in shown if not one.is_withheld]
    assert report.place.respondents == sum(one.respondents or 0 for one in shown) == 27
    assert report.units_left_out == 1
    internal = gather(session, period, None, signing=SIGNING).place
    for element in report.place.elements:
        own = [(unit.respondents or 0, one.mean) for unit in internal.parts for one in unit.elements
               if one.key == element.key and (unit.respondents or 0) >= 10]  # fmt: skip
        if averaging is Averaging.MEAN:
            assert element.mean * 2 == sum(mean for _n, mean in own)
        else:
            assert element.mean * 27 == sum(n * mean for n, mean in own)
    assert not report.characteristics
    assert not report.blocks
    assert not report.warnings
    assert not any(one.counts for one in report.questions)
    assert "dibentuk dari 2 unit" in str(document(report))
    assert "1 unit lain tidak dimasukkan" in str(document(report))
    for one in make_all(report):
        assert one.content


@pytest.mark.parametrize("averaging", list(Averaging))
def test_with_all_units_public_the_public_agency_is_the_stored_one(session: Session, averaging: Averaging) -> None:
    _agency, _units, period = surveyed_units(session, (12, 15, 11), agency_averaging=averaging)
    internal, report = gather(session, period, None, signing=SIGNING).place, public(session, period)
    assert (report.place.value, report.place.low, report.place.high) == (internal.value, internal.low, internal.high)
    assert [one.mean for one in report.place.elements] == [one.mean for one in internal.elements]
    assert report.units_left_out == 0


@pytest.mark.parametrize("sizes", [(30, 9, 3), (30,), (9, 9)])
def test_an_agency_of_fewer_than_two_public_units_has_no_public_version(
    session: Session, sizes: tuple[int, ...]
) -> None:
    _agency, _units, period = surveyed_units(session, sizes)
    with pytest.raises(TooFewToPublishError):
        public(session, period)


def test_all_questionnaires_together_are_not_told_where_a_unit_withholds_a_service(session: Session) -> None:
    agency, dice = make.agency(session), random.Random(5)
    unit, other = make.unit(session, agency), make.unit(session, agency)
    services = [make.service(session, unit) for _ in range(2)]
    period = makers.open_period(session, agency, [*services, other], agency_averaging=Averaging.POOLED)
    makers.respond_all(session, period, unit, rows(12, dice), services[0])
    makers.respond(session, period, unit, VICTIM, services[1])
    makers.respond_all(session, period, other, rows(15, dice))
    ended(session, period)
    report = public(session, period)
    assert report.place.value is None
    assert all(unit.value is not None for unit in report.place.parts)
    assert "bagian yang tidak ditampilkan dapat" in str(document(report))
    assert all(one.content for one in make_all(report))


def test_an_element_that_few_answered_is_in_no_public_file(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    period = makers.open_period(session, agency, [unit])
    for fee in (1, 2, *[None] * 38):
        makers.respond(session, period, unit, [3, 3, 3, fee, 3, 4, 3, 3, 3])
    ended(session, period)
    report = public(session, period, unit)
    assert not report.place.elements
    assert not any(one.counts for one in report.questions)
    book = openpyxl.load_workbook(io.BytesIO(make_file(report, ReportFile.WORKBOOK).content))
    assert "Matriks" not in book.sheetnames
    assert [one.name for one in make_all(report) if "matriks" in one.name] == []


def test_elements_of_a_service_do_not_follow_from_the_whole_and_the_others(session: Session) -> None:
    agency, dice = make.agency(session), random.Random(7)
    unit = make.unit(session, agency)
    one, other = make.service(session, unit), make.service(session, unit)
    period = makers.open_period(session, agency, [one, other])
    makers.respond_all(session, period, unit, rows(20, dice), one)
    makers.respond_all(session, period, unit, [(3, 3, 3, fee, 3, 4, 3, 3, 3) for fee in (1, 2, *[None] * 10)], other)
    ended(session, period)
    report = public(session, period, unit)
    assert [part.value is None for part in report.place.parts] == [False, False]
    assert not any(part.elements for part in report.place.parts)
    assert not any(row["unsur"] for row in json.loads(make_file(report, ReportFile.DATA_JSON).content)["data"][:2])


@pytest.mark.parametrize("averaging", list(Averaging))
def test_no_withheld_service_can_be_solved_for(session: Session, averaging: Averaging) -> None:
    """Sums of all and the mean of services are two equations; with two services hidden, one of them must be missing."""
    agency, dice = make.agency(session), random.Random(11)
    unit = make.unit(session, agency)
    services = [make.service(session, unit) for _ in range(3)]
    period = makers.open_period(session, agency, services, unit_averaging=averaging)
    for service, size in zip(services, (20, 12, 1), strict=True):
        makers.respond_all(session, period, unit, rows(size, dice) if size > 1 else [VICTIM], service)
    ended(session, period)
    internal, report = gather(session, period, unit.id, signing=SIGNING).place, public(session, period, unit)
    assert [part.value is None for part in report.place.parts].count(True) == 2
    assert not any(one.counts for one in report.questions if one.element)
    (shown,) = (part for part in report.place.parts if part.value is not None)
    element = internal.elements[0]
    own = next(one for one in shown.elements if one.key == element.key)
    if averaging is Averaging.MEAN:
        left = element.mean * 3 - own.mean
        fits = {low for low in (Fraction(total, 12) for total in range(12, 49)) if 1 <= left - low <= 4
                and (left - low).denominator == 1}  # fmt: skip
    else:
        left = element.mean * 33 - own.mean * 20
        fits = {Fraction(left - one, 12) for one, n in itertools.product(range(1, 5), (12,)) if 12 <= left - one <= 48}
    assert len(fits) >= 2


def test_the_unit_page_and_the_report_for_everybody_give_the_same_index(session: Session) -> None:
    agency, units, period = surveyed_units(session, (12, 15, 1))
    for unit in units[:2]:
        [page] = published_results(session, agency.id, unit.id)
        place = public(session, period, unit).place
        assert (place.value, place.respondents) == (page.value, page.respondents)
        assert isinstance(place.value, Decimal)
