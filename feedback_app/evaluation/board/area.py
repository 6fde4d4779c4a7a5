"""The units a board speaks of: those within a reader's reach, or all of an agency, with their place in the tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Unit, UnitKind, UnitVersion
from feedback_app.organisation.queries import UnknownUnitError, reach, valid_on, within


@dataclass(frozen=True, slots=True)
class BoardUnit:
    """A unit under its name of the day."""

    id: int
    code: str
    name: str
    kind: UnitKind
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class Area:
    """The units of one agency that a board speaks of, by id, in the order of their names."""

    agency_id: int
    units: dict[int, BoardUnit]
    below: dict[int, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, agency_id: int, units: Iterable[BoardUnit]) -> Area:
        """Return the area of some units."""
        by_id = {unit.id: unit for unit in units}
        below: dict[int, list[int]] = defaultdict(list)
        for unit in by_id.values():
            if unit.parent_id in by_id and unit.parent_id is not None:
                below[unit.parent_id].append(unit.id)
        return cls(agency_id, by_id, dict(below))

    def with_below(self, unit_id: int) -> list[int]:
        """Return a unit and everything below it.

        Raises
        ------
        UnknownUnitError
        """
        if unit_id not in self.units:
            raise UnknownUnitError("Unit layanan itu tidak ditemukan. Pilih dari daftar unit.")
        found, waiting = [], [unit_id]
        while waiting:
            one = waiting.pop()
            found.append(one)
            waiting += self.below.get(one, [])
        return found

    def place_of(self, unit_id: int) -> BoardUnit:
        """Return the kecamatan a unit stands under; elsewhere the topmost unit above it that the area holds."""
        unit = self.units[unit_id]
        while unit.kind is not UnitKind.DISTRICT and unit.parent_id in self.units:
            unit = self.units[unit.parent_id]
        return unit


def area_within_reach(session: Session, user_id: int, agency_id: int, day: date) -> Area:
    """Return the units of an agency whose board somebody reads on a day."""
    area = reach(user_id, Permission.READ_BOARD, day)
    return Area.of(
        agency_id, _units(session, agency_id, day, [within(area, UnitVersion.agency_id, UnitVersion.unit_id)])
    )


def whole_agency(session: Session, agency_id: int, day: date) -> Area:
    """Return all units an agency has on a day."""
    return Area.of(agency_id, _units(session, agency_id, day, []))


def _units(
    session: Session, agency_id: int, day: date, wanted: Sequence[sa.ColumnElement[bool]]
) -> list[BoardUnit]:  # fmt: skip
    rows = session.execute(
        sa.select(UnitVersion.unit_id, Unit.code, UnitVersion.name, UnitVersion.kind, UnitVersion.parent_id)
        .join(Unit, sa.and_(Unit.agency_id == UnitVersion.agency_id, Unit.id == UnitVersion.unit_id))
        .where(UnitVersion.agency_id == agency_id, valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day), *wanted)
        .order_by(UnitVersion.name, UnitVersion.unit_id)
    )
    return [BoardUnit(*row) for row in rows]
