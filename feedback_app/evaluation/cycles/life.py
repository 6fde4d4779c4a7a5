"""The steps of a cycle, each with its line in the history: shown to employees, reviewed, and back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError
from feedback_app.evaluation.cycles.office_days import calendar_of
from feedback_app.evaluation.cycles.progress import waiting_replies
from feedback_app.evaluation.cycles.rules import check_move, last_reply_day
from feedback_app.evaluation.cycles.telling import Told, tell_employees
from feedback_app.evaluation.models import Cycle, CycleMove
from feedback_app.evaluation.rules import CycleStatus
from feedback_app.notifications.templates import Template


class RepliesWaitError(ConflictError):
    """Employees may still answer, or what they answered is not settled."""

    code = "replies_wait"


def note_move(
    session: Session, cycle: Cycle, to: CycleStatus, actor: Actor, now: datetime, note: str | None = None
) -> CycleMove:
    """Take a cycle into a state, and add the step to its history with the reason if there is one.

    Sets `cycle.status` and flushes, so whatever the new state needs (a moment, hashes) is set before.

    Raises
    ------
    feedback_app.evaluation.cycles.rules.CycleMoveError
        That state cannot be reached from the present one.
    """
    check_move(cycle.status, to)
    move = CycleMove(
        agency_id=cycle.agency_id, cycle_id=cycle.id, from_status=cycle.status, to_status=to, at=now,
        by_user=actor.user_id, note=note,
    )  # fmt: skip
    cycle.status = to
    session.add(move)
    session.flush()
    record(
        session, agency_id=cycle.agency_id, actor=actor, action="evaluation.move_cycle", subject_type="cycle",
        subject_id=cycle.id, now=now, from_status=move.from_status, to_status=to,
    )  # fmt: skip
    return move


def open_replies(session: Session, cycle: Cycle, *, days: int, actor: Actor, now: datetime) -> Told:
    """Show employees their figures, and tell them; they have `days` working days to answer.

    Figures that were computed anew after a window are shown for a shorter one, see `last_reply_day`.

    Raises
    ------
    feedback_app.evaluation.cycles.rules.CycleMoveError
    """
    session.refresh(cycle, with_for_update=True)
    check_move(cycle.status, CycleStatus.RIGHT_OF_REPLY)
    calendar, today = calendar_of(session, cycle.agency_id, now)
    until = last_reply_day(
        today, earlier=cycle.reply_until, days=days, add_working_days=calendar.add_working_days
    )  # fmt: skip
    cycle.reply_from, cycle.reply_until = cycle.reply_from or today, until
    note_move(session, cycle, CycleStatus.RIGHT_OF_REPLY, actor, now)
    # Once for each window: who was told of its last day is not told again because the figures were computed anew.
    return tell_employees(session, cycle, Template.REPLY_OPEN, event=until.toordinal(), now=now)


def check_corrected(session: Session, cycle: Cycle) -> None:
    """Refuse to compute anew while a decision waits for personnel: the new figures would not hold it.

    Raises
    ------
    RepliesWaitError
    """
    waiting = waiting_replies(session, cycle)
    if waiting.uncorrected:
        raise RepliesWaitError(
            f"Belum dapat dihitung ulang: {waiting.uncorrected} sanggahan diterima dan datanya belum dibetulkan."
        )


def finish_review(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """Close the right of reply: the window is over, every contest is decided, and the figures know of it.

    Raises
    ------
    RepliesWaitError
    feedback_app.evaluation.cycles.rules.CycleMoveError
    """
    session.refresh(cycle, with_for_update=True)
    check_move(cycle.status, CycleStatus.REVIEWED)
    _, today = calendar_of(session, cycle.agency_id, now)
    if cycle.reply_until is None or today <= cycle.reply_until:
        raise RepliesWaitError("Masa hak jawab belum berakhir. Siklus dapat ditutup untuk ditandatangani sesudahnya.")
    waiting = waiting_replies(session, cycle)
    if waiting.undecided:
        raise RepliesWaitError(f"{waiting.undecided} sanggahan belum diputus. Selesaikan dahulu, lalu tutup hak jawab.")
    if waiting.uncorrected:
        raise RepliesWaitError(
            f"{waiting.uncorrected} sanggahan diterima, tetapi datanya belum dibetulkan. "
            "Betulkan dahulu, lalu hitung ulang."
        )
    if waiting.newer_than_figures:
        raise RepliesWaitError(
            f"{waiting.newer_than_figures} sanggahan diterima sesudah siklus dihitung. Hitung ulang dahulu."
        )
    note_move(session, cycle, CycleStatus.REVIEWED, actor, now)
