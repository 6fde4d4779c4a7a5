"""`feedback grants`: who may do what where; what a page takes two people for, an operator of the server gives alone."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_account, find_agency, find_unit, today_of
from feedback_app.identity.rules import PERMISSIONS, GrantSource, Role

if TYPE_CHECKING:
    from feedback_app.organisation.access.queries import GrantLine

DAY = click.DateTime(["%Y-%m-%d"])


@click.group("grants", short_help="Who may do what where.")
def grants_group() -> None:
    """Roles of accounts: listed, given, ended, reviewed. Each act is noted in the trail of the agency."""


@grants_group.command("list", short_help="Show the roles held in an agency.")
@click.argument("agency")
@click.option("--ended", is_flag=True, help="Show those that have ended instead.")
def list_command(agency: str, *, ended: bool) -> None:
    """Show who holds which role in AGENCY, with the number by which it is ended."""
    from feedback_app.organisation.access.queries import State, all_grants

    with database() as session:
        owner = find_agency(session, agency)
        state = State.ENDED if ended else State.HELD
        found = all_grants(session, owner.id, state, today=today_of(owner, clock.utcnow()))
        for line in found:
            click.echo(_line(line))
        if not found:
            click.echo("None.")


@grants_group.command("give", short_help="Give an account a role.")
@click.argument("agency")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--unit", help="Code of the unit; the role then reaches it and everything below (unset: whole agency).")
@click.option("--from", "starts", type=DAY, help="First day (today if unset).")
@click.option("--until", "ends", type=DAY, help="Last day (unset: from then on).")
@click.option("--reason", required=True, help="Why, in 10 to 500 characters; the agency reads it.")
def give_command(
    agency: str, email: str, role: str, unit: str | None, starts: datetime | None, ends: datetime | None, reason: str
) -> None:
    """Give the account of EMAIL a role in AGENCY, also one for which a page asks a second person.

    The first administrator of an agency comes so, and a second one where there is only one.
    """
    from feedback_app.notifications.account_mail import owe
    from feedback_app.organisation.access.giving import Wanted, give_or_ask

    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        today = today_of(owner, now)
        first = starts.date() if starts else today
        user = find_account(session, email)
        wanted = Wanted(
            owner.id, user.id, Role(role), find_unit(session, owner, unit, first).id if unit else None, first,
            ends.date() if ends else None, reason, GrantSource.CLI,
        )  # fmt: skip
        given = give_or_ask(session, wanted, actor=SYSTEM, today=today, now=now)
        owe(session, agency_id=owner.id, user_id=user.id, kind="grant_given", now=now, grant=given.id)
        number, address = given.id, user.email
        session.commit()
    click.echo(f"{number}  {address} is {role} of {unit or 'the whole agency'} from {first} to {_until(ends)}.")


@grants_group.command("end", short_help="End a role at once.")
@click.argument("agency")
@click.argument("grant_id", metavar="NUMBER", type=int)
@click.option("--reason", required=True, help="Why, in 10 to 500 characters.")
def end_command(agency: str, grant_id: int, reason: str) -> None:
    """End the role of this NUMBER (see `grants list`) in AGENCY; its last administrator stays."""
    from feedback_app.notifications.account_mail import owe
    from feedback_app.organisation.access.ending import end_grant

    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        held = end_grant(
            session, owner.id, grant_id, reason=reason, actor=SYSTEM, today=today_of(owner, now), now=now
        )  # fmt: skip
        owe(session, agency_id=owner.id, user_id=held.user_id, kind="grant_ended", now=now, grant=held.id)
        session.commit()
    click.echo(f"Role {grant_id} is ended.")


@grants_group.command("requests", short_help="Show what waits for a second person.")
@click.argument("agency")
def requests_command(agency: str) -> None:
    """Show the roles that wait for a second person in AGENCY; they are decided on the pages. Exit code 1 if any."""
    from feedback_app.organisation.access.queries import waiting_requests

    with database() as session:
        owner = find_agency(session, agency)
        found = waiting_requests(session, owner.id, None, today=today_of(owner, clock.utcnow()))
        for line in found:
            asked = line.request
            place = line.unit_name or "the whole agency"
            click.echo(f"{asked.id}  {asked.role.value} of {place} for {line.user.email}")
            click.echo(f"    asked by {line.asker} on {asked.asked_at:%Y-%m-%d}: {asked.reason}")
        if not found:
            click.echo("Nothing waits.")
    sys.exit(1 if found else 0)


@grants_group.command("review", short_help="Show who held what on a day.")
@click.argument("agency")
@click.option("--on", "day", type=DAY, help="The day, also one gone by (today if unset).")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, with the permissions that each role carries.")
def review_command(agency: str, day: datetime | None, *, as_csv: bool) -> None:
    """Show who might do what in AGENCY on a day, for the review of access."""
    from feedback_app.organisation.access.queries import review_on
    from feedback_app.safe_table import SafeTable

    with database() as session:
        owner = find_agency(session, agency)
        today = today_of(owner, clock.utcnow())
        asked = day.date() if day else today
        if asked > today:
            raise click.UsageError("--on is a day that has come.")
        found = review_on(session, owner.id, asked, reader_id=None, today=today)
        if as_csv:
            table = SafeTable(sys.stdout, lineterminator="\n")
            table.row(REVIEW_COLUMNS)
            for line in found:
                table.row(_row(line))
            return
        click.echo(f"{owner.code} on {asked}: {len(found)} roles")
        for line in found:
            click.echo(_line(line))


REVIEW_COLUMNS = (
    "number", "name", "email", "active", "role", "unit", "from", "until", "source", "given_by", "approved_by",
    "reason", "permissions",
)  # fmt: skip


def _row(line: GrantLine) -> list[object]:
    held = line.grant
    return [
        held.id, line.user.name, line.user.email, line.user.active, held.role.value, line.unit_name or "",
        held.starts_on, held.ends_on, held.source.value, line.giver, line.approver, held.reason,
        " ".join(sorted(PERMISSIONS[held.role])),
    ]  # fmt: skip


def _line(line: GrantLine) -> str:
    held = line.grant
    by = f" by {line.giver}" if line.giver else ""
    agreed = f", approved by {line.approver}" if line.approver else ""
    return (
        f"{held.id}  {line.user.email}  {held.role.value} of {line.unit_name or 'the whole agency'}  "
        f"from {held.starts_on} to {held.ends_on or 'now on'}  ({held.source.value}{by}{agreed}: {held.reason})"
    )


def _until(ends: datetime | None) -> str:
    return str(ends.date()) if ends else "now on"
