"""Two who work on the same cases at once wait for each other's end, never for each other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from feedback_app.clock import office_day
from feedback_app.db import db
from feedback_app.handling.answers.answering import answer
from feedback_app.handling.bulk.acts import NothingChosenError, Task, do_to_all
from feedback_app.handling.bulk.collective import Chosen
from feedback_app.handling.bulk.duplicates import merge
from feedback_app.handling.bulk.models import BulkKind
from feedback_app.handling.ending.withdrawal import withdraw
from feedback_app.handling.handing_on.disposition import dispose
from feedback_app.handling.life import ask
from feedback_app.handling.models import Case
from feedback_app.handling.queries import case_for, case_of_submission
from feedback_app.identity.rules import Permission
from tests import factories as make
from tests.conftest import Live
from tests.handling.lives import ANSWER, LATER, QUESTION, WHY, Life, new_life

DAY = office_day(LATER)
Act = Callable[[Session, int, Case, int], None]


@pytest.fixture
def at(live: Live) -> Iterator[Life]:
    with live.app.app_context():
        session = db.session()
        made = new_life(session)
        session.commit()
        yield made


def around(at: Life) -> tuple[Case, list[Case]]:
    """A main case whose number lies between those of its copies."""
    session = at.session
    before = at.office.report("KTP saya juga belum jadi.", at=make.NOW)
    main = at.office.report("KTP saya belum jadi sejak Januari.", at=make.NOW - timedelta(days=9))
    after = at.office.report("KTP saya pun belum jadi.", at=make.NOW)
    merge(session, [before, main, after], user_id=at.officer.id, now=LATER)
    session.commit()
    assert before.id < main.id < after.id
    return main, [before, after]


def held(session: Session, user_id: int, case_id: int) -> Case:
    return case_for(session, user_id, case_id, permission=Permission.ANSWER_CASE, day=DAY, for_update=True)


@contextmanager
def transactions(live: Live) -> Iterator[Callable[[], Session]]:
    """Sessions of their own on the database of the application."""
    engine = sa.create_engine(str(live.settings.database_url).replace("postgresql:", "postgresql+psycopg:"))
    yield lambda: Session(engine)
    engine.dispose()


def _answers(session: Session, officer: int, case: Case, _elsewhere: int) -> None:
    answer(session, case, ANSWER, user_id=officer, now=LATER)


def _disposes(session: Session, officer: int, case: Case, elsewhere: int) -> None:
    dispose(session, case, elsewhere, WHY, officer, LATER)


def _asks(session: Session, officer: int, case: Case, _elsewhere: int) -> None:
    ask(session, case, QUESTION, user_id=officer, now=LATER)


def _withdraws(session: Session, _officer: int, case: Case, _elsewhere: int) -> None:
    withdraw(session, case, None, now=LATER)


@pytest.mark.parametrize("does", [_answers, _disposes, _asks, _withdraws])
def test_an_act_on_a_main_case_and_one_on_a_list_never_wait_in_a_ring(live: Live, at: Life, does: Act) -> None:
    elsewhere = make.unit(at.session, at.office.agency).id
    main, copies = around(at)
    officer, agency, main_id, submission_id = at.officer.id, at.office.agency.id, main.id, main.submission_id
    listed = [Chosen(case.id) for case in (*copies, main)]
    begun, failed = threading.Event(), list[Exception]()

    def on_main(session: Session) -> None:
        by_citizen = does is _withdraws
        case = case_of_submission(session, agency, submission_id) if by_citizen else held(session, officer, main_id)
        begun.set()
        # The other has come to its locks by then; where it has not, both still end.
        time.sleep(0.5)
        does(session, officer, case, elsewhere)

    def on_list(session: Session) -> None:
        begun.wait(timeout=30)
        do_to_all(session, listed, Task(BulkKind.VERIFY), user_id=officer, day=DAY, now=LATER)

    def run(act: Callable[[Session], None]) -> None:
        with open_one() as session:
            try:
                act(session)
                session.commit()
            except OperationalError as error:
                failed.append(error)
            except NothingChosenError:
                # All of them lie with the other unit by now.
                session.rollback()

    with transactions(live) as open_one:
        threads = [threading.Thread(target=run, args=[act]) for act in (on_main, on_list)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    assert failed == []


def test_what_is_merged_while_one_waits_for_the_main_case_is_answered_with_it(live: Live, at: Life) -> None:
    main, _copies = around(at)
    officer, main_id, lower_id = at.officer.id, main.id, at.case.id
    at.session.commit()
    answered: list[int] = []

    def run() -> None:
        with open_one() as session:
            case = held(session, officer, main_id)
            answered.extend(reply.case_id for reply in answer(session, case, ANSWER, user_id=officer, now=LATER))
            session.commit()

    with transactions(live) as open_one:
        with open_one() as merging:
            found = [held(merging, officer, case_id) for case_id in (lower_id, main_id)]
            thread = threading.Thread(target=run)
            thread.start()
            thread.join(timeout=0.5)
            merge(merging, found, user_id=officer, now=LATER)
            merging.commit()
        thread.join(timeout=60)
    assert lower_id in answered
