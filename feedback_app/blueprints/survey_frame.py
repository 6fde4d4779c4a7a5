"""What the staff's pages of the survey share: the blueprint, whose survey it is, and who acts."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import Actor, person
from feedback_app.blueprints.access import today
from feedback_app.blueprints.private import not_stored
from feedback_app.db import db
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.survey import within_reach
from feedback_app.survey.models import Instrument, Period

bp = Blueprint("survey", __name__, url_prefix="/petugas/skm")
bp.after_request(not_stored)


def me() -> Actor:
    """Return the signed-in person as the one who acts."""
    return person(current_user.id)


def day_at(agency: Agency) -> date:
    """Return the day it is at an agency."""
    return clock.utcnow().astimezone(ZoneInfo(agency.time_zone)).date()


def agency_of(row: Period | Instrument) -> Agency:
    """Return the agency of a period or questionnaire."""
    return db.session().get_one(Agency, row.agency_id)


def readable_period(period_id: int) -> Period:
    """Return a period of an agency in which the signed-in person reads surveys.

    Raises
    ------
    feedback_app.survey.queries.UnknownPeriodError
    """
    return within_reach.period_for(db.session(), current_user.id, period_id, Permission.READ_SURVEY, today())


def managed_period(period_id: int, *, for_update: bool = False) -> Period:
    """Return a period that the signed-in person sets up.

    Raises
    ------
    feedback_app.survey.queries.UnknownPeriodError
        Also where they only read it.
    """
    return within_reach.period_for(
        db.session(), current_user.id, period_id, Permission.MANAGE_SURVEY, today(), for_update=for_update
    )


def readable_instrument(instrument_id: int) -> Instrument:
    """Return a questionnaire of an agency in which the signed-in person reads surveys.

    Raises
    ------
    feedback_app.survey.queries.UnknownInstrumentError
    """
    return within_reach.instrument_for_reader(
        db.session(), current_user.id, instrument_id, Permission.READ_SURVEY, today()
    )


def managed_instrument(instrument_id: int) -> Instrument:
    """Return a questionnaire that the signed-in person sets up, locked until the request ends.

    Raises
    ------
    feedback_app.survey.queries.UnknownInstrumentError
    """
    return within_reach.instrument_for_reader(
        db.session(), current_user.id, instrument_id, Permission.MANAGE_SURVEY, today(), for_update=True
    )


def managed_agency(agency_id: int) -> Agency:
    """Return an agency whose surveys the signed-in person sets up.

    Raises
    ------
    feedback_app.organisation.queries.UnknownAgencyError
    """
    return within_reach.agency_for(db.session(), current_user.id, agency_id, Permission.MANAGE_SURVEY, today())


def manages(agency_id: int) -> bool:
    """Tell whether the signed-in person sets up the surveys of an agency."""
    return within_reach.manages(db.session(), current_user.id, agency_id, today())


def readable_units(agency_id: int) -> set[int]:
    """Return the units of an agency whose surveys the signed-in person reads."""
    return within_reach.unit_ids(db.session(), current_user.id, agency_id, Permission.READ_SURVEY, today())
