"""The visit that a browser brings to a questionnaire: it proves that somebody was there, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flask import current_app, session

from feedback_app.blueprints import carried
from feedback_app.blueprints.carried import CarriedVisit
from feedback_app.blueprints.places import Place
from feedback_app.db import db
from feedback_app.intake.codes import visit_token_hash
from feedback_app.survey.operations import visit_of
from feedback_app.survey.surveyed import has_answered

_NAME: Final = "survey_visit"
_HOURS: Final = 12


@dataclass(frozen=True, slots=True)
class SurveyVisit:
    """A visit to a unit, known by the hash of its code."""

    service_id: int | None
    digest: bytes

    def proves(self, service_id: int | None) -> bool:
        """Tell whether it proves that a service was used; None, the unit as a whole, by a visit to any service."""
        return self.service_id is None or service_id in (None, self.service_id)


class SurveyedVisitError(Exception):
    """A questionnaire was sent for this visit already."""


def open_for_survey(token: str, place: Place, *, now: datetime) -> bool:
    """Take the code of a visit along; False where it proves no visit to this unit.

    Raises
    ------
    SurveyedVisitError
    """
    found = visit_of(db.session(), token, key=current_app.config["TRACKING_KEY"], now=now)
    if found is None or found[:2] != (place.agency.id, place.unit.id):
        return False
    if has_answered(db.session(), found[0], found[3]):
        raise SurveyedVisitError
    _note(found[0], found[1], found[2], found[3], now)
    return True


def keep_after_rating(visit: CarriedVisit, *, now: datetime) -> None:
    """Keep a visit that was just rated for the questionnaire that may follow."""
    digest = visit_token_hash(visit.token, current_app.config["TRACKING_KEY"])
    _note(visit.agency_id, visit.unit_id, visit.service_id, digest, now)


def survey_visit(place: Place, *, now: datetime) -> SurveyVisit | None:
    """Return the visit to this unit that no questionnaire was sent for yet: a rated one, or one that was opened."""
    noted: dict[str, Any] | None = session.get(_NAME)
    if noted and now - datetime.fromisoformat(noted["at"]) > timedelta(hours=_HOURS):
        session.pop(_NAME)
        noted = None
    if noted and (noted["agency"], noted["unit"]) == (place.agency.id, place.unit.id):
        return SurveyVisit(noted["service"], bytes.fromhex(noted["hash"]))
    opened = carried.carried_visit(place.agency.id, place.unit.id, now=now)
    if opened is None:
        return None
    digest = visit_token_hash(opened.token, current_app.config["TRACKING_KEY"])
    if has_answered(db.session(), place.agency.id, digest):
        return None
    return SurveyVisit(opened.service_id, digest)


def drop_survey_visit() -> None:
    """Forget the visit: its questionnaire was sent. A rating may still follow."""
    session.pop(_NAME, None)


def _note(agency_id: int, unit_id: int, service_id: int | None, digest: bytes, now: datetime) -> None:
    session[_NAME] = {
        "agency": agency_id, "unit": unit_id, "service": service_id, "hash": digest.hex(), "at": now.isoformat(),
    }  # fmt: skip
