"""What waits for somebody in the cycles of their agencies: to decide, to approve, to sign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.cycles.conflicts import is_rated_in
from feedback_app.evaluation.models import Cycle, CycleSignature
from feedback_app.evaluation.replies.models import Contest
from feedback_app.evaluation.replies.rules import ContestState
from feedback_app.evaluation.rules import CycleStatus
from feedback_app.identity.rules import Permission
from feedback_app.organisation.people.models import PeopleChange
from feedback_app.organisation.people.rules import ChangeState
from feedback_app.organisation.whole_agencies import over_all_of


def contests_to_decide(session: Session, user_id: int) -> int:
    """Return how many contests somebody was named to decide and has not."""
    query = sa.select(sa.func.count()).select_from(Contest)
    return session.scalars(
        query.where(Contest.reviewer_id == user_id, Contest.state == ContestState.ASSIGNED)
    ).one()  # fmt: skip


def changes_to_approve(session: Session, user_id: int, day: date) -> int:
    """Return how many changes of the past wait for somebody other than who asked and whom they concern."""
    query = sa.select(sa.func.count()).select_from(PeopleChange)
    return session.scalars(
        query.where(
            PeopleChange.state == ChangeState.WAITING, PeopleChange.requested_by.is_distinct_from(user_id),
            PeopleChange.concerned_users.all_() != user_id,
            over_all_of(PeopleChange.agency_id, user_id, Permission.APPROVE_PEOPLE, day),
        )
    ).one()  # fmt: skip


def cycles_to_sign(session: Session, user_id: int, day: date) -> Sequence[Cycle]:
    """Return the reviewed cycles that somebody may sign and has not."""
    signed = sa.exists().where(
        CycleSignature.agency_id == Cycle.agency_id, CycleSignature.cycle_id == Cycle.id,
        CycleSignature.user_id == user_id,
    )  # fmt: skip
    query = sa.select(Cycle).where(
        Cycle.status == CycleStatus.REVIEWED, ~signed,
        over_all_of(Cycle.agency_id, user_id, Permission.SIGN_CYCLE, day),
    )  # fmt: skip
    return [one for one in session.scalars(query.order_by(Cycle.ends_on)) if not is_rated_in(session, one, user_id)]
