"""Who takes in a report whose sender does not know the unit, and what each unit is there for."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.organisation.models import Agency, PublicService, UnitKind, UnitVersion
from feedback_app.organisation.queries import UnknownUnitError, unit_by_id, valid_on


def reception_unit_id(session: Session, agency_id: int, day: date) -> int:
    """Return the unit that reads such reports: the one chosen, or else the first without another above it.

    Of several without one the oldest is taken, and never the Inspektorat where there is another: it is not an office
    that passes letters on.

    Raises
    ------
    UnknownUnitError
        The agency has no unit yet.
    """
    chosen = session.scalar(sa.select(Agency.reception_unit_id).where(Agency.id == agency_id))
    if chosen is not None and _is_open(session, agency_id, chosen, day):
        return chosen
    found = session.scalar(
        sa.select(UnitVersion.unit_id)
        .where(UnitVersion.agency_id == agency_id, valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day))
        .order_by(
            UnitVersion.parent_id.is_not(None), UnitVersion.kind == UnitKind.INSPECTORATE, UnitVersion.unit_id
        )
        .limit(1)
    )  # fmt: skip
    if found is None:
        raise UnknownUnitError("Pemerintah daerah ini belum mempunyai unit layanan di sini.")
    return found


def _is_open(session: Session, agency_id: int, unit_id: int, day: date) -> bool:
    query = sa.select(sa.literal(1)).where(
        UnitVersion.agency_id == agency_id,
        UnitVersion.unit_id == unit_id,
        valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day),
    )
    return session.scalar(query) is not None


def set_reception(session: Session, agency: Agency, unit_id: int, *, actor: Actor, day: date, now: datetime) -> None:
    """Let a unit read the reports whose sender does not know the unit.

    Raises
    ------
    UnknownUnitError
        The unit is not one of the agency on that day.
    """
    unit = unit_by_id(session, agency.id, unit_id, day)
    before, agency.reception_unit_id = agency.reception_unit_id, unit.id
    session.flush()
    record(
        session, agency_id=agency.id, actor=actor, action="organisation.set_reception", subject_type="agency",
        subject_id=agency.id, now=now, unit_id=unit.id, before=before,
    )  # fmt: skip


def sectors_by_unit(session: Session, agency_id: int) -> dict[int, frozenset[str]]:
    """Return the sectors of the services each unit gives at present."""
    rows = session.execute(
        sa.select(PublicService.unit_id, PublicService.sector)
        .where(PublicService.agency_id == agency_id, PublicService.is_active)
        .distinct()
    )
    found: dict[int, set[str]] = {}
    for unit_id, sector in rows:
        found.setdefault(unit_id, set()).add(sector)
    return {unit_id: frozenset(sectors) for unit_id, sectors in found.items()}
