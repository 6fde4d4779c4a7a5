"""Duty rosters: cell by cell, the loser of two is told, entries are superseded and never edited."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.organisation.people.changes import MissingReasonError, approve
from feedback_app.organisation.people.counters import (
    CounterServiceError,
    UnknownCounterError,
    add_counter,
    counters_of,
)
from feedback_app.organisation.people.models import Counter, DutyEntry
from feedback_app.organisation.people.roster_queries import duty_between, fingerprint
from feedback_app.organisation.people.rosters import (
    NotOnStaffError,
    RosterChange,
    RosterTooLargeError,
    StaleRosterError,
    replace_duty,
)
from tests import factories as make
from tests.organisation.people.town import AT, WHY, Town, town

TOMORROW = make.TODAY + timedelta(days=1)
YESTERDAY = make.TODAY - timedelta(days=1)


def counter(at: Town) -> Counter:
    return add_counter(at.session, at.agency.id, at.unit.id, code="loket-1", name="Loket 1",
                       service_id=at.service.id, actor=at.me, now=AT.now)  # fmt: skip


def put(
    at: Town, cells: dict[tuple[int, date], set[int]], *, reason: str = "", seen: str | None = None
) -> RosterChange:
    return replace_duty(at.session, at.agency.id, at.unit.id, cells, actor=at.me, at=AT, reason=reason, seen=seen)


def test_replacing_a_cell_supersedes_who_stood_there_and_keeps_who_stays(session: Session) -> None:
    at = town(session)
    make.assignment(session, at.budi, at.unit)
    cell = (counter(at).id, TOMORROW)
    put(at, {cell: {at.ana.id}})
    done = put(at, {cell: {at.ana.id, at.budi.id}})
    assert (done.added, done.removed) == (1, 0)
    put(at, {cell: {at.budi.id}})
    rows = {e.employee_id: e.superseded_at for e in session.scalars(sa.select(DutyEntry))}
    assert rows == {at.ana.id: AT.now, at.budi.id: None}
    standing = duty_between(session, at.agency.id, at.unit.id, TOMORROW, TOMORROW)
    assert [entry.employee_id for entry in standing] == [at.budi.id]


def test_a_roster_that_changed_since_it_was_opened_is_not_overwritten(session: Session) -> None:
    at = town(session)
    cell = (counter(at).id, TOMORROW)
    seen = fingerprint(duty_between(session, at.agency.id, at.unit.id, TOMORROW, TOMORROW))
    put(at, {cell: {at.ana.id}}, seen=seen)
    with pytest.raises(StaleRosterError):
        put(at, {cell: set()}, seen=seen)


def test_an_approval_over_a_roster_that_changed_since_is_refused(session: Session) -> None:
    at = town(session)
    cell = (counter(at).id, YESTERDAY)
    one, other = (put(at, {cell: {at.ana.id}}, reason=WHY).waiting for _ in range(2))
    assert one
    assert other
    approve(session, at.agency.id, one.id, actor=person(at.approver.id), now=AT.now, today=AT.today)
    with pytest.raises(StaleRosterError):
        approve(session, at.agency.id, other.id, actor=person(at.approver.id), now=AT.now, today=AT.today)


def test_days_gone_by_need_a_reason_and_nothing_of_the_sheet_is_kept_without(session: Session) -> None:
    at = town(session)
    number = counter(at).id
    attempt = session.begin_nested()
    with pytest.raises(MissingReasonError):
        put(at, {(number, YESTERDAY): {at.ana.id}, (number, TOMORROW): {at.ana.id}})
    attempt.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(DutyEntry)) == 0


def test_an_unchanged_past_asks_for_nobody(session: Session) -> None:
    at = town(session)
    number = counter(at).id
    done = put(at, {(number, YESTERDAY): set(), (number, TOMORROW): {at.ana.id}})
    assert (done.added, done.waiting) == (1, None)


def test_only_the_staff_of_the_unit_or_of_one_below_it_stands_at_its_counters(session: Session) -> None:
    at = town(session)
    cell = (counter(at).id, TOMORROW)
    with pytest.raises(NotOnStaffError):
        put(at, {cell: {at.budi.id}})
    below = make.unit(session, at.agency, parent=at.unit)
    make.assignment(session, at.budi, below)
    assert put(at, {cell: {at.budi.id}}).added == 1


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(lambda at, n: {(n, make.TODAY + timedelta(days=400)): {at.ana.id}}, id="too far ahead"),
        pytest.param(lambda _at, n: {(n, TOMORROW): set(range(1, 9))}, id="too many at one counter"),
    ],
)
def test_a_roster_has_its_measure(session: Session, cells) -> None:  # type: ignore[no-untyped-def]
    at = town(session)
    with pytest.raises(RosterTooLargeError):
        put(at, cells(at, counter(at).id))


def test_a_counter_of_another_unit_is_not_there(session: Session) -> None:
    at = town(session)
    elsewhere = make.unit(session, at.agency)
    row = add_counter(session, at.agency.id, elsewhere.id, code="loket-1", name="Loket 1", service_id=None,
                      actor=at.me, now=AT.now)  # fmt: skip
    with pytest.raises(UnknownCounterError):
        put(at, {(row.id, TOMORROW): {at.ana.id}})
    with pytest.raises(CounterServiceError):
        add_counter(session, at.agency.id, elsewhere.id, code="loket-2", name="Loket 2", service_id=at.service.id,
                    actor=at.me, now=AT.now)  # fmt: skip
    assert [one.id for one in counters_of(session, at.agency.id, elsewhere.id)] == [row.id]
