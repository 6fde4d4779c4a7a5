"""Results from before the platform: what their rules allow, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.organisation.models import Agency
from feedback_app.survey import history
from feedback_app.survey.elements import Grade, RuleSetCode, Weight
from feedback_app.survey.models import Instrument, Period
from feedback_app.survey.opening import overlapping
from feedback_app.survey.periods import PeriodCodeTakenError, PeriodWordsError
from feedback_app.survey.rules import PeriodState, ResultLevel
from tests import factories as make
from tests.survey import makers

BY: dict[str, Any] = {"actor": SYSTEM, "now": make.NOW}
OLD = RuleSetCode.KEPMENPAN_25_2004
TOLD = history.Reported(
    name="Semester II tahun 2024", code="2024-s2", starts_on=date(2024, 7, 1), ends_on=date(2024, 12, 31),
    ruleset=RuleSetCode.PERMENPANRB_14_2017, weight=Weight.THREE_DIGITS, unit_id=None, index=Decimal("78.66"),
    grade=Grade.B, respondents=150, source="Laporan SKM 2024",
)  # fmt: skip


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


def periods(session: Session, agency: Agency) -> list[Period]:
    return list(session.scalars(sa.select(Period).where(Period.agency_id == agency.id)))


def test_a_published_result_is_kept_with_its_source(session: Session, agency: Agency) -> None:
    row = history.add_reported(session, agency.id, TOLD, **BY)
    assert (row.level, row.index_value, row.grade) == (ResultLevel.AGENCY, Decimal("78.66"), Grade.B)
    assert (row.source_note, row.input_sha256, row.published_at) == ("Laporan SKM 2024", None, make.NOW)
    assert periods(session, agency)[0].state is PeriodState.REPORTED


def test_results_of_several_units_stand_under_one_period(session: Session, agency: Agency) -> None:
    units = [make.unit(session, agency) for _ in range(2)]
    for unit in units:
        history.add_reported(session, agency.id, replace(TOLD, unit_id=unit.id), **BY)
    period = periods(session, agency)[0]
    assert [row.unit_id for row in history.reported_of(session, period)] == [unit.id for unit in units]
    with pytest.raises(history.ReportedAlreadyError):
        history.add_reported(session, agency.id, replace(TOLD, unit_id=units[0].id), **BY)


def test_fourteen_elements_stand_under_their_own_rules(session: Session, agency: Agency) -> None:
    told = replace(TOLD, ruleset=OLD, weight=Weight.OLD, index=Decimal("76.48"), code="2013")
    history.add_reported(session, agency.id, told, **BY)
    period = periods(session, agency)[0]
    assert session.get_one(Instrument, (agency.id, period.instrument_id)).ruleset is OLD


@pytest.mark.parametrize(
    ("ruleset", "index", "grade"),
    [
        (RuleSetCode.PERMENPANRB_14_2017, "88.31", Grade.A), (RuleSetCode.PERMENPANRB_14_2017, "88.30", Grade.B),
        (RuleSetCode.PERMENPANRB_14_2017, "76.61", Grade.B), (RuleSetCode.PERMENPANRB_14_2017, "76.60", Grade.C),
        (RuleSetCode.PERMENPANRB_14_2017, "65.00", Grade.C), (RuleSetCode.PERMENPANRB_14_2017, "64.99", Grade.D),
        (OLD, "81.26", Grade.A), (OLD, "81.25", Grade.B), (OLD, "62.51", Grade.B), (OLD, "62.50", Grade.C),
        (OLD, "43.76", Grade.C), (OLD, "43.75", Grade.D),
    ],
)  # fmt: skip
def test_only_the_grade_of_its_band_is_taken(
    session: Session, agency: Agency, ruleset: RuleSetCode, index: str, grade: Grade
) -> None:
    weight = Weight.OLD if ruleset is OLD else Weight.EXACT
    told = replace(TOLD, ruleset=ruleset, weight=weight, index=Decimal(index), grade=grade)
    history.add_reported(session, agency.id, told, **BY)
    for wrong in set(Grade) - {grade}:
        with pytest.raises(history.BadReportedResultError, match=f"bermutu {grade.value}"):
            history.add_reported(session, agency.id, replace(told, grade=wrong, code="lain"), **BY)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        pytest.param({"index": Decimal("3.06")}, history.BadReportedResultError, id="not multiplied by 25"),
        pytest.param({"index": Decimal("100.01")}, history.BadReportedResultError, id="above 100"),
        pytest.param({"index": Decimal("78.665")}, history.BadReportedResultError, id="three decimals"),
        pytest.param({"respondents": 0}, history.BadReportedResultError, id="nobody answered"),
        pytest.param({"source": "x"}, history.BadReportedResultError, id="no source"),
        pytest.param({"weight": Weight.OLD}, history.BadReportedResultError, id="weight of other rules"),
        pytest.param({"code": "Semester 2"}, PeriodWordsError, id="code with a space"),
    ],
)
def test_what_the_rules_cannot_have_given_is_refused(
    session: Session, agency: Agency, change: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        history.add_reported(session, agency.id, replace(TOLD, **change), **BY)
    assert periods(session, agency) == []


def test_a_code_stands_for_one_period_only(session: Session, agency: Agency) -> None:
    makers.draft_period(session, agency, code="2024-s2")
    with pytest.raises(PeriodCodeTakenError):
        history.add_reported(session, agency.id, TOLD, **BY)
    history.add_reported(session, agency.id, replace(TOLD, code="2024-b"), **BY)
    unit = make.unit(session, agency)
    with pytest.raises(PeriodCodeTakenError):
        history.add_reported(
            session, agency.id, replace(TOLD, code="2024-b", unit_id=unit.id, weight=Weight.EXACT), **BY
        )


def test_history_keeps_no_days_from_a_survey_of_ones_own(session: Session, agency: Agency) -> None:
    history.add_reported(session, agency.id, TOLD, **BY)
    draft = makers.draft_period(session, agency, starts_on=date(2024, 7, 1), ends_on=date(2024, 12, 31))
    assert overlapping(session, draft) is None


def test_a_mistyped_result_is_taken_back_and_noted_again(session: Session, agency: Agency) -> None:
    first = history.add_reported(session, agency.id, TOLD, **BY)
    period = periods(session, agency)[0]
    history.take_back_reported(session, period, first.id, **BY)
    assert history.reported_of(session, period) == []
    assert history.periods_shown(session, agency.id) == []
    with pytest.raises(history.UnknownReportedError):
        history.take_back_reported(session, period, first.id, **BY)
    told = replace(TOLD, starts_on=date(2024, 6, 1), weight=Weight.EXACT, index=Decimal("78.74"))
    again = history.add_reported(session, agency.id, told, **BY)
    assert (again.version, again.period_id) == (2, period.id)
    assert (period.starts_on, period.weight) == (date(2024, 6, 1), Weight.EXACT)
    assert history.reported_of(session, period) == [again]
    assert history.periods_shown(session, agency.id) == [period]


def test_a_result_of_another_period_is_not_taken_back(session: Session, agency: Agency) -> None:
    row = history.add_reported(session, agency.id, TOLD, **BY)
    history.add_reported(session, agency.id, replace(TOLD, code="2023-s2"), **BY)
    other = next(one for one in periods(session, agency) if one.id != row.period_id)
    with pytest.raises(history.UnknownReportedError):
        history.take_back_reported(session, other, row.id, **BY)
