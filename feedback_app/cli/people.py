"""`feedback setup employee`, `assignment`, `user`, `password`: who works where, and who may sign in."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import click

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli.context import database
from feedback_app.cli.lookup import (
    find_agency,
    find_employee_id,
    find_service_id,
    find_unit,
    find_unit_id,
    today_of,
)
from feedback_app.cli.post_options import post_options
from feedback_app.identity.rules import GrantSource, Role
from feedback_app.organisation.rules import AssignmentKind, mask_nip, parse_nip


@click.command("employee", short_help="Add a civil servant by NIP.")
@click.argument("agency")
@click.argument("nip")
@click.option("--name", required=True)
def employee_command(agency: str, nip: str, name: str) -> None:
    """Add a civil servant to AGENCY by the 18 digits of the NIP or NI PPPK."""
    from feedback_app.organisation.operations import create_employee

    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        employee = create_employee(session, agency_id=owner.id, nip=nip, name=name, now=now)
        number = parse_nip(employee.nip, today=now.date())
        session.commit()
    click.echo(f"Added {name} ({mask_nip(number.digits)}). Next: feedback setup assignment --help")
    for warning in number.warnings:
        click.echo(f"Note: {warning}", err=True)


@click.command("assignment", short_help="Give a civil servant a post.")
@click.argument("agency")
@click.argument("nip")
@click.argument("unit")
@click.option("--position", required=True, help='Such as "Kepala Dinas" or "Petugas Loket".')
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in AssignmentKind]),
    required=True,
    help="acting_vacant is Plt, acting_absent is Plh, additional is tugas tambahan.",
)
@post_options
def assignment_command(
    agency: str,
    nip: str,
    unit: str,
    *,
    position: str,
    kind: str,
    head: bool,
    service: str | None,
    share: float,
    decree: str,
    starts: datetime,
    ends: datetime | None,
) -> None:
    """Give the civil servant of this NIP a post in a unit of AGENCY, from one day to another."""
    from feedback_app.intake.first_feedback import office_moment
    from feedback_app.measures.operations import record_goes_on
    from feedback_app.organisation.people.post_rules import PostFields
    from feedback_app.organisation.people.posts import add_post

    if not position.strip() or not decree.strip():
        raise click.UsageError("--position and --decree must not be empty.")
    with database() as session:
        record_goes_on(session)
        now = clock.utcnow()
        owner = find_agency(session, agency)
        unit_id = find_unit_id(session, owner, unit)
        post = PostFields(
            employee_id=find_employee_id(session, owner, nip, now.date()), unit_id=unit_id,
            service_id=find_service_id(session, owner, unit, unit_id, service) if service else None,
            position=position.strip(), kind=AssignmentKind(kind), is_head=head, share=Decimal(str(share)),
            decree_number=decree.strip(), starts_on=starts.date(), ends_on=ends.date() if ends else None,
        )  # fmt: skip
        # Where there is feedback already, days gone by are changed by two accounts: `feedback people assign --by`.
        add_post(session, owner.id, post, actor=SYSTEM, at=office_moment(session, owner, now))
        session.commit()
    click.echo(f"Added {position.strip()} at {unit} from {starts.date()} to {ends.date() if ends else 'now on'}.")


@click.command("user")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--agency", required=True, help="Code of the agency.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--unit", help="Code of the unit; the role then reaches it and everything below (unset: whole agency).")
@click.password_option(help="Asked for if not given; at least 12 characters, and none that is guessed soon.")
def user_command(email: str, name: str, agency: str, role: str, unit: str | None, password: str) -> None:
    """Add an account with one role and a password.

    Better: `feedback accounts invite`, with which nobody but its owner knows the password.
    """
    from feedback_app.identity.operations import UNSAID, create_user
    from feedback_app.organisation.access.giving import Wanted, give_or_ask

    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        today = today_of(owner, now)
        unit_id = find_unit(session, owner, unit, today).id if unit else None
        near = (owner.code, owner.name, unit or "")
        user = create_user(session, email=email, name=name, password=password, near=near, now=now)
        wanted = Wanted(
            owner.id, user.id, Role(role), unit_id, today, None, UNSAID[GrantSource.CLI], GrantSource.CLI
        )  # fmt: skip
        give_or_ask(session, wanted, actor=SYSTEM, today=today, now=now)
        address = user.email
        session.commit()
    click.echo(f"{address} can sign in at /masuk.")


@click.command("password", short_help="Give an account another password.")
@click.argument("email")
@click.password_option(help="Asked for if not given; at least 12 characters, and none that is guessed soon.")
@click.pass_context
def password_command(context: click.Context, email: str, password: str) -> None:
    """Give the account of EMAIL another password, as `feedback accounts set-password` does."""
    from feedback_app.cli.accounts_list import set_password_command

    context.invoke(set_password_command, email=email, password=password)
