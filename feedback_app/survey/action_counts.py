"""How far follow-up plans are, and which of their rows are due."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.survey.action_queries import gone_on
from feedback_app.survey.actions import ENDED, ends_on, is_late
from feedback_app.survey.result_models import Action
from feedback_app.survey.rules import ActionStatus

REMINDED_BEFORE: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """How far a unit's plan is."""

    actions: int
    done: int
    late: int


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What of an earlier plan waits to be carried on, and how much of it is late."""

    waiting: int
    late: int


@dataclass(frozen=True, slots=True)
class DueAction:
    """A row whose last quarter is over or ends soon."""

    id: int
    period_id: int
    unit_id: int
    element: str
    programme: str
    ends_on: date
    is_late: bool


def counts_of(
    session: Session, agency_id: int, period_id: int, unit_ids: Collection[int], *, day: date
) -> dict[int, PlanCounts]:
    """Return how far the plans of several units are; a unit without a plan is not in it."""
    rows = session.scalars(
        sa.select(Action).where(
            Action.agency_id == agency_id, Action.period_id == period_id, Action.unit_id.in_(unit_ids)
        )
    ).all()
    gone = gone_on(session, agency_id, [row.id for row in rows])
    found: dict[int, list[Action]] = {}
    for row in rows:
        found.setdefault(row.unit_id, []).append(row)
    return {
        unit_id: PlanCounts(
            len(mine),
            sum(row.status is ActionStatus.DONE for row in mine),
            sum(is_late(row, day) and row.id not in gone for row in mine),
        )
        for unit_id, mine in found.items()
    }


def left_overs(
    session: Session, agency_id: int, period_id: int, unit_ids: Collection[int], *, day: date
) -> dict[int, LeftOver]:
    """Return what waits in the plans of several units: rows that are neither ended nor carried on."""
    rows = session.scalars(
        sa.select(Action).where(
            Action.agency_id == agency_id,
            Action.period_id == period_id,
            Action.unit_id.in_(unit_ids),
            Action.status.not_in(ENDED),
        )
    ).all()
    gone = gone_on(session, agency_id, [row.id for row in rows])
    found: dict[int, list[bool]] = {}
    for row in rows:
        if row.id not in gone:
            found.setdefault(row.unit_id, []).append(is_late(row, day))
    return {unit_id: LeftOver(len(late), sum(late)) for unit_id, late in found.items()}


def due_soon(session: Session, agency_id: int, unit_ids: Collection[int], *, day: date) -> list[DueAction]:
    """Return what is late, or ends within two weeks, in the plans of several units; the oldest end first."""
    rows = session.scalars(
        sa.select(Action).where(
            Action.agency_id == agency_id,
            Action.unit_id.in_(unit_ids),
            Action.status.not_in(ENDED),
            Action.year <= (day + REMINDED_BEFORE).year,
        )
    ).all()
    gone = gone_on(session, agency_id, [row.id for row in rows])
    due = [
        DueAction(row.id, row.period_id, row.unit_id, row.element, row.programme, ends_on(row), is_late(row, day))
        for row in rows
        if row.id not in gone and ends_on(row) <= day + REMINDED_BEFORE
    ]
    return sorted(due, key=lambda one: (one.ends_on, one.id))
