"""The same questionnaires in another file: refused with the way to the first, unless somebody says they are others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from feedback_app.survey import batch_undo, batches
from feedback_app.survey.batch_models import Batch
from feedback_app.survey.batches import FileKnownError, FileRead
from feedback_app.survey.operations import Filled, Respondent
from feedback_app.survey.rules import AnswerOrder, Sex
from feedback_app.survey.same_rows import HASH_OPTION, SameRowsError, rows_hash
from tests import factories as make
from tests.survey import makers
from tests.survey.test_batches import Desk, filled


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def three(desk: Desk) -> list[Filled]:
    return [filled(desk.unit, answer=answer) for answer in (2, 3, 4)]


def store(desk: Desk, rows: list[Filled], sha: bytes, *, is_different: bool = False) -> Batch:
    read = FileRead(sha * 32, "survei.csv", AnswerOrder.FORM)
    return batches.add_file(
        desk.session, desk.period, desk.unit.id, None, rows, read, is_different=is_different, **desk.by
    )  # fmt: skip


def test_the_same_questionnaires_in_other_bytes_and_another_order_are_refused(desk: Desk) -> None:
    first = store(desk, three(desk), b"1")
    with pytest.raises(SameRowsError) as refused:
        store(desk, three(desk)[::-1], b"2")
    assert refused.value.batch_id == first.id
    assert len(makers.responses(desk.session, desk.period)) == 3


def test_somebody_who_looked_may_store_them_and_the_very_same_file_not_even_so(desk: Desk) -> None:
    store(desk, three(desk), b"1")
    store(desk, three(desk), b"2", is_different=True)
    assert len(makers.responses(desk.session, desk.period)) == 6
    with pytest.raises(FileKnownError):
        store(desk, three(desk), b"1", is_different=True)


def test_a_file_that_was_taken_back_may_come_again(desk: Desk) -> None:
    batch_undo.undo(desk.session, desk.period, store(desk, three(desk), b"1"), **desk.by)
    store(desk, three(desk), b"2")
    assert sum(not row.is_withdrawn for row in makers.responses(desk.session, desk.period)) == 3


def test_another_unit_may_have_the_same_answers(desk: Desk) -> None:
    store(desk, three(desk), b"1")
    other = make.unit(desk.session, desk.agency)
    makers.target(desk.session, desk.period, other)
    desk.unit = other
    store(desk, three(desk), b"2")
    assert len(makers.responses(desk.session, desk.period)) == 6


def test_one_answer_one_day_or_one_person_more_makes_other_questionnaires(desk: Desk) -> None:
    rows = three(desk)
    others = (
        [*rows, rows[0]], [*rows[:2], replace(rows[2], answers={**rows[2].answers, "waktu": 1})],
        [*rows[:2], replace(rows[2], answered_on=makers.DAY - timedelta(days=1))],
        [*rows[:2], replace(rows[2], respondent=Respondent(sex=Sex.FEMALE))],
    )  # fmt: skip
    assert len({rows_hash(rows), *map(rows_hash, others)}) == 5
    assert rows_hash(rows) == rows_hash(three(desk)) == store(desk, rows, b"1").options[HASH_OPTION]
