"""File a contest, and take it back: within the days of the right of reply, one at a time against one thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person, record
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.contestable import Contestable
from feedback_app.evaluation.replies.files import NamedFile, keep_files
from feedback_app.evaluation.replies.models import WORDS_MAX, Contest
from feedback_app.evaluation.replies.rules import OPEN_STATES, REASONS_FOR, ContestReason, ContestState
from feedback_app.evaluation.replies.window import hold_window
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.organisation.models import Employee
from feedback_app.storage import Storage

WORDS_MIN: Final = 10


class ContestWordsError(InvalidInputError):
    """A contest says too little to be looked into, or too much to be read."""

    code = "contest_words"


class ContestReasonError(InvalidInputError):
    """The reason does not go with what is contested."""

    code = "contest_reason"


class ContestedAlreadyError(ConflictError):
    """This was contested in this cycle, and that contest was not taken back."""

    code = "contested_already"


class UnknownContestError(NotFoundError):
    """No such contest, or none this account may see."""

    code = "unknown_contest"


class ContestEndedError(ConflictError):
    """The contest was decided or taken back meanwhile."""

    code = "contest_ended"


@dataclass(frozen=True, slots=True)
class Said:
    """What an employee says against a thing, with the files that show it."""

    reason: ContestReason
    words: str
    files: Sequence[NamedFile] = ()


@dataclass(frozen=True, slots=True)
class Filing:
    """Who files, when (the agency's day and the moment), and how many working days a reviewer has."""

    user_id: int
    today: date
    now: datetime
    review_days: int


def file_contest(
    session: Session, storage: Storage, cycle: Cycle, employee: Employee, thing: Contestable, said: Said, by: Filing
) -> Contest:
    """File a contest against one thing of an employee's record in a cycle.

    Raises
    ------
    ContestWordsError, ContestReasonError, ContestedAlreadyError
    feedback_app.evaluation.replies.window.ReplyWindowError
    feedback_app.evaluation.replies.files.TooManyContestFilesError
    """
    words = _checked(thing, said)
    hold_window(session, cycle, employee, today=by.today)
    contest = Contest(
        agency_id=cycle.agency_id, cycle_id=cycle.id, employee_id=employee.id, kind=thing.kind,
        submission_id=thing.submission_id, assignment_id=thing.assignment_id, unit_id=thing.unit_id,
        month=thing.month, reason=said.reason, words=words, state=ContestState.FILED, filed_by=by.user_id,
        filed_at=by.now, due_on=_due_on(session, cycle, by),
    )  # fmt: skip
    add_unless_taken(
        session, contest,
        ContestedAlreadyError("Hal ini sudah Anda sanggah dalam siklus ini. Lihat sanggahan itu di halaman Anda."),
    )  # fmt: skip
    keep_files(session, storage, contest, said.files, now=by.now)
    record(
        session, agency_id=cycle.agency_id, actor=person(by.user_id), action="evaluation.file_contest",
        subject_type="contest", subject_id=contest.id, now=by.now, cycle_id=cycle.id, employee_id=employee.id,
        kind=thing.kind.value, reason=said.reason.value, files=len(said.files),
    )  # fmt: skip
    return contest


def _checked(thing: Contestable, said: Said) -> str:
    words = said.words.strip()
    if not WORDS_MIN <= len(words) <= WORDS_MAX:
        raise ContestWordsError(f"Alasan sanggahan harus {WORDS_MIN} sampai {WORDS_MAX} huruf; ini {len(words)} huruf.")
    if said.reason not in REASONS_FOR[thing.kind]:
        raise ContestReasonError("Alasan itu tidak berlaku untuk hal yang disanggah. Pilih alasan dari daftar.")
    return words


def _due_on(session: Session, cycle: Cycle, by: Filing) -> date:
    return clocks_of(session, cycle.agency_id).calendar.add_working_days(by.today, by.review_days)


def withdraw(session: Session, contest: Contest, *, user_id: int, now: datetime) -> None:
    """Take a contest back, by whoever filed it, as long as nobody has decided it.

    Raises
    ------
    UnknownContestError
        Somebody else filed it.
    ContestEndedError
    """
    session.refresh(contest, with_for_update=True)
    if contest.filed_by != user_id:
        raise UnknownContestError("Sanggahan itu tidak ada.")
    if contest.state not in OPEN_STATES:
        raise ContestEndedError("Sanggahan ini sudah diputus atau ditarik, jadi tidak dapat ditarik lagi.")
    contest.state = ContestState.WITHDRAWN
    session.flush()
    record(
        session, agency_id=contest.agency_id, actor=person(user_id), action="evaluation.withdraw_contest",
        subject_type="contest", subject_id=contest.id, now=now, cycle_id=contest.cycle_id,
    )  # fmt: skip


def own_contest(session: Session, user_id: int, contest_id: int) -> Contest:
    """Return a contest that is about the employee whose account this is.

    Raises
    ------
    UnknownContestError
    """
    contest = session.scalar(
        sa.select(Contest)
        .join(Employee, sa.and_(Employee.agency_id == Contest.agency_id, Employee.id == Contest.employee_id))
        .where(Contest.id == contest_id, Employee.user_id == user_id)
    )
    if contest is None:
        raise UnknownContestError("Sanggahan itu tidak ada.")
    return contest


def own_contests(session: Session, cycle: Cycle, employee_id: int) -> Sequence[Contest]:
    """Return what an employee contested in a cycle, in the order of filing."""
    query = sa.select(Contest).where(
        Contest.agency_id == cycle.agency_id, Contest.cycle_id == cycle.id, Contest.employee_id == employee_id
    )
    return session.scalars(query.order_by(Contest.id)).all()
