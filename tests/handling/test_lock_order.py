"""Two who work on the same cases at once wait for each other's end, never for each other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

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
from feedback_app.handling.citizens.erasure import ask_to_erase
from feedback_app.handling.desk.corrections import correct
from feedback_app.handling.ending.archiving import archive_incomplete
from feedback_app.handling.ending.withdrawal import withdraw
from feedback_app.handling.handing_on.disposition import dispose
from feedback_app.handling.life import ask
from feedback_app.handling.models import Case
from feedback_app.handling.operations import close_silent, respond
from feedback_app.handling.queries import case_for, case_of_submission, lock_with_copies
from feedback_app.handling.rules import CaseStatus
from feedback_app.identity.rules import Permission
from feedback_app.storage import Disk
from tests import factories as make
from tests.conftest import Live
from tests.handling.lives import ANSWER, LATER, QUESTION, WHY, Life, new_life

DAY = office_day(LATER)
MONTHS_LATER = LATER + timedelta(days=90)
Act = Callable[[Session, int, Case, int], None]
Prepare = Callable[[Life, Case], Case]
End = Callable[[Session, Disk, int, int], None]


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


def _waiting(at: Life, main: Case) -> Case:
    """The main of merged cases that all wait for their citizens."""
    while main.status is not CaseStatus.ON_HOLD:
        ask(at.session, main, QUESTION, user_id=at.officer.id, now=LATER)
        at.session.flush()
        main = at.session.get_one(Case, (main.agency_id, main.duplicate_of or main.id))
    return main


def _answered(at: Life, main: Case) -> Case:
    """A main case that was answered alone."""
    respond(at.session, main, ANSWER, user_id=at.officer.id, now=LATER)
    return main


def _puts_away(session: Session, _disk: Disk, _agency_id: int, _submission_id: int) -> None:
    archive_incomplete(session, now=MONTHS_LATER)


def _closes(session: Session, _disk: Disk, _agency_id: int, _submission_id: int) -> None:
    close_silent(session, now=MONTHS_LATER)


def _erases(session: Session, disk: Disk, agency_id: int, submission_id: int) -> None:
    ask_to_erase(session, disk, agency_id, submission_id, now=LATER)


@pytest.mark.parametrize(
    ("prepared", "ends", "status"),
    [
        pytest.param(_waiting, _puts_away, CaseStatus.ARCHIVED, id="not completed"),
        pytest.param(_answered, _closes, CaseStatus.CLOSED, id="silence"),
        pytest.param(lambda _at, main: main, _erases, CaseStatus.ARCHIVED, id="erased"),
    ],
)
def test_what_ends_a_main_case_takes_no_case_before_one_of_a_lower_number(
    live: Live, at: Life, tmp_path: Path, prepared: Prepare, ends: End, status: CaseStatus
) -> None:
    middle, copies = around(at)
    numbers = [case.id for case in (*copies, middle)]
    main = prepared(at, middle)
    key, submission_id = (main.agency_id, main.id), main.submission_id
    at.session.commit()
    assert main.id > min(numbers)
    failed = list[Exception]()

    def run() -> None:
        with open_one() as session:
            try:
                ends(session, Disk(tmp_path / "berkas"), key[0], submission_id)
                session.commit()
            except OperationalError as error:
                failed.append(error)

    with transactions(live) as open_one:
        with open_one() as listing:
            lock_with_copies(listing, [min(numbers)])
            thread = threading.Thread(target=run)
            thread.start()
            thread.join(timeout=0.5)
            lock_with_copies(listing, numbers)
            listing.commit()
        thread.join(timeout=60)
        with open_one() as session:
            assert (failed, session.get_one(Case, key).status) == ([], status)


def test_who_puts_a_label_right_and_who_erases_the_report_do_not_wait_for_each_other(
    live: Live, at: Life, tmp_path: Path
) -> None:
    officer, case_id, agency_id, submission_id = at.officer.id, at.case.id, at.case.agency_id, at.case.submission_id
    at.session.commit()
    erased: list[bool] = []

    def run() -> None:
        with open_one() as session:
            disk = Disk(tmp_path / "berkas")
            erased.append(ask_to_erase(session, disk, agency_id, submission_id, now=LATER).is_done)
            session.commit()

    with transactions(live) as open_one:
        with open_one() as correcting:
            case = held(correcting, officer, case_id)
            thread = threading.Thread(target=run)
            thread.start()
            thread.join(timeout=0.5)
            correct(correcting, case, "aspect", "facilities", user_id=officer, now=LATER)
            correcting.commit()
        thread.join(timeout=60)
    assert erased == [True]
