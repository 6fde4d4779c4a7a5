"""Discard a cycle that was opened by mistake, as long as nothing was computed of it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.models import Objection
from feedback_app.evaluation.rules import CycleStatus


class CycleInUseError(ConflictError):
    """The cycle was computed, or answers an objection; it stays."""

    code = "cycle_in_use"


def may_discard(session: Session, cycle: Cycle) -> bool:
    """Tell whether nothing hangs on a cycle: a draft never computed that answers no objection."""
    if cycle.status is not CycleStatus.DRAFT or cycle.computed_at is not None or cycle.inputs_until is not None:
        return False
    answers = sa.exists().where(Objection.agency_id == cycle.agency_id, Objection.new_cycle_id == cycle.id)
    return not session.scalar(sa.select(answers))


def discard(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """Delete a draft of which nothing was ever computed; the audit trail keeps that it was there.

    Raises
    ------
    CycleInUseError
    """
    session.refresh(cycle, with_for_update=True)
    if not may_discard(session, cycle):
        raise CycleInUseError("Siklus ini sudah dihitung atau menjawab keberatan, sehingga tidak dapat dihapus.")
    record(
        session, agency_id=cycle.agency_id, actor=actor, action="evaluation.discard_cycle", subject_type="cycle",
        subject_id=cycle.id, now=now, starts_on=cycle.starts_on.isoformat(), ends_on=cycle.ends_on.isoformat(),
    )  # fmt: skip
    session.delete(cycle)
    session.flush()
