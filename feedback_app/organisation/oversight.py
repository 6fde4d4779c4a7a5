"""Who looks into what must not reach the unit it is said of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.organisation.models import UnitKind, UnitVersion
from feedback_app.organisation.queries import valid_on


@dataclass(frozen=True, slots=True)
class Overseers:
    """The Inspektorat of each agency, and the unit above each unit."""

    inspectorates: dict[int, int]
    parents: dict[int, int]

    def unit_for(self, agency_id: int, accused_unit_id: int) -> int | None:
        """Return the unit that looks into an allegation, never the accused one; None where there is no other.

        The Inspektorat does; what is said of the Inspektorat itself, or in an agency without one, goes to the unit
        above.
        """
        inspectorate = self.inspectorates.get(agency_id)
        if inspectorate is not None and inspectorate != accused_unit_id:
            return inspectorate
        return self.parents.get(accused_unit_id)

    def above(self, unit_id: int) -> tuple[int, ...]:
        """Return the units above one, the nearest first."""
        found: list[int] = []
        unit = self.parents.get(unit_id)
        while unit is not None and unit not in found:
            found.append(unit)
            unit = self.parents.get(unit)
        return tuple(found)


def overseers(session: Session, agency_ids: Iterable[int], day: date) -> Overseers:
    """Return the overseers of some agencies on a day."""
    rows = session.execute(
        sa.select(UnitVersion.agency_id, UnitVersion.unit_id, UnitVersion.parent_id, UnitVersion.kind)
        .where(UnitVersion.agency_id.in_(list(agency_ids)), valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day))
        .order_by(UnitVersion.unit_id.desc())
    ).all()
    return Overseers(
        inspectorates={row.agency_id: row.unit_id for row in rows if row.kind is UnitKind.INSPECTORATE},
        parents={row.unit_id: row.parent_id for row in rows if row.parent_id is not None},
    )
