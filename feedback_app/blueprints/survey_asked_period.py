"""The survey period that an address asks about, with the names of its places and what its reader may see."""

from __future__ import annotations

from dataclasses import dataclass

from feedback_app.blueprints.access import today
from feedback_app.blueprints.survey_frame import agency_of, readable_period, readable_units
from feedback_app.blueprints.survey_results_views import service_names
from feedback_app.db import db
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import units_of
from feedback_app.survey.figures import PlaceFigure
from feedback_app.survey.models import Period
from feedback_app.survey.queries import UnknownPeriodError
from feedback_app.survey.rules import PeriodState


@dataclass(frozen=True, slots=True)
class AskedPeriod:
    """A period that the reader may see, with the names of its places."""

    period: Period
    agency: Agency
    unit_names: dict[str, str]
    unit_codes: dict[int, str]
    services: dict[int, str]
    readable: set[int]

    @property
    def is_closed(self) -> bool:
        """Tell whether its results are stored."""
        return self.period.state is PeriodState.CLOSED

    def unit_name(self, unit_id: int) -> str:
        """Return the name a unit had at the end of the period."""
        return self.unit_names.get(str(unit_id), str(unit_id))

    def place_name(self, place: PlaceFigure) -> str:
        """Return the name of a service, a unit or the agency."""
        if place.service_id is not None:
            return self.services.get(place.service_id, str(place.service_id))
        return self.agency.name if place.unit_id is None else self.unit_name(place.unit_id)


def asked_period(period_id: int) -> AskedPeriod:
    """Return the period of the address.

    Raises
    ------
    UnknownPeriodError
        It is not within reach, or has no figures: a draft has none yet, one from before the platform none of its own.
    """
    found, session = readable_period(period_id), db.session()
    if found.state not in (PeriodState.OPEN, PeriodState.CLOSED):
        raise UnknownPeriodError("Periode survei itu belum memiliki hasil.")
    units = units_of(session, found.agency_id, min(today(), found.ends_on))
    return AskedPeriod(
        found, agency_of(found), {str(unit.id): unit.name for unit in units}, {unit.id: unit.code for unit in units},
        service_names(session, found.agency_id), readable_units(found.agency_id),
    )  # fmt: skip
