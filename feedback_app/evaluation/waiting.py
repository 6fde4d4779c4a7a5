"""What waits for somebody in the cycles of their agencies: to answer, to decide, to put right, to sign."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.cycles.conflicts import is_rated_in
from feedback_app.evaluation.cycles.queries import decides, objections_for
from feedback_app.evaluation.models import Cycle, CycleSignature
from feedback_app.evaluation.replies.models import Contest
from feedback_app.evaluation.replies.own_record import own_cycles_open
from feedback_app.evaluation.replies.rules import ContestState
from feedback_app.evaluation.rules import CycleStatus
from feedback_app.identity.rules import Permission
from feedback_app.organisation.people.change_queries import waiting_changes
from feedback_app.organisation.people.changes import may_approve
from feedback_app.organisation.people.queries import agencies_looked_after
from feedback_app.organisation.whole_agencies import over_all_of


def cycles_to_answer(session: Session, user_id: int, day: date) -> Sequence[Cycle]:
    """Return the cycles in which the account's own employee may answer, the one that closes first first."""
    return own_cycles_open(session, user_id, day)


def contests_to_decide(session: Session, user_id: int) -> int:
    """Return how many contests somebody was named to decide and has not."""
    query = sa.select(sa.func.count()).select_from(Contest)
    return session.scalars(
        query.where(Contest.reviewer_id == user_id, Contest.state == ContestState.ASSIGNED)
    ).one()  # fmt: skip


def changes_to_approve(session: Session, user_id: int, day: date) -> int:
    """Return how many changes of the past wait for somebody other than who asked and whom they concern."""
    return sum(
        change.requested_by != user_id and user_id not in change.concerned_users
        for agency in agencies_looked_after(session, user_id, Permission.APPROVE_PEOPLE, day)
        if may_approve(session, agency.id, user_id, day)
        for change in waiting_changes(session, agency.id)
    )


def objections_to_settle(session: Session, user_id: int, day: date, allowed: Collection[Permission]) -> int:
    """Return how many objections wait for somebody's explanation or decision."""
    waiting = [row for row in objections_for(session, user_id, day) if row.objection.outcome is None]
    may_explain = Permission.MANAGE_CYCLE in allowed
    return sum(
        (row.objection.explained_at is None and may_explain) or decides(session, user_id, row, day) for row in waiting
    )


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
