"""Which questionnaire somebody has before them: of which period, and about which service of a unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import g, request

from feedback_app import clock
from feedback_app.blueprints import places
from feedback_app.blueprints.places import Place
from feedback_app.blueprints.survey_visit import SurveyVisit, survey_visit
from feedback_app.blueprints.wall import preselected_service
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.organisation.queries import ServiceCard
from feedback_app.survey.models import Period
from feedback_app.survey.queries import Questionnaire, open_period, questionnaire_for
from feedback_app.survey.surveyed import period_taken, surveyed_services

# In the address, what stands for the unit as a whole; no service has this code.
UNIT_ITSELF: Final = "-"


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """The period in which a unit is surveyed now, and about what: services by name, None for the unit as a whole."""

    period_id: int
    period_code: str
    choices: tuple[ServiceCard | None, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The questionnaire of one period that somebody has before them, about one service or the unit as a whole."""

    place: Place
    survey: OpenSurvey
    service: ServiceCard | None

    @property
    def period(self) -> Period:
        """Return its period."""
        return db.session().get_one(Period, (self.place.agency.id, self.survey.period_id))

    @property
    def service_code(self) -> str:
        """Return what names the service in addresses and in the form."""
        return self.service.code if self.service else UNIT_ITSELF

    @property
    def service_id(self) -> int | None:
        """Return the number of the service, None for the unit as a whole."""
        return self.service.id if self.service else None

    def questions(self) -> Questionnaire:
        """Return what is asked."""
        return questionnaire_for(db.session(), self.period, self.place.unit.id, self.service_id)


def survey_now(place: Place) -> OpenSurvey | None:
    """Return the survey of a unit that is open, if one is; kept as long as the place, half a minute."""
    if "now" not in place.surveys:
        period = open_period(db.session(), place.agency.id, place.agency.today())
        place.surveys["now"] = _survey(place, period) if period else None
    found = place.surveys["now"]
    return found if isinstance(found, OpenSurvey) and found.choices else None


def _survey(place: Place, period: Period) -> OpenSurvey:
    surveyed = surveyed_services(db.session(), period, place.unit.id)
    services = tuple(service for service in place.services if service.id in surveyed)
    return OpenSurvey(period.id, period.code, (*services, None) if None in surveyed else services)


def chosen_of(
    place: Place, choices: Sequence[ServiceCard | None], visit: SurveyVisit | None
) -> tuple[ServiceCard | None] | None:  # fmt: skip
    """Return the one choice there is, or that of the address, the visit or the code on the wall; None where open."""
    if len(choices) == 1:
        return (choices[0],)
    if "pilih" in request.args:
        return None
    named = request.values.get("layanan", "")
    if named == UNIT_ITSELF and None in choices:
        return (None,)
    by_code = {service.code: service for service in choices if service}
    if named in by_code:
        return (by_code[named],)
    known = visit.service_id if visit else preselected_service(place, now=clock.utcnow())
    by_id = {service.id: service for service in choices if service}
    return (by_id[known],) if known in by_id else None


def sheet_sent(place: Place) -> Sheet:
    """Return the questionnaire that a form was drawn from, even where its period is over.

    Raises
    ------
    feedback_app.survey.queries.UnknownPeriodError
        There was never such a questionnaire for everybody to see.
    feedback_app.survey.queries.NotSurveyedError
    """
    period = period_taken(db.session(), place.agency.id, request.form.get("periode", ""))
    survey = _survey(place, period)
    chosen = chosen_of(place, survey.choices, None) or (None,)
    return Sheet(place, survey, chosen[0])


def comes_without_visit() -> bool:
    """Tell whether a questionnaire is sent without the proof of a visit to the unit, and service, that it is about."""
    if "comes_without_visit" not in g:
        named = request.view_args or {}
        try:
            sheet = sheet_sent(places.place_of(db.session(), named["agency"], named["unit"]))
        except DomainError:
            return True
        visit = survey_visit(sheet.place, now=clock.utcnow())
        g.comes_without_visit = visit is None or not visit.proves(sheet.service_id)
    found: bool = g.comes_without_visit
    return found


def is_open(sheet: Sheet) -> bool:
    """Tell whether its period takes answers today."""
    now_open = open_period(db.session(), sheet.place.agency.id, sheet.place.agency.today())
    return now_open is not None and now_open.id == sheet.survey.period_id
