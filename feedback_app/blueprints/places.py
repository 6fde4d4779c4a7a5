"""The agency and unit a public page is about, read once and kept for half a minute in each process."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from flask import current_app, g
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import (
    ServiceCard,
    UnitCard,
    UnknownUnitError,
    agencies,
    agency_by_code,
    services_by_unit,
    services_of,
    unit_by_code,
    unit_by_id,
    units_of,
)

KEPT_SECONDS: Final = 30
MOST_KEPT: Final = 2000

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class AgencyCard:
    """What a public page says about an agency."""

    id: int
    code: str
    name: str
    time_zone: str

    def today(self) -> date:
        """Return the present day by the clock of the agency."""
        return self.day_of(clock.utcnow())

    def day_of(self, moment: datetime) -> date:
        """Return the day of an aware moment by the clock of the agency."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()


@dataclass(frozen=True, slots=True)
class Place:
    """A unit, its services, its pages that are the same for everybody (`shells`), and the surveys about it."""

    agency: AgencyCard
    unit: UnitCard
    services: tuple[ServiceCard, ...]
    shells: dict[str, list[str]] = field(default_factory=dict, compare=False)
    surveys: dict[str, object] = field(default_factory=dict, compare=False)

    def service(self, service_id: int | None) -> ServiceCard | None:
        """Return one of the services, or None where this unit does not give it."""
        return next((service for service in self.services if service.id == service_id), None)


def agency_cards(session: Session) -> list[AgencyCard]:
    """Return all agencies by name."""
    return _kept("agencies", lambda: [_card(agency) for agency in agencies(session)])


def agency_card(session: Session, code: str) -> AgencyCard:
    """Return the agency with this code.

    Raises
    ------
    feedback_app.organisation.queries.UnknownAgencyError
    """
    return _kept(("agency", code), lambda: _card(agency_by_code(session, code)))


def place_by_id(session: Session, agency_id: int, unit_id: int) -> Place:
    """Return a unit known by its id, such as that of a visit."""
    agency = next(card for card in agency_cards(session) if card.id == agency_id)
    unit = unit_by_id(session, agency_id, unit_id, agency.today())
    return place_of(session, agency.code, unit.code)


def place_of(session: Session, agency_code: str, unit_code: str) -> Place:
    """Return a unit of an agency with its services.

    Raises
    ------
    feedback_app.organisation.queries.UnknownAgencyError
    feedback_app.organisation.queries.UnknownUnitError
    """

    def read() -> Place:
        agency = agency_card(session, agency_code)
        try:
            unit = unit_by_code(session, agency.id, unit_code, agency.today())
        except UnknownUnitError:
            # The page of the error leads to the list of units, which its sentence speaks of.
            g.agency_of_place = agency.code
            raise
        return Place(agency, unit, tuple(services_of(session, agency.id, unit.id)))

    return _kept(("place", agency_code, unit_code), read)


def directory(session: Session, agency: AgencyCard) -> list[Place]:
    """Return all units of an agency with their services, by name."""

    def read() -> list[Place]:
        services = services_by_unit(session, agency.id)
        units = units_of(session, agency.id, agency.today())
        return [Place(agency, unit, tuple(services.get(unit.id, ()))) for unit in units]

    return _kept(("directory", agency.id), read)


def _card(agency: Agency) -> AgencyCard:
    return AgencyCard(agency.id, agency.code, agency.name, agency.time_zone)


def _kept(name: Hashable, read: Callable[[], Found]) -> Found:
    # Tests roll their rows back, so what one of them read must not be met by the next.
    if current_app.testing:
        return read()
    kept: dict[Hashable, tuple[float, Found]] = current_app.extensions.setdefault("suara_places", {})
    until, found = kept.get(name, (0.0, None))
    if found is not None and until > time.monotonic():
        return found
    fresh = read()
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[name] = (time.monotonic() + KEPT_SECONDS, fresh)
    return fresh
