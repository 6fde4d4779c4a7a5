"""Whom a period surveys, how many people that is, and how many must answer."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.organisation.models import Agency, Unit
from feedback_app.survey import targets
from feedback_app.survey.models import Period
from feedback_app.survey.periods import PeriodStateError
from feedback_app.survey.populations import LINE_SENTENCES, Noted, note_populations
from feedback_app.survey.progress import asked_for, by_unit
from feedback_app.survey.queries import targets_of
from feedback_app.survey.targets import BadTargetError, Scope, TargetWanted
from tests import factories as make
from tests.survey import makers

BY: dict[str, Any] = {"actor": SYSTEM, "now": make.NOW}
DAY = date(2026, 5, 12)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def unit(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency, code="dukcapil", name="Dinas Dukcapil")


@pytest.fixture
def period(session: Session, agency: Agency) -> Period:
    return makers.draft_period(session, agency)


def places(session: Session, period: Period) -> set[tuple[int, int | None]]:
    return {(one.unit_id, one.service_id) for one in targets_of(session, period.agency_id, period.id)}


def put(session: Session, period: Period, unit: Unit, *wanted: TargetWanted) -> None:
    seen = targets.seen_mark(targets_of(session, period.agency_id, period.id, unit.id))
    targets.set_unit(session, period, unit.id, wanted, seen=seen, **BY)


def add(session: Session, period: Period, unit: Unit | None, scope: Scope, *, by_service: bool = True) -> int:
    unit_id = unit.id if unit else None
    return targets.add_units(session, period, unit_id, scope, by_service=by_service, day=DAY, **BY)


def test_units_come_alone_with_all_below_or_as_a_whole_agency(
    session: Session, agency: Agency, unit: Unit, period: Period
) -> None:
    below = make.unit(session, agency, parent=unit)
    lowest, beside = make.unit(session, agency, parent=below), make.unit(session, agency)
    assert add(session, period, below, Scope.ONE) == 1
    assert places(session, period) == {(below.id, None)}
    assert add(session, period, unit, Scope.BELOW) == 2
    assert {place for place, _service in places(session, period)} == {unit.id, below.id, lowest.id}
    assert add(session, period, None, Scope.AGENCY) == 1
    assert (beside.id, None) in places(session, period)
    assert add(session, period, None, Scope.AGENCY) == 0


def test_services_are_surveyed_one_by_one_or_as_the_whole_unit(
    session: Session, agency: Agency, unit: Unit, period: Period
) -> None:
    services = {make.service(session, unit).id for _ in range(2)}
    make.service(session, unit, is_active=False)
    add(session, period, unit, Scope.ONE)
    assert places(session, period) == {(unit.id, one) for one in services}
    other = makers.draft_period(session, agency)
    add(session, other, unit, Scope.ONE, by_service=False)
    assert places(session, other) == {(unit.id, None)}


def test_a_unit_of_another_agency_is_not_surveyed(session: Session, period: Period) -> None:
    foreign = make.unit(session, make.agency(session))
    with pytest.raises(BadTargetError):
        add(session, period, foreign, Scope.ONE)
    assert places(session, period) == set()


def test_a_unit_is_written_anew_as_a_whole(session: Session, agency: Agency, unit: Unit, period: Period) -> None:
    service, web = make.service(session, unit), makers.instrument(session, agency)
    put(session, period, unit, TargetWanted(None, 759, "Register"), TargetWanted(service.id, None, "", web.id))
    rows = targets_of(session, agency.id, period.id, unit.id)
    assert [(one.service_id, one.population, one.instrument_id) for one in rows] == [
        (None, 759, None), (service.id, None, web.id),
    ]  # fmt: skip
    put(session, period, unit, TargetWanted(service.id, 20))
    assert places(session, period) == {(unit.id, service.id)}
    put(session, period, unit)
    assert places(session, period) == set()


def test_the_second_of_two_writers_is_told(session: Session, unit: Unit, period: Period) -> None:
    seen = targets.seen_mark([])
    targets.set_unit(session, period, unit.id, [TargetWanted(None, 100)], seen=seen, **BY)
    with pytest.raises(targets.TargetsChangedError):
        targets.set_unit(session, period, unit.id, [TargetWanted(None, 200)], seen=seen, **BY)


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(TargetWanted(None, 0), id="nobody served"),
        pytest.param(TargetWanted(None, 100_000_001), id="more than the country"),
        pytest.param(TargetWanted(None, 10, "x" * 201), id="a long source"),
        pytest.param(TargetWanted(999_999_999), id="no such service"),
        pytest.param(TargetWanted(None, None, "", 999_999_999), id="no such questionnaire"),
    ],
)
def test_what_cannot_be_surveyed_is_refused(session: Session, unit: Unit, period: Period, wanted: TargetWanted) -> None:
    with pytest.raises(BadTargetError):
        put(session, period, unit, wanted)


def test_a_service_of_another_unit_is_refused(session: Session, agency: Agency, unit: Unit, period: Period) -> None:
    foreign = make.service(session, make.unit(session, agency))
    with pytest.raises(BadTargetError):
        put(session, period, unit, TargetWanted(foreign.id))


def test_population_of_a_unit_is_its_own_number_or_the_sum_of_all_its_services(
    session: Session, agency: Agency, unit: Unit, period: Period
) -> None:
    one, two = make.service(session, unit), make.service(session, unit)
    put(session, period, unit, TargetWanted(one.id, 300), TargetWanted(two.id))
    assert targets.population_of(targets_of(session, agency.id, period.id)) is None
    put(session, period, unit, TargetWanted(one.id, 300), TargetWanted(two.id, 459))
    assert targets.population_of(targets_of(session, agency.id, period.id)) == 759
    put(session, period, unit, TargetWanted(None, 500), TargetWanted(one.id, 300), TargetWanted(two.id, 459))
    assert targets.population_of(targets_of(session, agency.id, period.id)) == 500


def test_sample_is_told_by_table_and_by_formula(session: Session, agency: Agency, unit: Unit, period: Period) -> None:
    put(session, period, unit, TargetWanted(None, 759))
    found = by_unit(session, period)
    assert (found[0].need.by_table, found[0].need.by_formula) == (260, 255)
    assert asked_for(found) == 260
    makers.target(session, period, make.unit(session, agency))
    assert asked_for(by_unit(session, period)) is None


def test_progress_counts_what_is_summed_and_what_waits(session: Session, agency: Agency, unit: Unit) -> None:
    beside = make.unit(session, agency)
    period = makers.open_period(session, agency, [unit, beside])
    makers.respond_all(session, period, unit, [(3,) * 9] * 3)
    makers.fold(session, period)
    makers.respond(session, period, unit)
    assert {one.unit_id: one.received for one in by_unit(session, period)} == {unit.id: 4, beside.id: 0}
    assert [one.unit_id for one in by_unit(session, period, {beside.id})] == [beside.id]


def test_an_open_period_takes_more_units_and_other_populations(session: Session, agency: Agency, unit: Unit) -> None:
    period = makers.open_period(session, agency, [unit])
    put(session, period, unit, TargetWanted(None, 400, "Register"))
    assert add(session, period, make.unit(session, agency), Scope.ONE) == 1
    other = makers.instrument(session, agency)
    with pytest.raises(PeriodStateError):
        put(session, period, unit, TargetWanted(None, 400, "", other.id))
    service = make.service(session, unit)
    with pytest.raises(BadTargetError, match="sudah dipakai"):
        put(session, period, unit, TargetWanted(None, 400), TargetWanted(service.id, None, "", other.id))


def test_what_was_answered_stays_surveyed(session: Session, agency: Agency, unit: Unit) -> None:
    service, unused = make.service(session, unit), make.service(session, unit)
    period = makers.open_period(session, agency, [unit, service, unused])
    makers.respond(session, period, unit, service=service)
    put(session, period, unit, TargetWanted(None), TargetWanted(service.id))
    with pytest.raises(BadTargetError, match="Sudah ada jawaban"):
        put(session, period, unit, TargetWanted(None))
    with pytest.raises(BadTargetError, match="Sudah ada jawaban"):
        put(session, period, unit)
    put(session, period, unit, TargetWanted(service.id))
    assert places(session, period) == {(unit.id, service.id)}


def test_an_answer_for_a_service_without_a_place_of_its_own_keeps_the_unit_as_a_whole(
    session: Session, agency: Agency, unit: Unit
) -> None:
    own, other = make.service(session, unit), make.service(session, unit)
    period = makers.open_period(session, agency, [unit, own])
    makers.respond(session, period, unit, service=other)
    with pytest.raises(BadTargetError, match="Sudah ada jawaban"):
        put(session, period, unit, TargetWanted(own.id))


def test_a_closed_period_is_not_touched(session: Session, agency: Agency, unit: Unit) -> None:
    period = makers.shut(session, makers.open_period(session, agency, [unit]))
    with pytest.raises(PeriodStateError):
        put(session, period, unit, TargetWanted(None, 400))
    with pytest.raises(PeriodStateError):
        add(session, period, unit, Scope.ONE)


def note(session: Session, period: Period, pasted: str) -> Noted:
    return note_populations(session, period, pasted, "Register loket", day=DAY, **BY)


@pytest.mark.parametrize("between", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_populations_are_pasted_by_code_or_name(
    session: Session, agency: Agency, unit: Unit, period: Period, between: str
) -> None:
    ktp = make.service(session, unit, code="ktp", name="KTP Elektronik")
    kia = make.service(session, unit, code="kia")
    for place in (None, ktp, kia):
        makers.target(session, period, unit, place)
    rows = [
        ("unit", "layanan", "populasi"), ("DUKCAPIL", "ktp elektronik", "759"), ("Dinas Dukcapil", "kia", "20"),
        ("dukcapil", "", "800"), ("", "", ""),
    ]  # fmt: skip
    noted = note(session, period, "\r\n".join(between.join(row) for row in rows))
    assert noted == Noted(3, ())
    found = {one.service_id: one for one in targets_of(session, agency.id, period.id)}
    assert {key: one.population for key, one in found.items()} == {ktp.id: 759, kia.id: 20, None: 800}
    assert found[None].population_source == "Register loket"


def test_a_number_for_the_whole_of_a_unit_that_is_surveyed_by_service_says_what_to_write(
    session: Session, agency: Agency, unit: Unit, period: Period
) -> None:
    makers.target(session, period, unit, make.service(session, unit, code="ktp"))
    [bad] = note(session, period, "dukcapil,,41200").bad
    assert bad.problem == LINE_SENTENCES["by_service"]
    assert "Isi per layanan" in bad.problem


def test_questionnaires_of_results_from_before_the_platform_are_not_offered(session: Session, agency: Agency) -> None:
    asked = makers.instrument(session, agency)
    makers.reported(session, agency)
    assert targets.usable_instruments(session, agency.id) == [asked]


def test_one_bad_line_keeps_all_from_being_noted(session: Session, agency: Agency, unit: Unit, period: Period) -> None:
    makers.target(session, period, unit)
    make.service(session, unit, code="ktp")
    pasted = "dukcapil,,759\nlain,,5\ndukcapil,ktp,5\ndukcapil,,1.000\ndukcapil,,0\ndukcapil,5\ndukcapil,,760"
    noted = note(session, period, pasted)
    assert noted.noted == 0
    assert [(one.line, one.problem) for one in noted.bad] == [
        (line, LINE_SENTENCES[kind])
        for line, kind in (
            (2, "unit"), (3, "service"), (4, "population"), (5, "population"), (6, "columns"), (7, "twice"),
        )
    ]  # fmt: skip
    assert targets_of(session, agency.id, period.id)[0].population is None


@pytest.mark.parametrize("limit", [1 << 17, 1 << 24], ids=["as Python has it", "moved by another reader"])
def test_a_cell_without_end_is_a_bad_line_too(session: Session, unit: Unit, period: Period, limit: int) -> None:
    makers.target(session, period, unit)
    before = csv.field_size_limit(limit)
    try:
        noted = note(session, period, f"dukcapil,,759\n{'d' * 200_000},,5")
    finally:
        csv.field_size_limit(before)
    assert [(bad.line, bad.problem) for bad in noted.bad] == [(2, LINE_SENTENCES["columns"])]
    assert noted.noted == 0
