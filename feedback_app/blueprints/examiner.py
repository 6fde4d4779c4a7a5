"""Who reads an allegation instead of the unit it speaks of, as the pages for citizens name them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.blueprints.places import AgencyCard
from feedback_app.organisation.oversight import overseers
from feedback_app.organisation.queries import unit_by_id


@dataclass(frozen=True, slots=True)
class Examiner:
    """The unit that looks into an allegation: the Inspektorat, or else the unit above the accused one."""

    name: str
    is_inspectorate: bool


def examiner_of(session: Session, agency: AgencyCard, accused_unit_id: int | None) -> Examiner | None:
    """Return who examines what is said of a unit, or of nobody in particular (None); None where nobody can yet."""
    day = agency.day_of(clock.utcnow())
    over = overseers(session, [agency.id], day)
    inspectorate = over.inspectorates.get(agency.id)
    unit_id = inspectorate if accused_unit_id is None else over.unit_for(agency.id, accused_unit_id)
    if unit_id is None:
        return None
    return Examiner(unit_by_id(session, agency.id, unit_id, day).name, unit_id == inspectorate)
