"""When employees may answer to their figures, and one answer at a time."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import ConflictError
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import CycleStatus
from feedback_app.organisation.models import Employee


class ReplyWindowError(ConflictError):
    """The days in which employees answer to this cycle have not begun, or are over."""

    code = "reply_window"


def is_open(cycle: Cycle, today: date) -> bool:
    """Tell whether employees may answer to a cycle on a day of their agency."""
    return (
        cycle.status is CycleStatus.RIGHT_OF_REPLY
        and cycle.reply_from is not None
        and cycle.reply_until is not None
        and cycle.reply_from <= today <= cycle.reply_until
    )


def hold_window(session: Session, cycle: Cycle, employee: Employee, *, today: date) -> None:
    """Lock a cycle against moves and an employee's answers against each other; refuse outside the window.

    Raises
    ------
    ReplyWindowError
    """
    session.refresh(cycle, with_for_update={"read": True})
    hold_person(session, employee.agency_id, employee.id)
    if not is_open(cycle, today):
        raise ReplyWindowError(
            "Masa hak jawab siklus ini belum dibuka atau sudah berakhir. Sesudah hasil dibekukan, Anda dapat "
            "mengajukan keberatan."
        )


def hold_person(session: Session, agency_id: int, employee_id: int) -> None:
    """Let what one employee says come one after the other: two tabs, two versions of a cycle."""
    session.execute(
        sa.select(Employee.id)
        .where(Employee.agency_id == agency_id, Employee.id == employee_id)
        .with_for_update(key_share=True)
    )
