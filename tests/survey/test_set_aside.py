"""Questionnaires set aside count nowhere, come back whole, and leave a trace of who did it and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import Actor, person
from feedback_app.organisation.models import Agency, Unit
from feedback_app.survey import set_aside
from feedback_app.survey.folding import any_to_fold
from feedback_app.survey.models import Period, Response
from feedback_app.survey.recount import recount
from feedback_app.survey.results import unit_figures
from feedback_app.survey.rules import OPEN_STEP, SurveyChannel
from feedback_app.survey.set_aside import (
    NothingToSetAsideError,
    SetAsideFixedError,
    SetAsideReasonError,
    UnknownSetAsideError,
)
from feedback_app.survey.set_aside_models import SetAside
from tests import factories as make
from tests.survey import makers

WHY = "Dua belas kuesioner sama dalam satu menit."
OTHER_DAY = makers.DAY + timedelta(days=1)
WEB = SurveyChannel.WEB


@dataclass
class Stuffed:
    """A unit with good answers on one day, and as many as may be set aside of bad ones on the next."""

    session: Session
    unit: Unit
    period: Period
    admin: Actor

    def set_aside(self, *, channel: SurveyChannel = WEB, reason: str = WHY, day: date = OTHER_DAY) -> SetAside:
        return set_aside.set_aside(
            self.session, self.period, self.unit.id, day, channel, reason, actor=self.admin, now=make.NOW,
        )  # fmt: skip

    def figures(self) -> tuple[int, str]:
        found = unit_figures(self.session, self.period, self.unit.id)
        assert found is not None
        assert found.unit.index is not None
        return found.unit.received, str(found.unit.index.value)

    def right(self) -> bool:
        return recount(self.session) == [] and not any_to_fold(self.session)


@pytest.fixture
def stuffed(session: Session) -> Stuffed:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    period = makers.open_period(session, agency, [unit])
    makers.respond_all(session, period, unit, [[4] * 9] * 20)
    makers.respond_all(session, period, unit, [[1] * 9] * OPEN_STEP, answered_on=OTHER_DAY)
    makers.fold(session, period)
    return Stuffed(session, unit, period, person(make.user(session).id))


def test_what_is_set_aside_counts_nowhere_and_comes_back_whole(stuffed: Stuffed) -> None:
    before = stuffed.figures()
    assert before == (30, "75.00")
    row = stuffed.set_aside()
    assert (row.responses, row.reason, row.set_by) == (OPEN_STEP, WHY, stuffed.admin.user_id)
    assert stuffed.figures() == (20, "100.00")
    assert set_aside.count(stuffed.session, stuffed.period, stuffed.unit.id) == OPEN_STEP
    assert stuffed.right()
    set_aside.take_back(stuffed.session, stuffed.period, row.id, actor=stuffed.admin, now=make.NOW)
    assert stuffed.figures() == before
    assert (row.undone_at, row.undone_by) == (make.NOW, stuffed.admin.user_id)
    assert set_aside.count(stuffed.session, stuffed.period) == 0
    assert stuffed.right()


def test_answers_that_still_wait_for_the_sums_are_set_aside_as_well(stuffed: Stuffed) -> None:
    makers.respond_all(stuffed.session, stuffed.period, stuffed.unit, [[1] * 9] * 3, answered_on=OTHER_DAY)
    row = stuffed.set_aside()
    assert row.responses == OPEN_STEP + 3
    makers.fold(stuffed.session, stuffed.period)
    assert stuffed.figures() == (20, "100.00")
    set_aside.take_back(stuffed.session, stuffed.period, row.id, actor=stuffed.admin, now=make.NOW)
    makers.fold(stuffed.session, stuffed.period)
    assert stuffed.figures()[0] == 33
    assert stuffed.right()


def test_another_day_another_unit_paper_and_visits_stay(stuffed: Stuffed) -> None:
    session, period = stuffed.session, stuffed.period
    other = make.unit(session, period_agency(stuffed))
    makers.target(session, period, other)
    makers.respond_all(session, period, other, [[1] * 9] * OPEN_STEP, answered_on=OTHER_DAY)
    for channel in (SurveyChannel.PAPER, SurveyChannel.COUNTER):
        makers.respond(session, period, stuffed.unit, channel=channel, answered_on=OTHER_DAY)
    stuffed.set_aside()
    gone = session.scalars(sa.select(Response).where(Response.is_withdrawn)).all()
    assert {(row.unit_id, row.answered_on, row.channel) for row in gone} == {(stuffed.unit.id, OTHER_DAY, WEB)}
    assert len(gone) == OPEN_STEP


def period_agency(stuffed: Stuffed) -> Agency:
    return stuffed.session.get_one(Agency, stuffed.period.agency_id)


@pytest.mark.parametrize("channel", [SurveyChannel.PAPER, SurveyChannel.IMPORTED, SurveyChannel.COUNTER])
def test_what_proves_where_it_came_from_is_not_set_aside(stuffed: Stuffed, channel: SurveyChannel) -> None:
    for _ in range(OPEN_STEP):
        makers.respond(stuffed.session, stuffed.period, stuffed.unit, channel=channel, answered_on=OTHER_DAY)
    with pytest.raises(NothingToSetAsideError):
        stuffed.set_aside(channel=channel)


def test_so_few_that_their_answers_could_be_read_from_the_difference_stay(stuffed: Stuffed) -> None:
    day = OTHER_DAY + timedelta(days=1)
    makers.respond_all(stuffed.session, stuffed.period, stuffed.unit, [[1] * 9] * (OPEN_STEP - 1), answered_on=day)
    with pytest.raises(NothingToSetAsideError, match="tidak terbaca dari selisih"):
        stuffed.set_aside(day=day)
    assert set_aside.lines(stuffed.session, stuffed.period) == []


@pytest.mark.parametrize("reason", ["", "  ", "pendek", "x" * 9, "x" * 501, "  " + "x" * 9 + "  "])
def test_a_reason_is_asked_for(stuffed: Stuffed, reason: str) -> None:
    with pytest.raises(SetAsideReasonError):
        stuffed.set_aside(reason=reason)


def test_only_an_open_period_is_changed(stuffed: Stuffed) -> None:
    row = stuffed.set_aside()
    makers.shut(stuffed.session, stuffed.period)
    with pytest.raises(SetAsideFixedError):
        stuffed.set_aside(day=makers.DAY)
    with pytest.raises(SetAsideFixedError):
        set_aside.take_back(stuffed.session, stuffed.period, row.id, actor=stuffed.admin, now=make.NOW)
    assert set_aside.count(stuffed.session, stuffed.period) == OPEN_STEP


def test_the_second_to_set_aside_or_take_back_is_told(stuffed: Stuffed) -> None:
    row = stuffed.set_aside()
    with pytest.raises(NothingToSetAsideError):
        stuffed.set_aside()
    set_aside.take_back(stuffed.session, stuffed.period, row.id, actor=stuffed.admin, now=make.NOW)
    with pytest.raises(UnknownSetAsideError):
        set_aside.take_back(stuffed.session, stuffed.period, row.id, actor=stuffed.admin, now=make.NOW)


def test_the_one_of_another_period_is_not_found(stuffed: Stuffed) -> None:
    row = stuffed.set_aside()
    agency = make.agency(stuffed.session)
    foreign = makers.open_period(stuffed.session, agency, [make.unit(stuffed.session, agency)])
    with pytest.raises(UnknownSetAsideError):
        set_aside.take_back(stuffed.session, foreign, row.id, actor=stuffed.admin, now=make.NOW)


def test_both_acts_are_recorded_without_their_words(stuffed: Stuffed) -> None:
    row = stuffed.set_aside()
    set_aside.take_back(stuffed.session, stuffed.period, row.id, actor=stuffed.admin, now=make.NOW)
    events = stuffed.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.subject_type == "skm_set_aside").order_by(AuditEvent.id)
    ).all()
    assert [event.action for event in events] == ["survey.set_aside", "survey.undo_set_aside"]
    assert all(WHY not in str(vars(event)) for event in events)


def test_the_busiest_days_are_offered_with_their_numbers(stuffed: Stuffed) -> None:
    found = [(one.day, one.channel, one.responses) for one in set_aside.busiest(stuffed.session, stuffed.period)]
    assert found == [(makers.DAY, WEB, 20), (OTHER_DAY, WEB, OPEN_STEP)]


def test_the_database_takes_no_row_out_without_saying_by_whose_hand(stuffed: Stuffed) -> None:
    with pytest.raises(IntegrityError, match="only_batches_are_withdrawn"), stuffed.session.begin_nested():
        stuffed.session.execute(sa.update(Response).values(is_withdrawn=True))
    row = makers.aside(stuffed.session, stuffed.period, stuffed.unit)
    with pytest.raises(IntegrityError, match="set_aside_is_withdrawn"), stuffed.session.begin_nested():
        stuffed.session.execute(sa.update(Response).values(set_aside_id=row.id))
