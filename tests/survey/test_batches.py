"""Questionnaires on paper: stored as batches, taken back exactly, never twice and never after the end."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import person
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Unit
from feedback_app.survey import batch_queries, batch_undo, batches
from feedback_app.survey.batch_models import Batch
from feedback_app.survey.batches import FileRead
from feedback_app.survey.elements import OFFICIAL_QUESTIONS
from feedback_app.survey.models import Period
from feedback_app.survey.operations import Filled, SurveyClosedError, UnusableAnswersError
from feedback_app.survey.queries import NotSurveyedError
from feedback_app.survey.recount import recount
from feedback_app.survey.rules import AnswerOrder, SurveyChannel
from feedback_app.survey.tally_models import Cell
from tests import factories as make
from tests.survey import makers
from tests.survey.test_folding import everything

KEYS = [question.element for question in OFFICIAL_QUESTIONS]


def filled(unit: Unit, *, day: date = makers.DAY, answer: int = 3, **values: Any) -> Filled:
    return Filled(
        unit_id=unit.id, service_id=None, answered_on=day, answers=dict.fromkeys(KEYS, answer),
        channel=SurveyChannel.IMPORTED, entry_key=secrets.token_bytes(16), **values,
    )  # fmt: skip


class Desk:
    """A unit in an open period, and somebody who types."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.agency = make.agency(session)
        self.unit = make.unit(session, self.agency)
        self.user = make.user(session)
        make.grant(session, self.user, Role.OFFICER, self.agency, self.unit)
        self.period: Period = makers.open_period(session, self.agency, [self.unit])
        self.by: dict[str, Any] = {"actor": person(self.user.id), "now": make.NOW}

    def begin(self) -> Batch:
        return batches.start(self.session, self.period, self.unit.id, None, **self.by)

    def file(self, rows: int = 5, sha: bytes = b"1" * 32, **values: Any) -> Batch:
        read = FileRead(sha, "survei.csv", AnswerOrder.FORM)
        return batches.add_file(
            self.session, self.period, self.unit.id, None, [filled(self.unit, **values) for _ in range(rows)], read,
            **self.by,
        )  # fmt: skip

    def acts(self) -> list[tuple[str, dict[str, Any]]]:
        of = sa.select(AuditEvent).where(AuditEvent.subject_type == "skm_batch").order_by(AuditEvent.id)
        return [(event.action, event.detail) for event in self.session.scalars(of)]


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def test_the_same_questionnaire_sent_twice_is_stored_once(desk: Desk) -> None:
    session = desk.begin()
    sheet = filled(desk.unit)
    assert batches.add_typed(desk.session, desk.period, session, sheet)
    assert not batches.add_typed(desk.session, desk.period, session, sheet)
    assert batch_queries.rows_in(desk.session, session) == 1
    assert len(batch_queries.recent(desk.session, session)) == 1


def test_a_typed_questionnaire_is_of_the_place_of_its_session_whatever_it_says(desk: Desk) -> None:
    elsewhere = make.unit(desk.session, desk.agency)
    batches.add_typed(desk.session, desk.period, desk.begin(), filled(elsewhere))
    [stored] = makers.responses(desk.session, desk.period)
    assert (stored.unit_id, stored.channel) == (desk.unit.id, SurveyChannel.PAPER)


def test_a_session_remembers_the_last_ten_only(desk: Desk) -> None:
    session = desk.begin()
    for answer in (1, 2, 3) * 4:
        batches.add_typed(desk.session, desk.period, session, filled(desk.unit, answer=answer))
    shown = batch_queries.recent(desk.session, session)
    assert [row.answers[0] for row in shown] == [3, 2, 1, 3, 2, 1, 3, 2, 1, 3]
    assert batch_queries.rows_in(desk.session, session) == 12


def test_a_slip_taken_back_leaves_sums_as_if_it_had_never_been(desk: Desk) -> None:
    session = desk.begin()
    makers.respond(desk.session, desk.period, desk.unit)
    batches.add_typed(desk.session, desk.period, session, filled(desk.unit, answer=4))
    makers.fold(desk.session, desk.period)
    before = everything(desk.session)
    batches.add_typed(desk.session, desk.period, session, filled(desk.unit, answer=1))
    makers.fold(desk.session, desk.period)
    slip = batch_queries.recent(desk.session, session)[0]
    batch_undo.withdraw_row(desk.session, desk.period, session, str(slip.id), **desk.by)
    makers.fold(desk.session, desk.period)
    assert everything(desk.session) == before
    assert recount(desk.session, agency_id=desk.agency.id) == []
    assert batch_queries.rows_in(desk.session, session) == 1
    with pytest.raises(batch_undo.UnknownRowError):
        batch_undo.withdraw_row(desk.session, desk.period, session, str(slip.id), **desk.by)


def test_a_slip_that_no_sum_holds_yet_never_reaches_one(desk: Desk) -> None:
    session = desk.begin()
    batches.add_typed(desk.session, desk.period, session, filled(desk.unit))
    [slip] = batch_queries.recent(desk.session, session)
    batch_undo.withdraw_row(desk.session, desk.period, session, str(slip.id), **desk.by)
    assert makers.fold(desk.session, desk.period) == 0
    assert desk.session.scalar(sa.select(sa.func.count()).select_from(Cell)) == 0


def test_only_the_last_ones_are_taken_back_one_by_one(desk: Desk) -> None:
    session = desk.begin()
    makers.respond(desk.session, desk.period, desk.unit)
    [other] = makers.responses(desk.session, desk.period)
    with pytest.raises(batch_undo.UnknownRowError):
        batch_undo.withdraw_row(desk.session, desk.period, session, str(other.id), **desk.by)


def test_a_whole_file_taken_back_restores_every_sum(desk: Desk) -> None:
    for answer in (2, 3, 4):
        makers.respond(desk.session, desk.period, desk.unit, (answer,) * 9)
    makers.fold(desk.session, desk.period)
    before = everything(desk.session)
    batch = desk.file(rows=40, answer=1)
    makers.fold(desk.session, desk.period)
    assert everything(desk.session) != before
    assert batch_undo.undo(desk.session, desk.period, batch, **desk.by) == 40
    assert everything(desk.session) == before
    assert recount(desk.session, agency_id=desk.agency.id) == []


def test_a_batch_is_taken_back_once(desk: Desk) -> None:
    batch = desk.file()
    batch_undo.undo(desk.session, desk.period, batch, **desk.by)
    with pytest.raises(batches.BatchUndoneError):
        batch_undo.undo(desk.session, desk.period, batch, **desk.by)


def test_nothing_is_typed_into_a_session_that_was_taken_back(desk: Desk) -> None:
    session = desk.begin()
    batch_undo.undo(desk.session, desk.period, session, **desk.by)
    with pytest.raises(batches.BatchUndoneError):
        batches.add_typed(desk.session, desk.period, session, filled(desk.unit))


def test_the_same_file_counts_once_and_the_second_is_told_where_the_first_is(desk: Desk) -> None:
    first = desk.file()
    assert batches.known_file(desk.session, desk.period, desk.unit.id, b"1" * 32) == first.id
    with pytest.raises(batches.FileKnownError) as refused:
        desk.file()
    assert refused.value.batch_id == first.id
    assert len(makers.responses(desk.session, desk.period)) == 5


def test_a_file_that_was_taken_back_may_come_again(desk: Desk) -> None:
    batch_undo.undo(desk.session, desk.period, desk.file(), **desk.by)
    again = desk.file(rows=3)
    assert batch_queries.rows_in(desk.session, again) == 3


def test_a_closed_period_takes_no_paper_and_gives_none_back(desk: Desk) -> None:
    session, batch = desk.begin(), desk.file()
    makers.shut(desk.session, desk.period)
    with pytest.raises(SurveyClosedError):
        batches.add_typed(desk.session, desk.period, session, filled(desk.unit))
    with pytest.raises(SurveyClosedError):
        desk.file(sha=b"2" * 32)
    with pytest.raises(SurveyClosedError):
        desk.begin()
    with pytest.raises(batch_undo.BatchFixedError, match="sudah ditutup"):
        batch_undo.undo(desk.session, desk.period, batch, **desk.by)
    assert len(makers.responses(desk.session, desk.period)) == 5


def test_a_file_with_one_day_outside_the_period_is_refused_as_a_whole(desk: Desk) -> None:
    rows = [filled(desk.unit), filled(desk.unit, day=makers.LAST + timedelta(days=1))]
    with pytest.raises(SurveyClosedError):
        batches.add_file(
            desk.session, desk.period, desk.unit.id, None, rows, FileRead(b"3" * 32, "x", AnswerOrder.KEYS), **desk.by
        )
    assert not makers.responses(desk.session, desk.period)


def test_a_questionnaire_without_answers_spoils_a_file(desk: Desk) -> None:
    blank = Filled(desk.unit.id, None, makers.DAY, {}, SurveyChannel.IMPORTED)
    with pytest.raises(UnusableAnswersError), desk.session.begin_nested():
        batches.add_file(
            desk.session, desk.period, desk.unit.id, None, [filled(desk.unit), blank],
            FileRead(b"3" * 32, "x", AnswerOrder.KEYS), **desk.by,
        )  # fmt: skip
    assert not makers.responses(desk.session, desk.period)


def test_no_session_begins_for_a_unit_that_is_not_surveyed(desk: Desk) -> None:
    other = make.unit(desk.session, desk.agency)
    with pytest.raises(NotSurveyedError):
        batches.start(desk.session, desk.period, other.id, None, **desk.by)


def test_the_trail_tells_who_brought_and_took_back_how_many_and_no_answer(desk: Desk) -> None:
    batch_undo.undo(desk.session, desk.period, desk.file(rows=4), **desk.by)
    assert [(action, detail["rows"]) for action, detail in desk.acts()] == [
        ("survey.import_file", 4), ("survey.undo_batch", 4),
    ]  # fmt: skip
    assert all(isinstance(value, int) for _, detail in desk.acts() for value in detail.values())


def test_a_batch_of_another_unit_does_not_exist_for_somebody(desk: Desk) -> None:
    batch = desk.begin()
    stranger = make.user(desk.session)
    make.grant(desk.session, stranger, Role.OFFICER, desk.agency, make.unit(desk.session, desk.agency))
    with pytest.raises(batch_queries.UnknownBatchError):
        batch_queries.batch_for(desk.session, stranger.id, batch.id, make.TODAY)
    found, period = batch_queries.batch_for(desk.session, desk.user.id, batch.id, make.TODAY)
    assert (found.id, period.id) == (batch.id, desk.period.id)


def test_a_colleague_has_a_session_of_their_own(desk: Desk) -> None:
    batch = desk.begin()
    colleague = make.user(desk.session)
    make.grant(desk.session, colleague, Role.OFFICER, desk.agency, desk.unit)
    batch_queries.batch_for(desk.session, colleague.id, batch.id, make.TODAY)
    with pytest.raises(batch_queries.UnknownBatchError):
        batch_queries.own_session(desk.session, colleague.id, batch.id, make.TODAY)


def test_the_list_of_batches_passes_over_sessions_in_which_nothing_was_typed(desk: Desk) -> None:
    desk.begin()
    session = desk.begin()
    batches.add_typed(desk.session, desk.period, session, filled(desk.unit))
    undone = desk.file(rows=2)
    batch_undo.undo(desk.session, desk.period, undone, **desk.by)
    lines = batch_queries.batches(desk.session, desk.user.id, make.TODAY)
    assert {(line.batch.id, line.rows, line.withdrawn) for line in lines} == {(session.id, 1, 0), (undone.id, 0, 2)}
    assert batch_queries.count_batches(desk.session, desk.user.id, make.TODAY) == 2
    assert batch_queries.typed_since(desk.session, desk.user.id, make.NOW - timedelta(hours=1)) == 1
