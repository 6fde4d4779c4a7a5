"""`feedback setup`: an agency, its units and services; the people are in `people`, the listing in `listing`."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import click

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli.context import database
from feedback_app.cli.listing import list_command
from feedback_app.cli.lookup import find_agency, find_unit, find_unit_id, today_of
from feedback_app.cli.people import assignment_command, employee_command, password_command, user_command
from feedback_app.organisation.models import UnitKind

TIME_ZONES: Final = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
SECTORS: Final = (
    "civil_registry", "health", "licensing", "tax", "water", "roads", "waste", "transport", "education", "social_aid",
    "land", "religious_affairs", "police_order", "employment", "market", "village_office", "other",
)  # fmt: skip


@click.group("setup")
def setup_group() -> None:
    """Set up an agency, its units, services, people and accounts."""


@setup_group.command("agency", short_help="Add an agency with its calendar and deadlines.")
@click.argument("code")
@click.option("--name", required=True, help='Full name, such as "Pemerintah Kota Kupang".')
@click.option("--region", required=True, help="Kode wilayah of Kemendagri, such as 53.71.")
@click.option("--zone", type=click.Choice(list(TIME_ZONES)), required=True, help="Time zone.")
def agency_command(code: str, name: str, region: str, zone: str) -> None:
    """Add an agency with the national holidays and the default clocks. CODE appears in addresses: kupang."""
    from feedback_app.handling.clocks.in_force import set_default_clocks
    from feedback_app.organisation.national_days import import_holidays
    from feedback_app.organisation.operations import create_agency

    now = clock.utcnow()
    with database() as session:
        agency = create_agency(
            session, code=code, name=name, region_code=region, time_zone=TIME_ZONES[zone], actor=SYSTEM, now=now
        )
        year = today_of(agency, now).year
        days = import_holidays(session, agency_id=agency.id, years=range(year - 1, year + 2))
        set_default_clocks(session, agency.id)
        added, code = agency.name, agency.code
        session.commit()
    click.echo(f"Added {added} with {days} holidays. Next: feedback setup unit {code} --help")


@setup_group.command("unit")
@click.argument("agency")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--kind", type=click.Choice([kind.value for kind in UnitKind]), default="department", show_default=True)
@click.option("--parent", help="Code of the unit above.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="First day (1 January of this year if unset).")
def unit_command(agency: str, code: str, name: str, kind: str, parent: str | None, since: datetime | None) -> None:
    """Add a unit to AGENCY. CODE appears in addresses: dukcapil."""
    from feedback_app.organisation.operations import create_unit

    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        starts_on = since.date() if since else today_of(owner, now).replace(month=1, day=1)
        unit = create_unit(
            session,
            agency_id=owner.id,
            code=code,
            name=name,
            kind=UnitKind(kind),
            starts_on=starts_on,
            parent_id=find_unit(session, owner, parent, starts_on).id if parent else None,
            now=now,
        )
        code = unit.code
        session.commit()
    click.echo(f"Added {name}: /nilai/{agency}/{code} and /lapor/{agency}/{code}")


@setup_group.command("service")
@click.argument("agency")
@click.argument("unit")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--sector", type=click.Choice(SECTORS), default="other", show_default=True)
def service_command(agency: str, unit: str, code: str, name: str, sector: str) -> None:
    """Add a service to a unit."""
    from feedback_app.organisation.operations import create_service

    with database() as session:
        owner = find_agency(session, agency)
        unit_id = find_unit_id(session, owner, unit)
        service = create_service(session, agency_id=owner.id, unit_id=unit_id, code=code, name=name, sector=sector)
        code = service.code
        session.commit()
    click.echo(f"Added {name} ({code}) to {unit}.")


@setup_group.command("reception", short_help="Choose who reads reports without a unit.")
@click.argument("agency")
@click.argument("unit")
def reception_command(agency: str, unit: str) -> None:
    """Let UNIT read the reports to AGENCY whose sender does not know the unit, and send them on.

    Unless set, it is the first unit without another above it.
    """
    from feedback_app.organisation.reception import set_reception

    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        day = today_of(owner, now)
        found = find_unit(session, owner, unit, day)
        set_reception(session, owner, found.id, actor=SYSTEM, day=day, now=now)
        name = found.name
        session.commit()
    click.echo(f"Reports without a unit now go to {name}: /lapor/{agency}/tidak-tahu")


for command in (employee_command, assignment_command, user_command, password_command, list_command):
    setup_group.add_command(command)
