"""Periods: drafts, what keeps them closed, and their life."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import SYSTEM, person
from feedback_app.organisation.models import Agency, Unit
from feedback_app.survey import instruments, period_life, periods, question_editing
from feedback_app.survey.elements import RuleSetCode, Weight
from feedback_app.survey.models import Instrument, Period, Target
from feedback_app.survey.opening import ObstacleKind, obstacles
from feedback_app.survey.operations import SurveyClosedError
from feedback_app.survey.queries import UnknownPeriodError, period_by_id
from feedback_app.survey.results import publish, store_period
from feedback_app.survey.rules import Averaging, PeriodState
from tests import factories as make
from tests.survey import makers

BY: dict[str, Any] = {"actor": SYSTEM, "now": make.NOW}
TODAY: dict[str, Any] = {"today": make.TODAY}


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def unit(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency)


@pytest.fixture
def draft(session: Session, agency: Agency) -> Period:
    return makers.draft_period(session, agency)


def kinds(session: Session, period: Period) -> list[ObstacleKind]:
    return [one.kind for one in obstacles(session, period, **TODAY)]


def test_a_new_period_is_a_draft_that_lacks_its_units(session: Session, draft: Period) -> None:
    assert draft.state is PeriodState.DRAFT
    assert (draft.weight, draft.unit_averaging) == (Weight.EXACT, Averaging.MEAN)
    assert kinds(session, draft) == [ObstacleKind.TARGETS]
    with pytest.raises(period_life.NotReadyToOpenError, match="Belum ada unit"):
        period_life.open_survey(session, draft, **TODAY, **BY)


def test_opening_seals_the_questionnaires_of_the_period_and_of_its_services(
    session: Session, agency: Agency, unit: Unit, draft: Period
) -> None:
    other, unused = makers.instrument(session, agency), makers.instrument(session, agency)
    makers.target(session, draft, unit)
    makers.target(session, draft, unit, make.service(session, unit), instrument_id=other.id)
    period_life.open_survey(session, draft, **TODAY, **BY)
    assert draft.state is PeriodState.OPEN
    used = [session.get_one(Instrument, (agency.id, one)) for one in (draft.instrument_id, other.id)]
    assert all(one.sealed_at == make.NOW for one in used)
    assert unused.sealed_at is None


def test_a_questionnaire_without_an_element_keeps_the_period_closed(
    session: Session, agency: Agency, unit: Unit, draft: Period
) -> None:
    partial = makers.instrument(session, agency)
    gone = instruments.questions(session, partial)[2]
    question_editing.remove_question(session, partial, gone, **BY)
    makers.target(session, draft, unit)
    assert kinds(session, draft) == []
    makers.target(session, draft, unit, make.service(session, unit), instrument_id=partial.id)
    found = obstacles(session, draft, **TODAY)
    assert [(one.kind, one.instrument_id) for one in found] == [(ObstacleKind.QUESTIONS, partial.id)]
    assert [element.key for element in found[0].elements] == ["waktu"]


def test_a_questionnaire_without_any_question_lacks_all_elements(session: Session, agency: Agency, unit: Unit) -> None:
    empty = instruments.make(session, agency.id, "Kosong", [], **BY)
    period = makers.draft_period(session, agency, empty)
    makers.target(session, period, unit)
    assert len(obstacles(session, period, **TODAY)[0].elements) == 9


def test_days_of_another_period_and_days_gone_by_keep_it_closed(
    session: Session, agency: Agency, unit: Unit, draft: Period
) -> None:
    makers.target(session, draft, unit)
    makers.open_period(session, agency, [unit], starts_on=date(2026, 6, 30), ends_on=date(2026, 7, 31))
    assert kinds(session, draft) == [ObstacleKind.OVERLAP]
    past = makers.draft_period(session, agency, starts_on=date(2025, 1, 1), ends_on=date(2025, 6, 30))
    makers.target(session, past, unit)
    assert kinds(session, past) == [ObstacleKind.PAST]


def test_closed_periods_keep_their_days_and_other_agencies_do_not_matter(session: Session, agency: Agency) -> None:
    elsewhere = make.agency(session)
    makers.open_period(session, elsewhere, [make.unit(session, elsewhere)])
    unit = make.unit(session, agency)
    draft = makers.draft_period(session, agency)
    makers.target(session, draft, unit)
    assert kinds(session, draft) == []
    makers.shut(session, makers.open_period(session, agency, [unit]))
    assert kinds(session, draft) == [ObstacleKind.OVERLAP]


def test_the_second_of_two_writers_of_a_draft_is_told(session: Session, draft: Period) -> None:
    seen = periods.seen_mark(draft)
    wanted = replace(periods.wanted_of(draft), name="Semester I")
    periods.change(session, draft, wanted, seen=seen, **BY)
    assert draft.name == "Semester I"
    with pytest.raises(periods.PeriodChangedError):
        periods.change(session, draft, replace(wanted, name="Lain"), seen=seen, **BY)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"name": ""}, id="no name"),
        pytest.param({"code": "Semester 1"}, id="code with a space"),
        pytest.param({"code": "x" * 41}, id="long code"),
        pytest.param({"ends_on": date(2025, 12, 31)}, id="ends before it starts"),
        pytest.param({"ends_on": date(2027, 6, 30)}, id="longer than a year and a month"),
        pytest.param({"weight": Weight.OLD}, id="weight of fourteen elements"),
        pytest.param({"sampling": "x" * 401}, id="long technique"),
        pytest.param({"instrument_id": 0}, id="no questionnaire"),
    ],
)
def test_a_period_that_cannot_be_kept_is_refused(session: Session, draft: Period, change: dict[str, Any]) -> None:
    wanted = replace(periods.wanted_of(draft), **change)
    with pytest.raises(periods.PeriodWordsError):
        periods.change(session, draft, wanted, seen=periods.seen_mark(draft), **BY)


def test_a_questionnaire_of_2004_is_asked_of_nobody(session: Session, agency: Agency, draft: Period) -> None:
    old = instruments.for_history(session, agency.id, RuleSetCode.KEPMENPAN_25_2004, **BY)
    wanted = replace(periods.wanted_of(draft), instrument_id=old.id)
    with pytest.raises(periods.PeriodWordsError, match="Pilih kuesioner"):
        periods.change(session, draft, wanted, seen=periods.seen_mark(draft), **BY)


def test_two_periods_of_an_agency_do_not_share_a_code(session: Session, agency: Agency, draft: Period) -> None:
    with pytest.raises(periods.PeriodCodeTakenError):
        makers.draft_period(session, agency, code=draft.code)
    other = makers.draft_period(session, agency)
    wanted = replace(periods.wanted_of(other), code=draft.code)
    with pytest.raises(periods.PeriodCodeTakenError):
        periods.change(session, other, wanted, seen=periods.seen_mark(other), **BY)


def test_a_draft_goes_with_its_targets_and_an_open_period_stays(
    session: Session, agency: Agency, unit: Unit, draft: Period
) -> None:
    makers.target(session, draft, unit)
    periods.remove(session, draft, **BY)
    with pytest.raises(UnknownPeriodError):
        period_by_id(session, agency.id, draft.id)
    assert session.scalars(sa.select(Target).where(Target.period_id == draft.id)).all() == []
    with pytest.raises(periods.PeriodStateError):
        periods.remove(session, makers.open_period(session, agency, [unit]), **BY)


def test_what_is_fixed_at_opening_cannot_be_changed(session: Session, agency: Agency, unit: Unit) -> None:
    period = makers.open_period(session, agency, [unit])
    wanted = replace(periods.wanted_of(period), weight=Weight.TWO_DIGITS)
    with pytest.raises(periods.PeriodStateError):
        periods.change(session, period, wanted, seen=periods.seen_mark(period), **BY)
    with pytest.raises(periods.PeriodStateError):
        period_life.open_survey(session, period, **TODAY, **BY)


def test_the_last_day_moves_and_never_before_today_or_into_another_period(
    session: Session, agency: Agency, unit: Unit
) -> None:
    period = makers.open_period(session, agency, [unit])
    period_life.move_end(session, period, date(2026, 7, 15), **TODAY, **BY)
    assert period.ends_on == date(2026, 7, 15)
    with pytest.raises(periods.PeriodWordsError):
        period_life.move_end(session, period, make.TODAY - timedelta(days=1), **TODAY, **BY)
    makers.open_period(session, agency, [unit], starts_on=date(2026, 8, 1), ends_on=date(2026, 12, 31))
    with pytest.raises(period_life.PeriodsOverlapError):
        period_life.move_end(session, period, date(2026, 8, 1), **TODAY, **BY)
    session.refresh(period)
    assert period.ends_on == date(2026, 7, 15)


def test_a_period_closed_early_ends_today_and_takes_no_answers(session: Session, agency: Agency, unit: Unit) -> None:
    period = makers.open_period(session, agency, [unit])
    who = make.user(session)
    period_life.close_survey(session, period, **TODAY, actor=person(who.id), now=make.NOW)
    assert (period.state, period.ends_on, period.closed_by) == (PeriodState.CLOSED, make.TODAY, who.id)
    with pytest.raises(SurveyClosedError):
        makers.respond(session, period, unit)
    with pytest.raises(periods.PeriodStateError):
        period_life.close_survey(session, period, **TODAY, **BY)


def test_a_period_past_its_end_keeps_its_last_day(session: Session, agency: Agency, unit: Unit) -> None:
    period = makers.open_period(session, agency, [unit])
    period_life.close_survey(session, period, today=date(2026, 8, 1), **BY)
    assert period.ends_on == makers.LAST


def test_a_closed_period_opens_again_until_its_results_are_published(
    session: Session, agency: Agency, unit: Unit
) -> None:
    period = makers.open_period(session, agency, [unit])
    makers.respond_all(session, period, unit, [(3,) * 9] * 12)
    period_life.close_survey(session, period, **TODAY, **BY)
    store_period(session, period, now=make.NOW, actor=SYSTEM)
    with pytest.raises(periods.PeriodWordsError):
        period_life.reopen_survey(session, period, make.TODAY - timedelta(days=1), **TODAY, **BY)
    period_life.reopen_survey(session, period, makers.LAST, **TODAY, **BY)
    assert (period.state, period.closed_at) == (PeriodState.OPEN, None)
    makers.respond(session, period, unit)
    period_life.close_survey(session, period, **TODAY, **BY)
    store_period(session, period, now=make.NOW, actor=SYSTEM)
    publish(session, period, now=make.NOW, actor=SYSTEM)
    with pytest.raises(period_life.PublishedPeriodError):
        period_life.reopen_survey(session, period, makers.LAST, **TODAY, **BY)


def test_opening_again_into_the_days_of_another_period_is_refused(session: Session, agency: Agency, unit: Unit) -> None:
    period = makers.open_period(session, agency, [unit])
    period_life.close_survey(session, period, **TODAY, **BY)
    tomorrow = make.TODAY + timedelta(days=1)
    makers.open_period(session, agency, [unit], starts_on=tomorrow, ends_on=date(2026, 12, 31))
    with pytest.raises(period_life.PeriodsOverlapError):
        period_life.reopen_survey(session, period, tomorrow, **TODAY, **BY)


def test_every_step_leaves_its_trace_without_words(session: Session, agency: Agency, unit: Unit) -> None:
    period = makers.draft_period(session, agency)
    makers.target(session, period, unit)
    period_life.open_survey(session, period, **TODAY, **BY)
    period_life.close_survey(session, period, **TODAY, **BY)
    period_life.reopen_survey(session, period, makers.LAST, **TODAY, **BY)
    rows = session.scalars(
        sa.select(AuditEvent)
        .where(AuditEvent.agency_id == agency.id, AuditEvent.subject_type == "skm_period")
        .order_by(AuditEvent.id)
    ).all()
    assert [row.action for row in rows] == [
        "survey.create_period", "survey.open_period", "survey.close_period", "survey.reopen_period",
    ]  # fmt: skip
    assert all(not row.detail for row in rows)
