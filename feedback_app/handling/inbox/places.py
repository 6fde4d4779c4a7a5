"""Where the cases can lie that somebody reads, so that the database need not look at every case there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.models import Case
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.rules import Permission, roles_with
from feedback_app.organisation.models import Agency, UnitKind, UnitVersion
from feedback_app.organisation.queries import reach, valid_on

# Of more units than this nobody is spared looking at by naming them.
UNITS_NAMED: Final = 200


@dataclass(frozen=True, slots=True)
class Place:
    """An agency somebody works for, with its clock; `unit_ids` are their units, None where they need not be named."""

    agency_id: int
    time_zone: ZoneInfo
    unit_ids: tuple[int, ...] | None
    inspects: bool


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, where, and when."""

    user_id: int
    places: Sequence[Place]
    day: date
    now: datetime

    def in_each(self, condition: Callable[[Place], sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
        """Return a condition that is another one in each agency, as where moments follow its clock."""
        found = [sa.and_(Case.agency_id == place.agency_id, condition(place)) for place in self.places]
        return sa.or_(*found) if found else sa.false()


def asker(session: Session, user_id: int, *, day: date, now: datetime) -> Asker:
    """Return who asks, with the agencies and units in which they may read an inbox."""
    area = reach(user_id, Permission.READ_INBOX, day)
    rows = session.execute(
        sa.select(Agency.id, Agency.time_zone, area.c.unit_id, UnitVersion.kind)
        .join(area, area.c.agency_id == Agency.id)
        .outerjoin(
            UnitVersion,
            sa.and_(
                UnitVersion.agency_id == area.c.agency_id,
                UnitVersion.unit_id == area.c.unit_id,
                valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day),
            ),
        )
        .order_by(Agency.id, area.c.unit_id)
    ).all()
    everywhere = _everywhere(session, user_id, day)
    places = []
    for agency_id, zone in dict.fromkeys((row[0], row[1]) for row in rows):
        mine = [row for row in rows if row[0] == agency_id]
        unit_ids = tuple(dict.fromkeys(row[2] for row in mine))
        is_named = agency_id not in everywhere and len(unit_ids) <= UNITS_NAMED
        inspects = any(row[3] is UnitKind.INSPECTORATE for row in mine)
        places.append(Place(agency_id, ZoneInfo(zone), unit_ids if is_named else None, inspects))
    return Asker(user_id, places, day, now)


def near(who: Asker) -> sa.ColumnElement[bool]:
    """Return a condition that every case meets which somebody may see by `visibility.may_see`; it grants nothing."""
    return who.in_each(_in_place)


def _in_place(place: Place) -> sa.ColumnElement[bool]:
    if place.unit_ids is None:
        return sa.true()
    mine = Case.unit_id.in_(place.unit_ids) if len(place.unit_ids) > 1 else Case.unit_id == place.unit_ids[0]
    return sa.or_(mine, Case.inspected_since.is_not(None)) if place.inspects else mine


def _everywhere(session: Session, user_id: int, day: date) -> frozenset[int]:
    """Return the agencies that somebody looks after as a whole; they read what has no unit yet."""
    return frozenset(
        session.scalars(
            sa.select(RoleGrant.agency_id).where(
                RoleGrant.user_id == user_id,
                RoleGrant.role.in_(roles_with(Permission.READ_INBOX)),
                RoleGrant.unit_id.is_(None),
                valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
            )
        )
    )
