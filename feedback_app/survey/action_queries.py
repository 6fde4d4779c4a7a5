"""What can be asked about follow-up plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.survey.actions import ENDED, UnknownActionError, ends_on, is_late
from feedback_app.survey.models import Period
from feedback_app.survey.result_models import Action, ActionEvent
from feedback_app.survey.rules import ActionStatus, PeriodState
from feedback_app.survey.stored import StoredResult


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row of a plan as a page or report shows it; `note` is the newest word on it.

    `went_on` says that it stands in a later plan, where it is followed, and late or not is told there.
    """

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
    went_on: bool = False


@dataclass(frozen=True, slots=True)
class PlanEvent:
    """How a row stood at a moment, by whose word."""

    status: ActionStatus
    note: str
    happened_at: datetime
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class PublicAction:
    """What everybody may read of a row: no name of a person. A row that went on is as far as it came there."""

    element: str
    programme: str
    year: int
    quarters: tuple[int, ...]
    status: ActionStatus
    is_late: bool


def action_of(
    session: Session, agency_id: int, unit_id: int, action_id: int, *, period_id: int, for_update: bool = False
) -> Action:  # fmt: skip
    """Return one row of a unit's plan in a period.

    Raises
    ------
    UnknownActionError
    """
    wanted = sa.select(Action).where(
        Action.agency_id == agency_id, Action.period_id == period_id, Action.unit_id == unit_id, Action.id == action_id
    )  # fmt: skip
    # What the session read before somebody else's commit must not be trusted after waiting for the lock.
    locked = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(locked if for_update else wanted)
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
    events = _events(session, agency_id, [row.id for row in rows])
    gone = gone_on(session, agency_id, [row.id for row in rows])
    return [_plan_row(row, events[row.id], row.id in gone, day) for row in rows]


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


def lowest_first(rows: Sequence[PlanRow], result: StoredResult | None) -> list[PlanRow]:
    """Return rows in the order of how low their elements were rated; as they were written where that is unknown."""
    elements = sorted(result.elements, key=lambda one: one.mean or 0) if result else []
    rank = {one.key: at for at, one in enumerate(elements)}
    return sorted(rows, key=lambda row: rank.get(row.element, len(rank)))


def public_plan(
    session: Session, agency_id: int, period_ids: Sequence[int], unit_id: int, *, day: date
) -> tuple[int | None, list[PublicAction]]:  # fmt: skip
    """Return the first of these periods (newest first) that has a plan, with what everybody may read of it.

    A promise stays in sight until the next one is made. What was dropped stays in it, with that status.
    """
    rows = session.scalars(
        sa.select(Action).where(Action.agency_id == agency_id, Action.unit_id == unit_id).order_by(Action.id)
    ).all()
    later = {row.carried_from: row for row in rows if row.carried_from is not None}
    for period_id in period_ids:
        if mine := [row for row in rows if row.period_id == period_id]:
            return period_id, [_public(row, later, day) for row in mine]
    return None, []


def _public(row: Action, later: Mapping[int, Action], day: date) -> PublicAction:
    newest = row
    while (after := later.get(newest.id)) is not None:
        newest = after
    # Late is measured by the time that was promised here.
    is_overdue = newest.status not in ENDED and ends_on(row) < day
    return PublicAction(row.element, row.programme, row.year, tuple(row.quarters), newest.status, is_overdue)


def _events(session: Session, agency_id: int, action_ids: Sequence[int]) -> dict[int, list[ActionEvent]]:
    """Return what happened to each row, the newest first."""
    found: dict[int, list[ActionEvent]] = {}
    for row in session.scalars(
        sa.select(ActionEvent)
        .where(ActionEvent.agency_id == agency_id, ActionEvent.action_id.in_(action_ids))
        .order_by(ActionEvent.id.desc())
    ):
        found.setdefault(row.action_id, []).append(row)
    return found


def gone_on(session: Session, agency_id: int, action_ids: Sequence[int]) -> set[int]:
    """Return which of these rows stand in a later plan."""
    rows = session.scalars(
        sa.select(Action.carried_from).where(Action.agency_id == agency_id, Action.carried_from.in_(action_ids))
    )
    return {number for number in rows if number is not None}


def _plan_row(row: Action, events: Sequence[ActionEvent], went_on: bool, day: date) -> PlanRow:
    # A word on an earlier status ("done in March", then taken back) says nothing about the present one.
    present = takewhile(lambda event: event.status is row.status, events)
    note = next((event.note for event in present if event.note), "")
    return PlanRow(
        row.id, row.element, row.programme, row.year, tuple(row.quarters), row.responsible, row.status,
        is_late(row, day) and not went_on, row.carried_from is not None, note, events[0].happened_at, row.version,
        went_on,
    )  # fmt: skip
