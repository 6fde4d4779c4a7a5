"""A follow-up plan is written for a closed period, changed by one at a time, and what is not done goes on once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.organisation.models import Agency, Unit
from feedback_app.survey.action_carrying import carry, left_over
from feedback_app.survey.action_counts import LeftOver, counts_of, due_soon, left_overs
from feedback_app.survey.action_queries import (
    action_of,
    history_of,
    lowest_first,
    period_before,
    plan_of,
    public_plan,
)
from feedback_app.survey.action_undo import NothingToUndoError, status_before, undo
from feedback_app.survey.actions import (
    ActionChangedError,
    ActionWentOnError,
    PlanClosedError,
    Planned,
    UnknownActionError,
    UnusablePlanError,
    change,
    is_late,
    move,
    plan,
)
from feedback_app.survey.models import Period
from feedback_app.survey.result_models import Action
from feedback_app.survey.rules import ActionStatus
from tests import factories as make
from tests.survey import makers

PLANNED = Planned("waktu", "Loket kedua dibuka pada jam sibuk.", 2026, (3, 4), "Kepala Bidang Pelayanan")
SOON = date(2026, 12, 20)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def unit(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency)


@pytest.fixture
def period(session: Session, agency: Agency, unit: Unit) -> Period:
    return makers.shut(session, makers.open_period(session, agency, [unit]))


@pytest.fixture
def head(session: Session) -> int:
    return make.user(session).id


def add(session: Session, period: Period, unit: Unit, head: int, planned: Planned = PLANNED) -> Action:
    return plan(session, period, unit.id, planned, user_id=head, now=make.NOW)


def step(session: Session, row: Action, head: int, status: ActionStatus, words: str = "") -> None:
    move(session, row, status, words, version=row.version, user_id=head, now=make.NOW)


def later_period(session: Session, agency: Agency, unit: Unit) -> Period:
    days = {"starts_on": date(2026, 7, 1), "ends_on": date(2026, 12, 31)}
    return makers.shut(session, makers.open_period(session, agency, [unit], **days))


def test_a_row_keeps_what_was_planned_and_leaves_a_trail(
    session: Session, period: Period, unit: Unit, head: int
) -> None:
    row = add(session, period, unit, head, replace(PLANNED, programme="  Loket   kedua  ", quarters=(4, 3, 4)))
    assert (row.programme, row.quarters, row.status, row.version) == (
        "Loket kedua", [3, 4], ActionStatus.PLANNED, 1
    )  # fmt: skip
    said = session.scalars(sa.select(AuditEvent.action).where(AuditEvent.subject_id == row.id)).all()
    assert said == ["survey.plan_action"]


def test_nothing_is_planned_while_the_survey_runs(session: Session, agency: Agency, unit: Unit, head: int) -> None:
    with pytest.raises(PlanClosedError):
        add(session, makers.open_period(session, agency, [unit]), unit, head)


@pytest.mark.parametrize(
    "wrong",
    [{"element": "harga"}, {"programme": "x"}, {"quarters": ()}, {"quarters": (5,)}, {"year": 26}, {"responsible": ""}],
)
def test_a_row_that_lacks_something_is_refused(
    session: Session, period: Period, unit: Unit, head: int, wrong: dict[str, object]
) -> None:
    with pytest.raises(UnusablePlanError):
        add(session, period, unit, head, replace(PLANNED, **wrong))  # type: ignore[arg-type]


def test_who_saves_second_is_told_and_nothing_is_overwritten(
    session: Session, period: Period, unit: Unit, head: int
) -> None:
    row = add(session, period, unit, head)
    change(session, row, replace(PLANNED, year=2027), version=1, user_id=head, now=make.NOW)
    with pytest.raises(ActionChangedError):
        change(session, row, replace(PLANNED, year=2028), version=1, user_id=head, now=make.NOW)
    with pytest.raises(ActionChangedError):
        move(session, row, ActionStatus.RUNNING, "", version=1, user_id=head, now=make.NOW)
    assert (row.year, row.status, row.version) == (2027, ActionStatus.PLANNED, 2)


@pytest.mark.parametrize("ended", [ActionStatus.DONE, ActionStatus.DROPPED])
def test_what_is_over_needs_a_word(
    session: Session, period: Period, unit: Unit, head: int, ended: ActionStatus
) -> None:
    row = add(session, period, unit, head)
    with pytest.raises(UnusablePlanError):
        step(session, row, head, ended, "  ok ")
    step(session, row, head, ended, "Loket dibuka 3 Agustus.")
    assert plan_of(session, row.agency_id, period.id, unit.id, day=SOON)[0].note == "Loket dibuka 3 Agustus."


def test_the_same_status_again_needs_news(session: Session, period: Period, unit: Unit, head: int) -> None:
    row = add(session, period, unit, head)
    with pytest.raises(UnusablePlanError):
        step(session, row, head, ActionStatus.PLANNED)
    step(session, row, head, ActionStatus.PLANNED, "Menunggu anggaran perubahan.")


def test_only_the_very_last_change_of_status_is_undone_and_never_into_done(
    session: Session, period: Period, unit: Unit, head: int
) -> None:
    row = add(session, period, unit, head)
    assert status_before(session, row) is None
    step(session, row, head, ActionStatus.DONE, "Sudah dibuka.")
    assert status_before(session, row) is ActionStatus.PLANNED
    undo(session, row, version=2, user_id=head, now=make.NOW)
    assert (row.status, row.version) == (ActionStatus.PLANNED, 3)
    assert plan_of(session, row.agency_id, period.id, unit.id, day=SOON)[0].note == ""
    with pytest.raises(NothingToUndoError):
        undo(session, row, version=3, user_id=head, now=make.NOW)
    step(session, row, head, ActionStatus.RUNNING)
    change(session, row, PLANNED, version=row.version, user_id=head, now=make.NOW)
    assert status_before(session, row) is None


def test_a_row_is_late_from_the_day_after_its_last_quarter_until_it_is_over(
    session: Session, period: Period, unit: Unit, head: int
) -> None:
    row = add(session, period, unit, head)
    assert not is_late(row, date(2026, 12, 31))
    assert is_late(row, date(2027, 1, 1))
    step(session, row, head, ActionStatus.DROPPED, "Gedung dipindah.")
    assert not is_late(row, date(2027, 1, 1))


def test_what_is_due_is_counted_and_named_two_weeks_before(
    session: Session, period: Period, unit: Unit, head: int
) -> None:
    rows = [add(session, period, unit, head, replace(PLANNED, quarters=(n,))) for n in (2, 4, 4)]
    step(session, rows[2], head, ActionStatus.DONE, "Sudah dibuka.")
    of = (period.agency_id, [unit.id])
    assert [(one.id, one.is_late) for one in due_soon(session, *of, day=SOON)] == [
        (rows[0].id, True), (rows[1].id, False)
    ]  # fmt: skip
    assert [one.id for one in due_soon(session, *of, day=SOON - timedelta(days=4))] == [rows[0].id]
    counts = counts_of(session, period.agency_id, period.id, [unit.id], day=SOON)[unit.id]
    assert (counts.actions, counts.done, counts.late) == (3, 1, 1)


def test_what_is_not_over_goes_on_once_and_is_followed_there(
    session: Session, agency: Agency, period: Period, unit: Unit, head: int
) -> None:
    rows = [add(session, period, unit, head) for _ in range(3)]
    step(session, rows[0], head, ActionStatus.DONE, "Sudah dibuka.")
    step(session, rows[1], head, ActionStatus.RUNNING, "Baru dimulai.")
    later = later_period(session, agency, unit)
    earlier = period_before(session, later)
    assert earlier is period
    assert left_over(session, period, unit.id) == 2
    carried = carry(session, period, later, unit.id, user_id=head, now=make.NOW)
    assert [(row.carried_from, row.status) for row in carried] == [
        (rows[1].id, ActionStatus.RUNNING), (rows[2].id, ActionStatus.PLANNED)
    ]  # fmt: skip
    assert carry(session, period, later, unit.id, user_id=head, now=make.NOW) == []
    assert left_over(session, period, unit.id) == 0
    with pytest.raises(ActionWentOnError):
        step(session, rows[1], head, ActionStatus.DROPPED, "Tidak jadi.")
    before = plan_of(session, agency.id, period.id, unit.id, day=date(2027, 5, 1))
    assert [(row.went_on, row.is_late) for row in before] == [(False, False), (True, False), (True, False)]
    words = [event.note for event in history_of(session, agency.id, carried[0].id)]
    assert words == ["", "Baru dimulai.", ""]


def test_a_row_of_another_unit_or_period_does_not_exist(
    session: Session, agency: Agency, period: Period, unit: Unit, head: int
) -> None:
    row = add(session, period, unit, head)
    other = make.unit(session, agency)
    assert action_of(session, agency.id, unit.id, row.id, period_id=period.id) is row
    for unit_id, period_id in ((other.id, period.id), (unit.id, period.id + 1)):
        with pytest.raises(UnknownActionError):
            action_of(session, agency.id, unit_id, row.id, period_id=period_id)


def test_everybody_reads_programme_and_status_and_no_person(
    session: Session, period: Period, unit: Unit, head: int
) -> None:
    add(session, period, unit, head)
    _period_id, [shown] = public_plan(session, period.agency_id, [period.id], unit.id, day=SOON)
    assert shown.programme == PLANNED.programme
    assert "responsible" not in type(shown).__dataclass_fields__


def test_the_public_plan_is_the_newest_there_is_and_follows_what_went_on(
    session: Session, agency: Agency, period: Period, unit: Unit, head: int
) -> None:
    add(session, period, unit, head)
    later = later_period(session, agency, unit)
    ids = [later.id, period.id]
    shown_of, [shown] = public_plan(session, agency.id, ids, unit.id, day=date(2027, 1, 1))
    assert (shown_of, shown.status, shown.is_late) == (period.id, ActionStatus.PLANNED, True)
    [carried] = carry(session, period, later, unit.id, user_id=head, now=make.NOW)
    step(session, carried, head, ActionStatus.DONE, "Loket kedua dibuka.")
    shown_of, [shown] = public_plan(session, agency.id, ids, unit.id, day=date(2027, 1, 1))
    assert (shown_of, shown.status) == (later.id, ActionStatus.DONE)
    _of, [shown] = public_plan(session, agency.id, [period.id], unit.id, day=date(2027, 1, 1))
    assert (shown.status, shown.is_late) == (ActionStatus.DONE, False)


def test_what_waits_in_the_plan_before_is_counted_with_what_of_it_is_late(
    session: Session, agency: Agency, period: Period, unit: Unit, head: int
) -> None:
    add(session, period, unit, head)
    add(session, period, unit, head, replace(PLANNED, year=2027))
    done = add(session, period, unit, head)
    step(session, done, head, ActionStatus.DONE, "Sudah dibuka.")
    day = date(2027, 1, 1)
    assert left_overs(session, agency.id, period.id, [unit.id], day=day) == {unit.id: LeftOver(2, 1)}
    carry(session, period, later_period(session, agency, unit), unit.id, user_id=head, now=make.NOW)
    assert left_overs(session, agency.id, period.id, [unit.id], day=day) == {}


def test_rows_without_a_result_stay_as_they_were_written(
    session: Session, period: Period, unit: Unit, head: int
) -> None:
    for element in ("waktu", "biaya"):
        add(session, period, unit, head, replace(PLANNED, element=element))
    written = plan_of(session, period.agency_id, period.id, unit.id, day=SOON)
    assert lowest_first(written, None) == written
