"""The units somebody works for, with the names and clocks a page needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency, PublicService, UnitVersion
from feedback_app.organisation.queries import ServiceCard, reach, valid_on, within


@dataclass(frozen=True, slots=True)
class ReachedUnit:
    """A unit within somebody's reach, under its name of the day."""

    agency_id: int
    agency_name: str
    time_zone: str
    id: int
    name: str


def units_within_reach(session: Session, user_id: int, permission: Permission, day: date) -> list[ReachedUnit]:
    """Return the units in which somebody has a permission on a day, by agency and name."""
    area = reach(user_id, permission, day)
    rows = session.execute(
        sa.select(Agency.id, Agency.name, Agency.time_zone, UnitVersion.unit_id, UnitVersion.name)
        .join(UnitVersion, UnitVersion.agency_id == Agency.id)
        .where(within(area, UnitVersion.agency_id, UnitVersion.unit_id))
        .where(valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day))
        .order_by(Agency.name, UnitVersion.name)
    )
    return [ReachedUnit(*row) for row in rows]


def services_within_reach(
    session: Session, user_id: int, permission: Permission, day: date
) -> dict[tuple[int, int], list[ServiceCard]]:
    """Return the active services of those units by agency and unit, each list by name."""
    area = reach(user_id, permission, day)
    rows = session.execute(
        sa.select(
            PublicService.agency_id, PublicService.id, PublicService.unit_id, PublicService.code, PublicService.name
        )
        .where(within(area, PublicService.agency_id, PublicService.unit_id), PublicService.is_active)
        .order_by(PublicService.name)
    )
    found: dict[tuple[int, int], list[ServiceCard]] = {}
    for row in rows:
        card = ServiceCard(row.id, row.unit_id, row.code, row.name)
        found.setdefault((row.agency_id, row.unit_id), []).append(card)
    return found
