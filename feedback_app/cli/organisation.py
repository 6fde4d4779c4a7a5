"""`feedback setup` and `feedback tokens`: the first agency, its first units and accounts, and visit tokens."""

from __future__ import annotations

from datetime import datetime

import click

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli.context import database
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import UnitKind

TIME_ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}


@click.group("setup")
def setup_group() -> None:
    """Set up an agency, its units, services and accounts."""


@setup_group.command("agency")
@click.argument("code")
@click.option("--name", required=True, help='Full name, such as "Pemerintah Kota Kupang".')
@click.option("--region", required=True, help="Kode wilayah of Kemendagri, such as 53.71.")
@click.option("--zone", type=click.Choice(list(TIME_ZONES)), required=True, help="Time zone.")
def agency_command(code: str, name: str, region: str, zone: str) -> None:
    """Add an agency with the national holidays and the default clocks. CODE appears in addresses: kupang."""
    from feedback_app.handling.clocks import set_default_clocks
    from feedback_app.organisation.operations import create_agency, import_holidays

    now = clock.utcnow()
    with database() as session:
        agency = create_agency(
            session, code=code, name=name, region_code=region, time_zone=TIME_ZONES[zone], actor=SYSTEM, now=now
        )
        days = import_holidays(session, agency_id=agency.id, years=range(now.year - 1, now.year + 2))
        set_default_clocks(session, agency.id)
        session.commit()
    click.echo(f"Added {name} with {days} holidays. Next: feedback setup unit {code} --help")


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
    from feedback_app.organisation.queries import agency_by_code, unit_by_code

    now = clock.utcnow()
    with database() as session:
        agency_id = agency_by_code(session, agency).id
        create_unit(
            session,
            agency_id=agency_id,
            code=code,
            name=name,
            kind=UnitKind(kind),
            starts_on=(since or now.replace(month=1, day=1)).date(),
            parent_id=unit_by_code(session, agency_id, parent, now.date()).id if parent else None,
            now=now,
        )
        session.commit()
    click.echo(f"Added {name}: /nilai/{agency}/{code} and /lapor/{agency}/{code}")


@setup_group.command("service")
@click.argument("agency")
@click.argument("unit")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--sector", default="other", show_default=True, help="Sector, such as civil_registry or health.")
def service_command(agency: str, unit: str, code: str, name: str, sector: str) -> None:
    """Add a service to a unit."""
    from feedback_app.organisation.operations import create_service
    from feedback_app.organisation.queries import agency_by_code, unit_by_code

    with database() as session:
        agency_id = agency_by_code(session, agency).id
        unit_id = unit_by_code(session, agency_id, unit, clock.utcnow().date()).id
        create_service(session, agency_id=agency_id, unit_id=unit_id, code=code, name=name, sector=sector)
        session.commit()
    click.echo(f"Added {name}.")


@setup_group.command("user")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--agency", required=True, help="Code of the agency.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--unit", help="Code of the unit; the role then reaches it and everything below (unset: whole agency).")
@click.password_option(help="Asked for if not given.")
def user_command(email: str, name: str, agency: str, role: str, unit: str | None, password: str) -> None:
    """Add an account with one role."""
    from feedback_app.identity.operations import create_user, grant
    from feedback_app.organisation.queries import agency_by_code, unit_by_code

    now = clock.utcnow()
    with database() as session:
        agency_id = agency_by_code(session, agency).id
        user = create_user(session, email=email, name=name, password=password, now=now)
        grant(
            session,
            agency_id=agency_id,
            user_id=user.id,
            role=Role(role),
            unit_id=unit_by_code(session, agency_id, unit, now.date()).id if unit else None,
            starts_on=now.date(),
            actor=SYSTEM,
            now=now,
        )
        session.commit()
    click.echo(f"{email} can sign in at /masuk.")


@click.group("tokens")
def tokens_group() -> None:
    """Visit tokens: proof that a rating comes from a real visit."""


@tokens_group.command("issue")
@click.argument("agency")
@click.argument("unit")
@click.option("--service", help="Code of the service.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Day of the visits (today if unset).")
@click.option("--count", type=click.IntRange(1, 1000), default=1, show_default=True)
@click.option("--base-url", default="http://127.0.0.1:8000", show_default=True, help="Address of the public pages.")
def issue_command(agency: str, unit: str, service: str | None, day: datetime | None, count: int, base_url: str) -> None:
    """Print the addresses of fresh one-time tokens. They are shown this once; only their hashes are kept."""
    from flask import current_app

    from feedback_app.audit.operations import record
    from feedback_app.intake.operations import issue_visit_tokens
    from feedback_app.organisation.queries import agency_by_code, services_of, unit_by_code

    now = clock.utcnow()
    with database() as session:
        agency_id = agency_by_code(session, agency).id
        unit_id = unit_by_code(session, agency_id, unit, now.date()).id
        services = {card.code: card.id for card in services_of(session, agency_id, unit_id)}
        if service and service not in services:
            raise click.UsageError(
                f"{unit} has no service {service!r}. Services: {', '.join(sorted(services)) or 'none'}."
            )
        tokens = issue_visit_tokens(
            session,
            agency_id=agency_id,
            unit_id=unit_id,
            service_id=services.get(service or ""),
            visited_on=(day or now).date(),
            count=count,
            issued_by=None,
            key=current_app.config["TRACKING_KEY"],
            now=now,
        )
        record(
            session, agency_id=agency_id, actor=SYSTEM, action="intake.issue_visit_tokens", subject_type="unit",
            subject_id=unit_id, now=now, count=count,
        )  # fmt: skip
        session.commit()
    for token in tokens:
        click.echo(f"{base_url.rstrip('/')}/k/{token}")
