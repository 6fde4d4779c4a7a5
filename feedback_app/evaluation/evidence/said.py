"""What was said and decided about somebody's figure: contests, statement, objection, signatures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.evidence.person import unit_name_at
from feedback_app.evaluation.models import Cycle, CycleSignature
from feedback_app.evaluation.replies.models import Contest, Objection, Statement
from feedback_app.evaluation.replies.rules import ContestState
from feedback_app.identity.models import User

# What was taken back is as if it had not been said.
_TOLD: Final = (ContestState.FILED, ContestState.ASSIGNED, ContestState.DECIDED)


@dataclass(frozen=True, slots=True)
class Contested:
    """One contest; of a single rating neither the value nor the day is told."""

    contest: Contest
    unit_name: str | None


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature under a cycle."""

    name: str
    signed_at: datetime
    input_hash: str
    output_hash: str


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
    rows = session.execute(
        sa.select(Contest, unit_name_at(Contest.unit_id, cycle))
        .where(Contest.agency_id == cycle.agency_id, Contest.cycle_id == cycle.id)
        .where(Contest.employee_id == employee_id, Contest.state.in_(_TOLD))
        .order_by(Contest.filed_at, Contest.id)
    )
    return tuple(Contested(contest, name) for contest, name in rows)


def signatures_of(session: Session, cycle: Cycle) -> tuple[Signed, ...]:
    """Return the signatures under a cycle, the first first."""
    rows = session.execute(
        sa.select(User.name, CycleSignature.signed_at, CycleSignature.input_hash, CycleSignature.output_hash)
        .join(User, User.id == CycleSignature.user_id)
        .where(CycleSignature.agency_id == cycle.agency_id, CycleSignature.cycle_id == cycle.id)
        .order_by(CycleSignature.signed_at, CycleSignature.user_id)
    )
    return tuple(Signed(*row) for row in rows)
