"""What can be asked about follow-up plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.survey.actions import ENDED, UnknownActionError, is_late
from feedback_app.survey.models import Period
from feedback_app.survey.result_models import Action, ActionEvent
from feedback_app.survey.rules import ActionStatus, PeriodState


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row of a plan as a page or report shows it; `note` is the newest word on it."""

    id: int
    element: str
    programme: str
    year: int
    quarters: tuple[int, ...]
    responsible: str
    status: ActionStatus
    is_late: bool
    is_carried: bool
    note: str
    noted_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class PlanEvent:
    """How a row stood at a moment, by whose word."""

    status: ActionStatus
    note: str
    happened_at: datetime
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class PublicAction:
    """What everybody may read of a row: no name of a person."""

    element: str
    programme: str
    year: int
    quarters: tuple[int, ...]
    status: ActionStatus


def action_of(
    session: Session, agency_id: int, unit_id: int, action_id: int, *, for_update: bool = False
) -> Action:  # fmt: skip
    """Return one row of a unit's plans.

    Raises
    ------
    UnknownActionError
    """
    wanted = sa.select(Action).where(
        Action.agency_id == agency_id, Action.unit_id == unit_id, Action.id == action_id
    )  # fmt: skip
    found = session.scalar(wanted.with_for_update() if for_update else wanted)
    if found is None:
        raise UnknownActionError("Kegiatan itu tidak ada dalam rencana tindak lanjut unit ini.")
    return found


def plan_of(session: Session, agency_id: int, period_id: int, unit_id: int, *, day: date) -> list[PlanRow]:
    """Return the plan of a unit in a period, in the order in which it was written."""
    rows = session.scalars(
        sa.select(Action)
        .where(Action.agency_id == agency_id, Action.period_id == period_id, Action.unit_id == unit_id)
        .order_by(Action.id)
    ).all()
    newest = _newest_events(session, agency_id, [row.id for row in rows])
    return [_plan_row(row, newest[row.id], day) for row in rows]


def history_of(session: Session, agency_id: int, action_id: int) -> list[PlanEvent]:
    """Return what happened to a row and to those it was carried from, the newest first."""
    chain = (
        sa.select(Action.id, Action.carried_from)
        .where(Action.agency_id == agency_id, Action.id == action_id)
        .cte("chain", recursive=True)
    )
    before = sa.select(Action.id, Action.carried_from).join(chain, Action.id == chain.c.carried_from)
    ids = chain.union(before.where(Action.agency_id == agency_id))
    rows = session.execute(
        sa.select(ActionEvent.status, ActionEvent.note, ActionEvent.happened_at, ActionEvent.actor_id)
        .where(ActionEvent.agency_id == agency_id, ActionEvent.action_id.in_(sa.select(ids.c.id)))
        .order_by(ActionEvent.id.desc())
    )
    return [PlanEvent(*row) for row in rows]


def period_before(session: Session, period: Period) -> Period | None:
    """Return the closed period of the agency before this one, whose plan is carried on."""
    return session.scalar(
        sa.select(Period)
        .where(
            Period.agency_id == period.agency_id,
            Period.state == PeriodState.CLOSED,
            Period.ends_on < period.starts_on,
        )
        .order_by(Period.ends_on.desc())
        .limit(1)
    )


def left_over(session: Session, earlier: Period, later: Period, unit_id: int) -> int:
    """Return how many rows of an earlier plan are neither ended nor carried into a later one."""
    gone_on = sa.select(Action.carried_from).where(
        Action.agency_id == later.agency_id, Action.period_id == later.id, Action.carried_from.is_not(None)
    )
    return (
        session.scalar(
            sa.select(sa.func.count()).where(
                Action.agency_id == earlier.agency_id,
                Action.period_id == earlier.id,
                Action.unit_id == unit_id,
                Action.status.not_in(ENDED),
                Action.id.not_in(gone_on),
            )
        )
        or 0
    )


def public_actions(session: Session, agency_id: int, period_id: int, unit_id: int) -> list[PublicAction]:
    """Return what everybody may read of a plan; what was dropped stays in it, with that status."""
    rows = session.execute(
        sa.select(Action.element, Action.programme, Action.year, Action.quarters, Action.status)
        .where(Action.agency_id == agency_id, Action.period_id == period_id, Action.unit_id == unit_id)
        .order_by(Action.id)
    )
    return [PublicAction(row.element, row.programme, row.year, tuple(row.quarters), row.status) for row in rows]


def _newest_events(session: Session, agency_id: int, action_ids: Sequence[int]) -> dict[int, ActionEvent]:
    rows = session.scalars(
        sa.select(ActionEvent)
        .where(ActionEvent.agency_id == agency_id, ActionEvent.action_id.in_(action_ids))
        .order_by(ActionEvent.id)
    )
    return {row.action_id: row for row in rows}


def _plan_row(row: Action, newest: ActionEvent, day: date) -> PlanRow:
    return PlanRow(
        row.id, row.element, row.programme, row.year, tuple(row.quarters), row.responsible, row.status,
        is_late(row, day), row.carried_from is not None, newest.note, newest.happened_at, row.version,
    )  # fmt: skip
