"""The surveys of a loaded city: every state, exact figures, weak samples, plans that were followed or not."""

from __future__ import annotations

from datetime import date
from random import Random
from statistics import fmean

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.demo.cities import CITY_CODES, City, cities
from feedback_app.demo.survey_answers import Sheet, filled_rows
from feedback_app.demo.survey_units import reported_of, surveys_of
from feedback_app.organisation.models import Unit
from feedback_app.survey.action_queries import plan_of
from feedback_app.survey.batch_models import Batch
from feedback_app.survey.elements import RuleSetCode
from feedback_app.survey.models import Period, Question, Response, Target
from feedback_app.survey.recount import recount
from feedback_app.survey.result_models import Result
from feedback_app.survey.rules import ActionStatus, PeriodState, ResultLevel, SurveyChannel
from feedback_app.survey.sample import WarningKind
from feedback_app.survey.stored import latest
from feedback_app.survey.verifying import verify
from tests.demo.conftest import NOW, Loaded

each_city = pytest.mark.parametrize("city", cities(), ids=CITY_CODES)


def periods(session: Session) -> dict[str, Period]:
    return {period.code: period for period in session.scalars(sa.select(Period))}


def unit_id(session: Session, code: str) -> int:
    return session.scalars(sa.select(Unit.id).where(Unit.code == code)).one()


@pytest.mark.slow
def test_two_rounds_are_closed_and_published_one_is_open_and_older_ones_are_noted(town: Session) -> None:
    found = periods(town)
    assert {code: period.state for code, period in found.items()} == {
        "2016": PeriodState.REPORTED, "2023": PeriodState.REPORTED, "2025-s1": PeriodState.CLOSED,
        "2025-s2": PeriodState.CLOSED, "2026-s1": PeriodState.OPEN,
    }  # fmt: skip
    old = town.scalars(sa.select(Result).where(Result.period_id == found["2016"].id)).all()
    assert {row.ruleset for row in old} == {RuleSetCode.KEPMENPAN_25_2004}
    for code in ("2025-s1", "2025-s2"):
        results = latest(town, found[code], published_only=True)
        assert results is not None
        assert results.agency is not None
        assert len(results.units) == 8


def test_every_figure_is_exact(town: Session) -> None:
    assert recount(town) == []
    checked, findings = verify(town, [period for period in periods(town).values() if period.closed_at])
    assert (checked > 30, findings) == (True, [])
    assert town.scalar(sa.select(sa.func.count()).where(~Response.is_folded)) == 0


def test_answers_came_in_every_way_and_on_days_that_were(town: Session) -> None:
    channels = set(town.scalars(sa.select(Response.channel).distinct()))
    assert channels >= {SurveyChannel.WEB, SurveyChannel.COUNTER, SurveyChannel.PAPER}
    assert town.scalar(sa.select(sa.func.max(Response.answered_on))) < NOW.date()  # type: ignore[operator]
    assert town.scalar(sa.select(sa.func.count()).select_from(Batch)) > 0  # type: ignore[operator]


def test_one_sample_is_one_sided_and_one_service_on_the_web_is_asked_otherwise(town: Session) -> None:
    results = latest(town, periods(town)["2025-s2"])
    assert results is not None
    kinds = {kind.kind for kind in results.unit(unit_id(town, "kecamatan-oebatu")).warnings}  # type: ignore[union-attr]
    assert kinds >= {WarningKind.ONE_CHANNEL, WarningKind.ONE_HOUR_BAND}
    replaced = sa.select(Question.element).where(
        Question.instrument_id.in_(sa.select(Target.instrument_id)), Question.replacement.is_not(None)
    )
    assert set(town.scalars(replaced)) == {"kompetensi", "perilaku"}


def test_plans_have_rows_that_are_done_late_and_carried_on(loaded: Loaded, town: Session) -> None:
    found, agency = periods(town), loaded.result.agency_id
    before = plan_of(town, agency, found["2025-s1"].id, unit_id(town, "rsud"), day=NOW.date())
    assert [row.status for row in before] == [ActionStatus.DONE, ActionStatus.RUNNING, ActionStatus.PLANNED]
    assert [row.went_on for row in before] == [False, True, True]
    now = plan_of(town, agency, found["2025-s2"].id, unit_id(town, "rsud"), day=NOW.date())
    assert [row.is_carried for row in now] == [True, True, False, False, False]
    assert any(row.is_late for row in now)
    waits = plan_of(town, agency, found["2025-s1"].id, unit_id(town, "dpmptsp"), day=NOW.date())
    assert not any(row.went_on for row in waits)


def test_units_have_results_and_levels_of_their_own(town: Session) -> None:
    results = latest(town, periods(town)["2025-s2"])
    assert results is not None
    assert len({one.value for one in results.units}) > 5
    assert {row.level for row in results.all} == set(ResultLevel)


@each_city
def test_every_city_surveys_several_units_by_service_and_one_far_too_thinly(city: City) -> None:
    found = surveys_of(city)
    assert len(found) == (8 if city.number == 0 else 5)
    assert all(survey.unit.services for survey in found)
    assert min(survey.respondents for survey in found) < 20 < 200 < max(survey.respondents for survey in found)


def test_the_same_seed_draws_the_same_questionnaires_around_their_means() -> None:
    sheet = Sheet(400, [3.2] * 8 + [2.6], [date(2026, 3, 2)], {"web": 1.0}, 0.6)
    first, again = (filled_rows(sheet, Random(7)) for _ in range(2))
    assert first == again
    means = [fmean(row.answers[at] for row in first if row.answers[at]) for at in range(9)]  # type: ignore[misc]
    assert means[8] < min(means[:8]) - 0.3
    assert any(None in row.answers for row in first)
    assert not any(row.answers[0] is None for row in first)


def test_nobody_answers_where_there_is_no_day() -> None:
    assert filled_rows(Sheet(5, [3.0] * 9, [], {"web": 1.0}, 0.6), Random(7)) == []


def test_no_two_cities_come_to_the_same() -> None:
    made = cities()
    asked = [[(one.respondents, one.population, one.level) for one in surveys_of(city)[:3]] for city in made]
    older = [[(row["index"], row["respondents"]) for row in reported_of(city)] for city in made]
    for one in (*zip(*asked, strict=True), *zip(*older, strict=True)):
        assert len(set(one)) == len(made)
    assert [surveys_of(city) for city in made] == [surveys_of(city) for city in made]
