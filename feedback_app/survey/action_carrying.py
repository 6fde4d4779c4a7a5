"""What a plan did not get done goes on in the plan of the next period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from feedback_app.survey.actions import ENDED, hold_closed, note
from feedback_app.survey.models import Period
from feedback_app.survey.result_models import Action


def left_over(session: Session, earlier: Period, unit_id: int) -> int:
    """Return how many rows of a unit's plan are neither ended nor carried on."""
    return session.scalar(sa.select(sa.func.count()).where(*_left(earlier, unit_id))) or 0


def carry(
    session: Session, earlier: Period, later: Period, unit_id: int, *, user_id: int, now: datetime
) -> Sequence[Action]:
    """Take what is not done into the plan of a later period; return the new rows. Each goes on once.

    Raises
    ------
    PlanClosedError
        The later period has no results yet.
    """
    hold_closed(later)
    # Two who press the button at once follow each other here, and the second finds nothing left.
    session.execute(
        sa.select(Period.id)
        .where(Period.agency_id == later.agency_id, Period.id == later.id)
        .with_for_update(key_share=True)
    )  # fmt: skip
    left = session.scalars(
        sa.select(Action).where(*_left(earlier, unit_id)).order_by(Action.id).with_for_update(key_share=True)
    ).all()
    return [_carried(session, old, later, user_id=user_id, now=now) for old in left]


def _left(earlier: Period, unit_id: int) -> list[sa.ColumnElement[bool]]:
    later = aliased(Action)
    gone_on = sa.exists().where(later.agency_id == Action.agency_id, later.carried_from == Action.id)
    return [
        Action.agency_id == earlier.agency_id, Action.period_id == earlier.id, Action.unit_id == unit_id,
        Action.status.not_in(ENDED), sa.not_(gone_on),
    ]  # fmt: skip


def _carried(session: Session, old: Action, later: Period, *, user_id: int, now: datetime) -> Action:
    new = Action(
        agency_id=old.agency_id, period_id=later.id, unit_id=old.unit_id, element=old.element,
        programme=old.programme, year=old.year, quarters=list(old.quarters), responsible=old.responsible,
        status=old.status, carried_from=old.id, version=1, created_at=now, created_by=user_id,
    )  # fmt: skip
    session.add(new)
    session.flush()
    note(session, new, "", user_id=user_id, now=now, verb="carry")
    return new
