"""Declared levels: beforehand, inherited down the tree, taken back only while they are to come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from feedback_app.organisation.people.changes import MissingReasonError
from feedback_app.organisation.people.levels_declared import (
    LevelInForceError,
    LevelTakenError,
    declare_level,
    levels_in_force,
    take_back_level,
)
from feedback_app.organisation.people.rules import AttributionLevel
from tests import factories as make
from tests.organisation.people.town import AT, WHY, Town, town

TOMORROW = make.TODAY + timedelta(days=1)


def declare(at: Town, unit_id: int | None, level: AttributionLevel, day=make.TODAY, reason: str = WHY):  # type: ignore[no-untyped-def]
    return declare_level(at.session, at.agency.id, unit_id, level, starts_on=day, reason=reason, actor=at.me, at=AT)


def in_force(at: Town, day=make.TODAY) -> dict[int, AttributionLevel]:  # type: ignore[no-untyped-def]
    return {one.unit.id: one.level for one in levels_in_force(at.session, at.agency.id, day)}


def test_without_a_word_the_counter_record_holds(session: Session) -> None:
    at = town(session)
    assert in_force(at) == {at.unit.id: AttributionLevel.COUNTER}


def test_a_unit_has_the_level_of_the_nearest_above_it(session: Session) -> None:
    at = town(session)
    below = make.unit(session, at.agency, parent=at.unit)
    lowest = make.unit(session, at.agency, parent=below)
    declare(at, None, AttributionLevel.ASSIGNMENT)
    declare(at, below.id, AttributionLevel.UNIT, TOMORROW)
    assert in_force(at)[lowest.id] is AttributionLevel.ASSIGNMENT
    assert in_force(at, TOMORROW) == {
        at.unit.id: AttributionLevel.ASSIGNMENT, below.id: AttributionLevel.UNIT, lowest.id: AttributionLevel.UNIT,
    }  # fmt: skip


def test_a_level_needs_a_reason_and_a_day_of_its_own(session: Session) -> None:
    at = town(session)
    with pytest.raises(MissingReasonError):
        declare(at, at.unit.id, AttributionLevel.UNIT, reason="")
    declare(at, at.unit.id, AttributionLevel.UNIT)
    with pytest.raises(LevelTakenError):
        declare(at, at.unit.id, AttributionLevel.COUNTER)


def test_only_what_is_to_come_is_taken_back(session: Session) -> None:
    at = town(session)
    now, later = (declare(at, at.unit.id, AttributionLevel.UNIT, day) for day in (make.TODAY, TOMORROW))
    take_back_level(session, at.agency.id, later.id, actor=at.me, at=AT)
    with pytest.raises(LevelInForceError):
        take_back_level(session, at.agency.id, now.id, actor=at.me, at=AT)
