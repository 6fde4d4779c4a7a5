"""`feedback people changes`, `approve`, `refuse`: changes of the past, decided by a second account."""

from __future__ import annotations

from typing import Any

import click

from feedback_app import clock
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency, today_of
from feedback_app.cli.people_acting import actor_of, as_account


@click.command("changes", short_help="Show what waits for a second person.")
@click.argument("agency")
def changes_command(agency: str) -> None:
    """Show the changes of days gone by that wait in AGENCY."""
    from feedback_app.identity.queries import names_of
    from feedback_app.organisation.people.change_queries import waiting_changes

    with database() as session:
        owner = find_agency(session, agency)
        found = waiting_changes(session, owner.id)
        names = names_of(session, [change.requested_by for change in found])
        for change in found:
            who = names.get(change.requested_by or 0, "–")
            days = f"{change.touches_from} to {change.touches_to}"
            click.echo(f"{change.id}  {change.kind.value}  {days}  asked by {who}: {change.reason}")
        if not found:
            click.echo("Nothing waits.")


@click.command("approve", short_help="Agree to a change and carry it out.")
@click.argument("agency")
@click.argument("change_id", metavar="CHANGE", type=int)
@as_account
def approve_command(agency: str, change_id: int, **asked: Any) -> None:
    """Agree to CHANGE with another account than the one that asked, and carry it out."""
    from feedback_app.measures.operations import record_goes_on
    from feedback_app.organisation.people.changes import approve

    with database() as session:
        record_goes_on(session)
        owner = find_agency(session, agency)
        now = clock.utcnow()
        actor = actor_of(session, owner, asked["by"], asked["password"])
        approve(session, owner.id, change_id, actor=actor, now=now, today=today_of(owner, now))
        session.commit()
    click.echo(f"Change {change_id} is approved and done.")


@click.command("refuse", short_help="Refuse a change, saying why.")
@click.argument("agency")
@click.argument("change_id", metavar="CHANGE", type=int)
@click.option("--reason", required=True, help="Why it is refused.")
@as_account
def refuse_command(agency: str, change_id: int, reason: str, **asked: Any) -> None:
    """Refuse CHANGE with another account than the one that asked."""
    from feedback_app.measures.operations import record_goes_on
    from feedback_app.organisation.people.changes import refuse

    with database() as session:
        record_goes_on(session)
        owner = find_agency(session, agency)
        now = clock.utcnow()
        actor = actor_of(session, owner, asked["by"], asked["password"])
        refuse(session, owner.id, change_id, note=reason, actor=actor, now=now, today=today_of(owner, now))
        session.commit()
    click.echo(f"Change {change_id} is refused.")
