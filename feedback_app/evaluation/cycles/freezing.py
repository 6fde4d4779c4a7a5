"""Freeze a signed cycle: from then on the database lets nobody change it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.evaluation.cycles.life import note_move
from feedback_app.evaluation.cycles.rules import check_move
from feedback_app.evaluation.cycles.stored import check_stored
from feedback_app.evaluation.cycles.telling import Told, tell_employees
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import CycleStatus
from feedback_app.notifications.templates import Template


def freeze(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> Told:
    """Make a cycle that two people signed final, and tell its employees; the days for objections begin.

    Raises
    ------
    feedback_app.evaluation.cycles.rules.CycleMoveError, feedback_app.evaluation.cycles.stored.StoredFiguresError
    """
    session.refresh(cycle, with_for_update=True)
    check_move(cycle.status, CycleStatus.FROZEN)
    check_stored(session, cycle)
    cycle.frozen_at = now
    move = note_move(session, cycle, CycleStatus.FROZEN, actor, now)
    return tell_employees(session, cycle, Template.CYCLE_FROZEN, event=move.id, now=now)
