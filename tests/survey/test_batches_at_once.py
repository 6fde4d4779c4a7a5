"""Two people at one pile at the same moment: one is first, the other is told, and the sums stay right."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.db import db
from feedback_app.organisation.models import Unit
from feedback_app.survey import batch_undo, batches
from feedback_app.survey.batch_models import Batch
from feedback_app.survey.batches import FileRead
from feedback_app.survey.folding import fold_batch
from feedback_app.survey.models import Period, Response
from feedback_app.survey.operations import SurveyClosedError
from feedback_app.survey.recount import recount
from feedback_app.survey.rules import AnswerOrder, PeriodState
from tests import factories as make
from tests.conftest import Live
from tests.survey import makers
from tests.survey.test_batches import filled

Work = Callable[[Session, Period], object]


@dataclass
class Two:
    """A period, and a way to do two things to it in two transactions at once."""

    live: Live
    key: tuple[int, int]
    unit_id: int

    def alone(self, work: Work) -> object:
        """In a transaction of its own; what it raises is what it came to."""
        with self.live.app.app_context():
            session = db.session()
            try:
                found = work(session, session.get_one(Period, self.key))
                session.commit()
                return found
            except Exception as error:  # told by the test
                session.rollback()
                return error
            finally:
                db.session.remove()

    def together(self, *works: Work) -> list[object]:
        ready = threading.Barrier(len(works))

        def run(work: Work) -> object:
            ready.wait()
            return self.alone(work)

        with ThreadPoolExecutor(len(works)) as pool:
            return list(pool.map(run, works))

    def add(self, sha: bytes, rows: int = 30, like: bytes = b"") -> Work:
        def work(session: Session, period: Period) -> object:
            unit = session.get_one(Unit, (self.key[0], self.unit_id))
            # Questionnaires of its own for each file.
            fours = (like or sha)[0] % rows
            sheets = [filled(unit, answer=1 + number % 4 if number > fours else 4) for number in range(rows)]
            file = FileRead(sha, "survei.csv", AnswerOrder.FORM)
            return batches.add_file(session, period, unit.id, None, sheets, file, actor=SYSTEM, now=make.NOW).id

        return work

    def undo(self, batch_id: int) -> Work:
        def work(session: Session, period: Period) -> object:
            return batch_undo.undo(
                session, period, session.get_one(Batch, (self.key[0], batch_id)), actor=SYSTEM, now=make.NOW
            )

        return work

    def close(self, session: Session, _period: Period) -> object:
        wanted = sa.select(Period).where(Period.id == self.key[1]).with_for_update()
        period = session.scalars(wanted.execution_options(populate_existing=True)).one()
        period.state, period.closed_at = PeriodState.CLOSED, make.NOW
        session.flush()
        return session.scalar(sa.select(sa.func.count()).where(Response.period_id == self.key[1]))


@pytest.fixture
def two(live: Live) -> Two:
    with live.app.app_context():
        session = db.session()
        agency = make.agency(session)
        unit = make.unit(session, agency)
        period = makers.open_period(session, agency, [unit])
        session.commit()
        found = Two(live, (agency.id, period.id), unit.id)
        db.session.remove()
    return found


def test_of_one_file_stored_twice_at_once_one_counts(two: Two) -> None:
    outcomes = two.together(two.add(b"1" * 32), two.add(b"1" * 32))
    assert sorted(type(one).__name__ for one in outcomes) == ["FileKnownError", "int"]
    assert two.alone(lambda session, _: session.scalar(sa.select(sa.func.count()).select_from(Response))) == 30


def test_of_the_same_questionnaires_in_two_files_at_once_one_counts(two: Two) -> None:
    outcomes = two.together(two.add(b"1" * 32), two.add(b"2" * 32, like=b"1"))
    assert sorted(type(one).__name__ for one in outcomes) == ["SameRowsError", "int"]


def test_a_batch_undone_by_two_at_once_is_undone_by_one(two: Two) -> None:
    batch_id = two.alone(two.add(b"1" * 32))
    assert isinstance(batch_id, int)
    outcomes = two.together(two.undo(batch_id), two.undo(batch_id))
    assert sorted(type(one).__name__ for one in outcomes) == ["BatchUndoneError", "int"]


def test_undoing_while_others_add_and_fold_leaves_the_sums_right(two: Two) -> None:
    batch_ids = [two.alone(two.add(bytes([number]) * 32)) for number in (1, 2)]
    two.alone(lambda session, _: fold_batch(session))
    outcomes = two.together(
        *[two.undo(one) for one in batch_ids if isinstance(one, int)], two.add(b"3" * 32),
        lambda session, _: fold_batch(session, limit=7),
    )  # fmt: skip
    assert [type(one).__name__ for one in outcomes] == ["int"] * 4, outcomes
    two.alone(lambda session, _: fold_batch(session))
    assert two.alone(lambda session, _: recount(session, agency_id=two.key[0])) == []


def test_a_period_that_closes_meanwhile_holds_the_file_or_refuses_it(two: Two) -> None:
    stored, counted = two.together(two.add(b"1" * 32), two.close)
    # Whoever was first: closing has counted all of it, or it is not there.
    assert counted == (0 if isinstance(stored, SurveyClosedError) else 30), (stored, counted)
    assert isinstance(two.alone(two.add(b"2" * 32)), SurveyClosedError)
