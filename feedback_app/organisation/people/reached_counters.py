"""The counters somebody works at or answers for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.identity.rules import Permission
from feedback_app.organisation.people.models import Counter
from feedback_app.organisation.queries import reach, within


@dataclass(frozen=True, slots=True)
class CounterCard:
    """An open counter of a unit."""

    id: int
    unit_id: int
    name: str


Counters = Mapping[tuple[int, int], Sequence[CounterCard]]


def counters_in_reach(session: Session, user_id: int, permission: Permission, day: date) -> Counters:
    """Return the open counters of the units in which somebody has a permission, by agency and unit, each by code."""
    area = reach(user_id, permission, day)
    rows = session.execute(
        sa.select(Counter.agency_id, Counter.id, Counter.unit_id, Counter.name)
        .where(within(area, Counter.agency_id, Counter.unit_id), Counter.is_active)
        .order_by(Counter.code)
    )
    found: dict[tuple[int, int], list[CounterCard]] = {}
    for row in rows:
        found.setdefault((row.agency_id, row.unit_id), []).append(CounterCard(row.id, row.unit_id, row.name))
    return found


def names_of_counters(session: Session, places: Collection[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Return the names of some counters, each known by agency and id, also of closed ones."""
    rows = session.execute(
        sa.select(Counter.agency_id, Counter.id, Counter.name).where(
            sa.tuple_(Counter.agency_id, Counter.id).in_(list(places))
        )
    )
    return {(agency_id, counter_id): name for agency_id, counter_id, name in rows}
