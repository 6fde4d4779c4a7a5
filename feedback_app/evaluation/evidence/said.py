"""What was said and decided about somebody's figure: contests, statement, objection, signatures."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.cycles.signatures import Signed, signatures_of
from feedback_app.evaluation.evidence.person import unit_name_at
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.models import Contest, Objection, Statement
from feedback_app.evaluation.replies.rules import ContestState


@dataclass(frozen=True, slots=True)
class Contested:
    """One contest; of a single rating neither the value nor the day is told."""

    contest: Contest
    unit_name: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """Everything said and decided; the objection comes after freezing."""

    contests: tuple[Contested, ...]
    statement: Statement | None
    signatures: tuple[Signed, ...]
    objection: Objection | None


def said_of(session: Session, cycle: Cycle, employee_id: int) -> Said:
    """Return what was said and decided about one person's figure in a cycle."""
    key = (cycle.agency_id, cycle.id, employee_id)
    return Said(
        contests=_contests(session, cycle, employee_id),
        statement=session.get(Statement, key),
        signatures=signatures_of(session, cycle),
        objection=session.scalars(
            sa.select(Objection).where(
                Objection.agency_id == cycle.agency_id, Objection.cycle_id == cycle.id,
                Objection.employee_id == employee_id,
            )
        ).one_or_none(),
    )  # fmt: skip


def _contests(session: Session, cycle: Cycle, employee_id: int) -> tuple[Contested, ...]:
    # What was taken back is as if it had not been said.
    rows = session.execute(
        sa.select(Contest, unit_name_at(Contest.unit_id, cycle))
        .where(Contest.agency_id == cycle.agency_id, Contest.cycle_id == cycle.id)
        .where(Contest.employee_id == employee_id, Contest.state != ContestState.WITHDRAWN)
        .order_by(Contest.filed_at, Contest.id)
    )
    return tuple(Contested(contest, name) for contest, name in rows)
