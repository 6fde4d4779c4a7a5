"""Find what a code on the command line names, or say which codes there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.identity.models import User
from feedback_app.identity.queries import user_by_email
from feedback_app.organisation.models import Agency, Employee, PublicService, Unit
from feedback_app.organisation.queries import (
    UnitCard,
    UnknownAgencyError,
    UnknownUnitError,
    agency_by_code,
    unit_by_code,
    units_of,
)
from feedback_app.organisation.rules import parse_nip

CODES_LISTED: Final = 20


def today_of(agency: Agency, now: datetime) -> date:
    """Return the day it is where the agency is."""
    return now.astimezone(ZoneInfo(agency.time_zone)).date()


def find_account(session: Session, email: str) -> User:
    """Return the account of an address; one that nobody has is a usage error."""
    found = user_by_email(session, email)
    if found is None:
        raise click.UsageError(
            f"No account has the address {email}. `feedback accounts list AGENCY` shows accounts, "
            "`feedback accounts invite` makes one."
        )
    return found


def find_agency(session: Session, code: str) -> Agency:
    """Return an agency; a code that none has is a usage error that names those there are."""
    try:
        return agency_by_code(session, code)
    except UnknownAgencyError as error:
        known = session.scalars(sa.select(Agency.code).order_by(Agency.code)).all()
        raise _unknown(f"There is no agency {code!r}", code, "Agencies", known, "feedback setup agency") from error


def find_unit(session: Session, agency: Agency, code: str, day: date) -> UnitCard:
    """Return a unit as it is on a day; a code that none has then is a usage error that names those there are."""
    try:
        return unit_by_code(session, agency.id, code, day)
    except UnknownUnitError as error:
        known = sorted(unit.code for unit in units_of(session, agency.id, day))
        said = f"{agency.code} has no unit {code!r} on {day}"
        raise _unknown(said, code, "Units", known, "feedback setup unit") from error


def find_unit_id(session: Session, agency: Agency, code: str) -> int:
    """Return the id of a unit of any time, also of one that is yet to open."""
    rows = session.execute(sa.select(Unit.code, Unit.id).where(Unit.agency_id == agency.id).order_by(Unit.code))
    units: dict[str, int] = {row.code: row.id for row in rows}
    if code not in units:
        raise _unknown(f"{agency.code} has no unit {code!r}", code, "Units", list(units), "feedback setup unit")
    return units[code]


def find_service_id(session: Session, agency: Agency, unit: str, unit_id: int, code: str) -> int:
    """Return the id of an active service of a unit."""
    rows = session.execute(
        sa.select(PublicService.code, PublicService.id)
        .where(PublicService.agency_id == agency.id, PublicService.unit_id == unit_id, PublicService.is_active)
        .order_by(PublicService.code)
    )
    services: dict[str, int] = {row.code: row.id for row in rows}
    if code not in services:
        raise _unknown(f"{unit} has no service {code!r}", code, "Services", list(services), "feedback setup service")
    return services[code]


def find_counter_id(session: Session, agency: Agency, unit: str, unit_id: int, code: str) -> int:
    """Return the id of an open counter of a unit."""
    from feedback_app.organisation.people.counters import counters_of

    counters = {counter.code: counter.id for counter in counters_of(session, agency.id, unit_id)}
    if code not in counters:
        raise _unknown(f"{unit} has no counter {code!r}", code, "Counters", list(counters), "feedback people")
    return counters[code]


def find_employee_id(session: Session, agency: Agency, nip: str, today: date) -> int:
    """Return the id of a civil servant; the sentence about an unknown number does not repeat it."""
    digits = parse_nip(nip, today=today).digits
    found = session.scalar(sa.select(Employee.id).where(Employee.agency_id == agency.id, Employee.nip == digits))
    if found is None:
        raise click.UsageError(
            f"{agency.code} has no employee with this NIP; enter the employee first: feedback setup employee --help"
        )
    return found


def _unknown(said: str, code: str, plural: str, known: Sequence[str], remedy: str) -> click.UsageError:
    # Loaded here: only a mistyped code needs the comparing of words.
    from feedback_app.intake.imports.mapping import near_code

    if not known:
        return click.UsageError(f"{said}. {plural}: none yet; see `{remedy} --help`.")
    more = f" and {len(known) - CODES_LISTED} more" if len(known) > CODES_LISTED else ""
    return click.UsageError(f"{said}{near_code(code, known)} {plural}: {', '.join(known[:CODES_LISTED])}{more}.")
