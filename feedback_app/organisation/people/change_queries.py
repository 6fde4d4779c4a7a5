"""Which changes of the past wait, which were decided, and who agreed to what stands now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.organisation.models import Assignment
from feedback_app.organisation.people.models import PeopleChange
from feedback_app.organisation.people.rules import ChangeState


@dataclass(frozen=True, slots=True)
class Approval:
    """Who asked for a change of the past, who agreed, when and why."""

    change_id: int
    requested_by: int | None
    decided_by: int | None
    decided_at: datetime | None
    reason: str


def waiting_changes(session: Session, agency_id: int) -> Sequence[PeopleChange]:
    """Return the changes of an agency that wait, the oldest first."""
    query = sa.select(PeopleChange).where(
        PeopleChange.agency_id == agency_id, PeopleChange.state == ChangeState.WAITING
    )
    return session.scalars(query.order_by(PeopleChange.requested_at, PeopleChange.id)).all()


def decided_changes(session: Session, agency_id: int, most: int) -> Sequence[PeopleChange]:
    """Return the changes decided last, the youngest first."""
    query = sa.select(PeopleChange).where(
        PeopleChange.agency_id == agency_id, PeopleChange.state != ChangeState.WAITING
    )
    return session.scalars(query.order_by(PeopleChange.decided_at.desc(), PeopleChange.id.desc()).limit(most)).all()


def approvals_of(session: Session, agency_id: int, assignment_ids: Collection[int]) -> dict[int, Approval]:
    """Return, for those of some posts that changed the past, by whose agreement they stand or were taken out.

    What is carried out at once with an approval bears its very moment: the row's own, or that of the row it replaces.
    """
    made = sa.and_(
        PeopleChange.decided_at == Assignment.recorded_at, PeopleChange.requested_by == Assignment.recorded_by
    )
    ended = sa.and_(
        PeopleChange.decided_at == Assignment.superseded_at, PeopleChange.requested_by == Assignment.superseded_by
    )
    rows = session.execute(
        sa.select(
            Assignment.id, PeopleChange.id.label("change_id"), PeopleChange.requested_by, PeopleChange.decided_by,
            PeopleChange.decided_at, PeopleChange.reason,
        )
        .join(PeopleChange, sa.and_(PeopleChange.agency_id == Assignment.agency_id, sa.or_(made, ended)))
        .where(
            Assignment.agency_id == agency_id, Assignment.id.in_(assignment_ids),
            PeopleChange.state == ChangeState.APPROVED,
        )
        .order_by(PeopleChange.decided_at)
    )  # fmt: skip
    return {row.id: Approval(row.change_id, *row[2:]) for row in rows}
