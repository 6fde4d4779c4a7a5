"""The figures of a period as they come out of the database, live and stored."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import SYSTEM, person
from feedback_app.organisation.models import Agency, PublicService, Unit
from feedback_app.survey.elements import Weight
from feedback_app.survey.models import Instrument, Period, Question
from feedback_app.survey.official import Variant
from feedback_app.survey.operations import Respondent
from feedback_app.survey.result_models import Result
from feedback_app.survey.results import (
    NothingToPublishError,
    PeriodNotClosedError,
    figures,
    latest,
    publish,
    store_period,
    unit_figures,
)
from feedback_app.survey.rules import Averaging, MissingRule, ResultLevel, Sex, SurveyChannel, Trait
from feedback_app.survey.sample import WarningKind
from tests import factories as make
from tests.survey import makers

SEKADAU = Path(__file__).parent / "data" / "skm_sekadau_2019_first49.csv"


@dataclass
class Survey:
    """An agency with one unit, an open period and whatever a test adds."""

    session: Session
    agency: Agency
    unit: Unit
    period: Period

    def answer(self, rows: Sequence[Any], service: PublicService | None = None, **values: Any) -> None:
        makers.respond_all(self.session, self.period, self.unit, rows, service, **values)
        makers.fold(self.session, self.period)


@pytest.fixture
def survey(session: Session) -> Survey:
    return surveyed(session)


def surveyed(session: Session, services: int = 0, **values: Any) -> Survey:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    places: list[Unit | PublicService] = [make.service(session, unit) for _ in range(services)]
    places = places or [unit]
    return Survey(session, agency, unit, makers.open_period(session, agency, places, **values))


def services_of(survey: Survey) -> Sequence[PublicService]:
    of_unit = sa.select(PublicService).where(PublicService.unit_id == survey.unit.id).order_by(PublicService.id)
    return survey.session.scalars(of_unit).all()


def sekadau() -> list[list[int]]:
    with SEKADAU.open() as lines:
        return [[int(value) for value in row.values()] for row in csv.DictReader(lines)]


@pytest.mark.parametrize(
    ("weight", "index"), [(Weight.EXACT, "78.74"), (Weight.THREE_DIGITS, "78.66"), (Weight.TWO_DIGITS, "77.95")]
)
def test_49_questionnaires_of_sekadau_give_its_index_through_the_database(
    session: Session, weight: Weight, index: str
) -> None:
    survey = surveyed(session, weight=weight)
    survey.answer(sekadau())
    unit = figures(session, survey.period).units[0]
    assert unit.index is not None
    assert (str(unit.index.value), unit.index.grade.value, unit.respondents) == (index, "B", 49)
    totals = {one.key: one.mean * 49 for one in unit.index.elements}
    # The file's eighth column is the form's eighth question, "sarana", which the list of elements has last.
    assert [totals[key] for key in ("persyaratan", "sarana", "pengaduan")] == [Fraction(138), 143, 159]


def test_a_unit_is_the_mean_of_its_services_or_all_respondents_together_as_the_period_says(session: Session) -> None:
    found = {}
    for averaging in Averaging:
        survey = surveyed(session, services=2, unit_averaging=averaging)
        first, second = services_of(survey)
        survey.answer([[4] * 9] * 3, first)
        survey.answer([[2] * 9], second)
        unit = figures(session, survey.period).units[0]
        assert unit.index is not None
        assert unit.averaging is averaging
        found[averaging] = unit.index.exact
    assert found == {Averaging.MEAN: Fraction(75), Averaging.POOLED: Fraction(175, 2)}


def test_an_agency_is_the_mean_of_its_units_or_all_respondents_together(session: Session) -> None:
    found = {}
    for averaging in Averaging:
        agency = make.agency(session)
        units = [make.unit(session, agency) for _ in range(2)]
        period = makers.open_period(session, agency, units, agency_averaging=averaging)
        makers.respond_all(session, period, units[0], [[4] * 9] * 3)
        makers.respond(session, period, units[1], [2] * 9)
        makers.fold(session, period)
        index = figures(session, period).agency.index
        assert index is not None
        found[averaging] = index.exact
    assert found == {Averaging.MEAN: Fraction(75), Averaging.POOLED: Fraction(175, 2)}


def test_a_blank_answer_counts_as_the_missing_rule_says(session: Session) -> None:
    blank = [None, 4, 4, 4, 4, 4, 4, 4, 4]
    found: dict[MissingRule, tuple[Any, ...]] = {}
    for rule in MissingRule:
        survey = surveyed(session, missing=rule)
        survey.answer([[2] * 9, blank])
        unit = figures(session, survey.period).units[0]
        assert unit.index is not None
        found[rule] = (unit.respondents, unit.received, unit.index.elements[0].mean, unit.index.elements[1].mean)
    assert found == {MissingRule.PER_ELEMENT: (2, 2, 2, 3), MissingRule.COMPLETE: (1, 2, 2, 2)}


def test_several_questions_of_an_element_weigh_as_one(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    asked = makers.instrument(session, agency)
    session.add(
        Question(
            agency_id=agency.id, instrument_id=asked.id, position=10, key="waktu_2", element="waktu",
            stem="Bagaimana kecepatan antrean?", options=["Tidak cepat", "Kurang cepat", "Cepat", "Sangat cepat"],
        )
    )  # fmt: skip
    period = makers.open_period(session, agency, [unit], asked)
    makers.respond_all(session, period, unit, [[4] * 9 + [1], [4] * 9 + [2]])
    makers.fold(session, period)
    found = figures(session, period).units[0]
    assert found.index is not None
    waktu = next(one for one in found.index.elements if one.key == "waktu")
    assert waktu.mean == (4 + Fraction(3, 2)) / 2
    assert found.index.exact == 25 * (8 * 4 + waktu.mean) / 9
    # Scores are 2 x 32 + 4 + 1 and 2 x 32 + 4 + 2: the interval stands around the index.
    assert found.estimate is not None
    assert found.estimate.mean == found.index.exact


def test_two_questionnaires_in_one_unit_are_pooled_element_by_element_and_named_for_what_they_ask(
    session: Session,
) -> None:
    survey = surveyed(session, services=1, unit_averaging=Averaging.POOLED)
    desk = services_of(survey)[0]
    on_the_web = make.service(session, survey.unit)
    other = makers.instrument(session, survey.agency, Variant.WEB)
    makers.target(session, survey.period, survey.unit, on_the_web, instrument_id=other.id)
    survey.answer([[3] * 9] * 2, desk)
    survey.answer([[4] * 9], on_the_web)
    assert figures(session, survey.period).units[0].index.exact == Fraction(25 * 10, 3)  # type: ignore[union-attr]
    stored = closed(survey)
    unit = stored.unit(survey.unit.id)
    assert unit is not None
    web = next(one for one in stored.services if one.service_id == on_the_web.id)
    names = {one.key: one for one in web.elements}
    assert names["kompetensi"].name == names["kompetensi"].replacement == "Keandalan sistem daring"
    of_unit = {one.key: one for one in unit.elements}
    assert (of_unit["kompetensi"].replacement, of_unit["kompetensi"].partly) == (None, "Keandalan sistem daring")


def test_an_answer_for_a_service_that_is_no_target_counts_for_the_unit_as_a_whole(session: Session) -> None:
    survey = surveyed(session)
    service = make.service(session, survey.unit)
    survey.answer([[4] * 9], service)
    survey.answer([[2] * 9])
    unit = figures(session, survey.period).units[0]
    assert unit.parts == ()
    assert unit.index is not None
    assert unit.index.exact == 75
    assert unit.sums[0].by_service == {service.id: 1, None: 1}


def test_one_respondent_gives_an_index_and_no_interval(survey: Survey) -> None:
    survey.answer([[3, 4, 3, 4, 3, 4, 3, 4, 3]])
    unit = figures(survey.session, survey.period).units[0]
    assert unit.index is not None
    assert unit.interval is None


def test_two_respondents_give_a_wide_interval_around_the_index(survey: Survey) -> None:
    survey.answer([[3, 4, 3, 4, 3, 4, 3, 4, 3], [2] * 9])
    unit = figures(survey.session, survey.period).units[0]
    assert unit.index is not None
    assert unit.interval is not None
    assert unit.interval.low < unit.index.value < unit.interval.high
    assert unit.interval.high - unit.interval.low > 50


def test_a_place_that_lacks_an_element_has_no_index_and_says_which(survey: Survey) -> None:
    survey.answer([[4] * 7 + [None, 4]])
    unit = figures(survey.session, survey.period).units[0]
    assert unit.index is None
    assert unit.without == ("sarana",)
    assert store(survey) == 0


def test_a_service_without_index_does_not_count_in_the_mean_of_its_unit(session: Session) -> None:
    survey = surveyed(session, services=2)
    first, second = services_of(survey)
    survey.answer([[3] * 9], first)
    survey.answer([[4] * 7 + [None, 4]], second)
    unit = figures(session, survey.period).units[0]
    assert unit.index is not None
    assert unit.index.exact == 75
    assert [part.service_id for part in unit.counted_parts] == [first.id]


def test_surveyed_places_without_answers_stand_in_the_figures_with_what_they_need(session: Session) -> None:
    survey = surveyed(session)
    silent = make.unit(session, survey.agency)
    makers.target(session, survey.period, silent, population=759)
    found = figures(session, survey.period).unit(silent.id)
    assert found is not None
    assert (found.index, found.respondents) == (None, 0)
    assert (found.progress.minimum_by_table, found.progress.minimum_by_formula) == (260, 255)


def test_answers_that_wait_for_the_sums_are_counted_apart(survey: Survey) -> None:
    survey.answer([[3] * 9])
    makers.respond(survey.session, survey.period, survey.unit)
    found = figures(survey.session, survey.period)
    assert (found.waiting, found.units[0].received) == (1, 1)
    of_unit = unit_figures(survey.session, survey.period, survey.unit.id)
    assert of_unit is not None
    assert of_unit.waiting == 1


def test_half_the_answers_on_one_day_are_warned_of_from_the_fifth_day_on(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    period = makers.open_period(session, agency, [unit])
    makers.respond_all(session, period, unit, [[1] * 9] * 16, answered_on=makers.FIRST)
    makers.respond_all(session, period, unit, [[3] * 9] * 14, answered_on=makers.FIRST + timedelta(days=1))
    makers.fold(session, period)

    def told(today: date | None) -> list[str]:
        found = unit_figures(session, period, unit.id, today)
        assert found is not None
        return [one.subject for one in found.unit.warnings if one.kind is WarningKind.ONE_DAY]

    assert told(makers.FIRST + timedelta(days=3)) == []
    assert told(makers.FIRST + timedelta(days=4)) == told(None) == [makers.FIRST.isoformat()]
    whole = figures(session, period, in_full=True).agency.warnings
    assert WarningKind.ONE_DAY in [one.kind for one in whole]


def test_a_thin_and_one_sided_sample_is_warned_of(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    period = makers.open_period(session, agency)
    makers.target(session, period, unit, population=1000)
    makers.respond_all(session, period, unit, [[3] * 9] * 12)
    makers.fold(session, period)
    kinds = [one.kind for one in figures(session, period).units[0].warnings]
    assert kinds == [WarningKind.THIN_SAMPLE, WarningKind.ONE_CHANNEL, WarningKind.ONE_HOUR_BAND]


def store(survey: Survey) -> int:
    return store_period(survey.session, survey.period, now=make.NOW, actor=SYSTEM)


def closed(survey: Survey) -> Any:
    makers.shut(survey.session, survey.period)
    store(survey)
    found = latest(survey.session, survey.period)
    assert found is not None
    return found


def test_closing_folds_what_waits_and_stores_every_level(session: Session) -> None:
    survey = surveyed(session, services=2)
    for service in services_of(survey):
        makers.respond_all(
            session, survey.period, survey.unit, sekadau()[:10], service, respondent=Respondent(sex=Sex.FEMALE)
        )
    results = closed(survey)
    assert [row.level for row in results.all] == [
        ResultLevel.AGENCY, ResultLevel.UNIT, ResultLevel.SERVICE, ResultLevel.SERVICE
    ]  # fmt: skip
    unit = results.unit(survey.unit.id)
    assert (unit.value, unit.grade.value, unit.respondents, unit.version) == (Decimal("78.89"), "B", 20, 1)
    assert unit.exact == Fraction(284 * 25, 90)
    assert unit.interval is not None
    assert [one.nrr for one in unit.elements][:3] == ["2.800", "2.800", "2.900"]
    assert [one.key for one in unit.lowest] == ["persyaratan", "prosedur", "waktu"]
    assert unit.traits[Trait.SEX] == {"female": 20}
    assert unit.channels == {SurveyChannel.WEB.value: 20}
    asked = next(one for one in unit.questions if one.element == "persyaratan")
    assert sum((at + 1) * n for at, n in enumerate(asked.counts)) == 56
    assert len(unit.input_sha256) == 64


def test_the_same_sums_give_the_same_hash_and_other_sums_another(survey: Survey) -> None:
    survey.answer([[3] * 9] * 3)
    first, again = closed(survey), closed(survey)
    assert (first.version, again.version) == (1, 2)
    assert first.agency.input_sha256 == again.agency.input_sha256
    survey.period.state = "open"  # type: ignore[assignment]
    survey.session.flush()
    survey.answer([[4] * 9])
    assert closed(survey).agency.input_sha256 != first.agency.input_sha256


def test_a_stored_result_can_neither_be_changed_nor_removed(survey: Survey) -> None:
    survey.answer([[3] * 9] * 2)
    closed(survey)
    for statement in (sa.update(Result).values(respondents=7), sa.delete(Result)):
        with pytest.raises(DatabaseError, match="never"), survey.session.begin_nested():
            survey.session.execute(statement)


def test_publishing_marks_the_newest_version_once_and_leaves_a_trace(survey: Survey) -> None:
    survey.answer([[3] * 9] * 2)
    closed(survey)
    closed(survey)
    head = make.user(survey.session)
    assert latest(survey.session, survey.period, published_only=True) is None
    assert publish(survey.session, survey.period, now=make.NOW, actor=person(head.id)) == 2
    assert publish(survey.session, survey.period, now=make.NOW, actor=person(head.id)) == 0
    published = latest(survey.session, survey.period, published_only=True)
    assert published is not None
    assert published.version == 2
    acts = survey.session.scalars(
        sa.select(AuditEvent.action).where(AuditEvent.agency_id == survey.agency.id).order_by(AuditEvent.id)
    ).all()
    assert [act for act in acts if act in {"survey.compute", "survey.publish"}] == [
        "survey.compute", "survey.compute", "survey.publish"
    ]  # fmt: skip


def test_an_open_period_is_not_published_and_one_without_any_index_neither(survey: Survey) -> None:
    with pytest.raises(PeriodNotClosedError):
        publish(survey.session, survey.period, now=make.NOW, actor=SYSTEM)
    makers.shut(survey.session, survey.period)
    assert store(survey) == 0
    with pytest.raises(NothingToPublishError):
        publish(survey.session, survey.period, now=make.NOW, actor=SYSTEM)


def test_own_questions_stay_outside_the_index_and_are_counted(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    asked: Instrument = makers.instrument(session, agency)
    session.add(
        Question(
            agency_id=agency.id, instrument_id=asked.id, position=20, key="parkir", element=None,
            stem="Apakah parkir mudah?", options=["Tidak", "Ya"],
        )
    )  # fmt: skip
    period = makers.open_period(session, agency, [unit], asked)
    makers.respond_all(session, period, unit, [[4] * 9 + [1], [4] * 9 + [None]], answered_on=date(2026, 3, 1))
    makers.shut(session, period)
    store_period(session, period, now=make.NOW, actor=SYSTEM)
    result = latest(session, period)
    assert result is not None
    found = result.unit(unit.id)
    assert found is not None
    assert found.value == 100
    own = next(one for one in found.questions if one.element is None)
    assert (own.key, own.counts, own.blank) == ("parkir", (1, 0), 1)
    assert found.complete == 2
    assert found.traits[Trait.DAY] == {"2026-03-01": 2}
