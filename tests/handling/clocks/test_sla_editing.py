"""Rules from a day on: which holds, where it comes from, and that what was in force stays."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.clocks.models import StoredSlaRule
from feedback_app.handling.clocks.sla import SlaRule
from feedback_app.handling.clocks.sla_editing import (
    Origin,
    RuleDayError,
    RuleInForceError,
    RuleSourceError,
    RuleTakenError,
    RuleValueError,
    UnknownRuleError,
    add_rule,
    remove_rule,
    rule_rows,
    rules_for,
)
from feedback_app.handling.rules import Classification
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import UnknownUnitError
from tests import factories as make

SOON = date(2026, 6, 1)
AFTER = make.NOW.replace(month=7)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


def add(session: Session, agency: Agency, unit_id: int | None = None, **values: Any) -> StoredSlaRule:
    known: dict[str, Any] = {"resolve_working_days": 10, "source": "Perwali 12/2026 Ps 8", "effective_from": SOON}
    rule = SlaRule(Classification.NO_OVERSIGHT, unit_id=unit_id, **{**known, **values})
    actor = person(make.user(session).id)
    return add_rule(session, agency.id, rule, today=make.TODAY, actor=actor, now=make.NOW)


def shown(session: Session, agency: Agency, unit_id: int | None, at: Any = AFTER) -> tuple[int | None, Origin]:
    lines = rules_for(clocks_of(session, agency.id), unit_id, at)
    assert [line.rule.classification for line in lines] == list(Classification)
    line = next(line for line in lines if line.rule.classification is Classification.NO_OVERSIGHT)
    return line.rule.resolve_working_days, line.origin


def test_rule_says_whether_it_is_the_default_the_agencys_or_a_units(session: Session, agency: Agency) -> None:
    head = make.unit(session, agency)
    below = make.unit(session, agency, parent=head)
    assert shown(session, agency, below.id) == (14, Origin.DEFAULT)
    add(session, agency)
    assert shown(session, agency, below.id) == (10, Origin.AGENCY)
    add(session, agency, head.id, resolve_working_days=7)
    assert shown(session, agency, below.id) == (7, Origin.UNIT)
    assert shown(session, agency, None) == (10, Origin.AGENCY)
    assert shown(session, agency, below.id, make.NOW) == (14, Origin.DEFAULT)


def test_later_rule_supersedes_and_the_earlier_row_stays(session: Session, agency: Agency) -> None:
    before = {row.id: (row.effective_from, row.resolve_working_days) for row in rule_rows(session, agency.id)}
    add(session, agency, effective_from=date(2026, 5, 1))
    rows = {row.id: (row.effective_from, row.resolve_working_days) for row in rule_rows(session, agency.id)}
    assert before.items() <= rows.items()
    assert len(rows) == len(before) + 1
    assert shown(session, agency, None, make.NOW) == (10, Origin.AGENCY)


def test_second_rule_of_a_kind_on_a_day_is_refused(session: Session, agency: Agency) -> None:
    add(session, agency)
    with pytest.raises(RuleTakenError):
        add(session, agency, resolve_working_days=9)
    assert shown(session, agency, None) == (10, Origin.AGENCY)


def test_rule_to_come_is_taken_back_and_one_in_force_is_not(session: Session, agency: Agency) -> None:
    actor = person(make.user(session).id)
    to_come, begun = add(session, agency), add(session, agency, effective_from=make.TODAY)
    remove_rule(session, agency.id, to_come.id, today=make.TODAY, actor=actor, now=make.NOW)
    with pytest.raises(RuleInForceError):
        remove_rule(session, agency.id, begun.id, today=make.TODAY, actor=actor, now=make.NOW)
    with pytest.raises(UnknownRuleError):
        remove_rule(session, make.agency(session).id, begun.id, today=make.TODAY, actor=actor, now=make.NOW)


@pytest.mark.parametrize(("values", "error"), [
    ({"verify_working_days": 0}, RuleValueError),
    ({"complete_days": 366}, RuleValueError),
    ({"resolve_working_days": 4}, RuleValueError),
    ({"source": "SK"}, RuleSourceError),
    ({"effective_from": date(2009, 12, 31)}, RuleDayError),
])  # fmt: skip
def test_rule_that_makes_no_sense_is_refused(
    session: Session, agency: Agency, values: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        add(session, agency, **values)


def test_unit_of_another_agency_gets_no_rule_here(session: Session, agency: Agency) -> None:
    with pytest.raises(UnknownUnitError):
        add(session, agency, make.unit(session, make.agency(session)).id)
