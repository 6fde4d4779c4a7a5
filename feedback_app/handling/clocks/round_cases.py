"""The cases whose deadlines a round of computing moved, for whoever asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.clocks.models import DeadlineChange, DeadlineRound
from feedback_app.handling.models import Case
from feedback_app.handling.queries import version_on
from feedback_app.handling.visibility import may_see
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import UnitVersion

LISTED_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class MovedCase:
    """A case that a round moved, with its unit and the deadline that it has now."""

    case_id: int
    unit_name: str | None
    due_at: datetime | None


def cases_of_round(session: Session, row: DeadlineRound, user_id: int, *, day: date) -> Sequence[MovedCase]:
    """Return the first of the cases that a round moved and somebody may see, the one due first on top."""
    moved = sa.select(DeadlineChange.case_id).where(
        DeadlineChange.agency_id == row.agency_id, DeadlineChange.cause == row.cause, DeadlineChange.at >= row.asked_at
    )
    if row.checked_at is not None:
        moved = moved.where(DeadlineChange.at <= row.checked_at)
    found = session.execute(
        sa.select(Case.id, UnitVersion.name, Case.due_at)
        .outerjoin(UnitVersion, version_on(Case.agency_id, Case.unit_id, day))
        .where(Case.agency_id == row.agency_id, Case.id.in_(moved), may_see(user_id, Permission.READ_INBOX, day))
        .order_by(Case.due_at.asc().nulls_last(), Case.id)
        .limit(LISTED_MOST)
    )
    return [MovedCase(*one) for one in found]
