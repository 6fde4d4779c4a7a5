"""What an employee says beside their figures, in their own words."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from feedback_app.audit.operations import person, record
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.models import WORDS_MAX, Statement
from feedback_app.evaluation.replies.window import hold_window
from feedback_app.organisation.models import Employee


class StatementLengthError(InvalidInputError):
    """A statement is longer than may stand in a pack."""

    code = "statement_length"


class StatementChangedError(ConflictError):
    """The statement is not the one that stood when this one was begun: another tab or device kept it meanwhile."""

    code = "statement_changed"


def mark_of(statement: Statement | None) -> str:
    """Return a mark by which a page says which statement it showed."""
    return statement.said_at.isoformat() if statement is not None else ""


def statement_of(session: Session, cycle: Cycle, employee_id: int) -> Statement | None:
    """Return what somebody said beside their figures in a cycle."""
    return session.get(Statement, (cycle.agency_id, cycle.id, employee_id))


def say(
    session: Session, cycle: Cycle, employee: Employee, words: str, *, seen: str, user_id: int, today: date,
    now: datetime,
) -> None:  # fmt: skip
    """Keep what an employee says beside their figures, in place of what they said before; nothing takes it away.

    `seen` is the mark of the statement they had before them, see `mark_of`.

    Raises
    ------
    StatementLengthError, StatementChangedError
    feedback_app.evaluation.replies.window.ReplyWindowError
    """
    words = words.strip()
    if len(words) > WORDS_MAX:
        raise StatementLengthError(f"Pernyataan paling banyak {WORDS_MAX} huruf; ini {len(words)} huruf.")
    hold_window(session, cycle, employee, today=today)
    row = statement_of(session, cycle, employee.id)
    if row is not None:
        session.refresh(row)
    # The same words once more are a second click, not a second opinion.
    if mark_of(row) != seen and (row is None or row.words != words):
        raise StatementChangedError(
            "Pernyataan ini baru saja diubah di tab atau perangkat lain. Yang tersimpan dan yang baru Anda tulis "
            "tampil di bawah; gabungkan bila perlu, lalu simpan."
        )
    _keep(session, cycle, employee, row, words, user_id, now)
    record(
        session, agency_id=cycle.agency_id, actor=person(user_id), action="evaluation.state", subject_type="cycle",
        subject_id=cycle.id, now=now, employee_id=employee.id, length=len(words),
    )  # fmt: skip


def _keep(
    session: Session, cycle: Cycle, employee: Employee, row: Statement | None, words: str, user_id: int, now: datetime
) -> None:  # fmt: skip
    if row is None and words:
        row = Statement(agency_id=cycle.agency_id, cycle_id=cycle.id, employee_id=employee.id)
        session.add(row)
    if row is not None and words:
        row.words, row.said_by, row.said_at = words, user_id, now
    elif row is not None:
        session.delete(row)
    session.flush()
