"""Indexes through the periods, and what may be compared."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.organisation.models import Agency, Unit
from feedback_app.survey.comparison import Change, Comparability, compare, stored_side
from feedback_app.survey.elements import Weight
from feedback_app.survey.intervals import Verdict
from feedback_app.survey.models import Period
from feedback_app.survey.results import store_period
from feedback_app.survey.rules import MissingRule
from feedback_app.survey.series import before, series
from tests import factories as make
from tests.survey import makers

LOW, HIGH = [[2] * 9, [2] * 8 + [3], [3] * 9] * 4, [[4] * 9, [3] * 9, [4] * 8 + [3]] * 4


def round_of(session: Session, unit: Unit, year: int, rows: list[list[int]], **values: Any) -> Period:
    """A period of a year, closed and stored."""
    of = session.get_one(Agency, unit.agency_id)
    days: dict[str, Any] = {"starts_on": date(year, 1, 1), "ends_on": date(year, 12, 31)}
    period = makers.open_period(session, of, [unit], **days, **values)
    makers.respond_all(session, period, unit, rows, answered_on=date(year, 5, 1))
    makers.shut(session, period)
    store_period(session, period, now=make.NOW, actor=SYSTEM)
    return period


def a_unit(session: Session) -> Unit:
    return make.unit(session, make.agency(session))


def test_the_series_of_a_unit_runs_from_the_earliest_with_the_newest_version_of_each(session: Session) -> None:
    unit = a_unit(session)
    late = round_of(session, unit, 2026, HIGH)
    early = round_of(session, unit, 2025, LOW)
    store_period(session, early, now=make.NOW, actor=SYSTEM)
    found = series(session, unit.agency_id, unit.id)
    assert [(one.period.id, one.result.version) for one in found] == [(early.id, 2), (late.id, 1)]
    assert [one.period.id for one in before(found, late)] == [early.id]
    assert len(series(session, unit.agency_id, None)) == 2


def test_a_clear_rise_is_told_with_its_interval_and_a_small_one_is_undecided(session: Session) -> None:
    unit = a_unit(session)
    for year, rows in ((2024, LOW), (2025, LOW[1:]), (2026, HIGH)):
        round_of(session, unit, year, rows)
    first, second, third = (stored_side(one.result) for one in series(session, unit.agency_id, unit.id))
    rise = compare(third, second)
    assert rise.change is not None
    assert (rise.kind, rise.change.verdict) == (Comparability.SAME, Verdict.HIGHER)
    assert rise.change.low < rise.change.value < rise.change.high
    small = compare(second, first).change
    assert small is not None
    assert small.verdict is Verdict.UNDECIDED


def test_other_weights_are_not_subtracted_and_another_missing_rule_is_said(session: Session) -> None:
    unit = a_unit(session)
    round_of(session, unit, 2024, LOW)
    round_of(session, unit, 2025, LOW, missing=MissingRule.COMPLETE)
    round_of(session, unit, 2026, HIGH, weight=Weight.THREE_DIGITS)
    exact, complete, rounded = (stored_side(one.result) for one in series(session, unit.agency_id, unit.id))
    assert compare(complete, exact).also == (Change.MISSING,)
    found = compare(rounded, complete)
    assert (found.kind, found.change) == (Comparability.DIFFERENT_WEIGHTS, None)


def test_an_index_of_one_respondent_cannot_be_compared(session: Session) -> None:
    unit = a_unit(session)
    round_of(session, unit, 2025, [[3] * 9])
    round_of(session, unit, 2026, HIGH)
    one, many = (stored_side(found.result) for found in series(session, unit.agency_id, unit.id))
    found = compare(many, one)
    assert (found.kind, found.before) == (Comparability.NO_SPREAD, Decimal("75.00"))
