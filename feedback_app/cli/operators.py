"""`feedback operators`: who runs the installation; given here alone, so that no page hands out the machine."""

from __future__ import annotations

from datetime import datetime

import click

from feedback_app import clock
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_account

DAY = click.DateTime(["%Y-%m-%d"])


@click.group("operators", short_help="Who runs the installation.")
def operators_group() -> None:
    """Operators of the platform: they see numbers, no content, and hold no role in any agency."""


@operators_group.command("list")
def list_command() -> None:
    """Show who runs, or ran, the installation."""
    from feedback_app.identity.operators import operators

    with database() as session:
        found = operators(session)
        for row, user in found:
            ended = f"  ended: {row.end_reason}" if row.ended_at else ""
            click.echo(f"{user.email}  from {row.starts_on} to {row.ends_on or 'now on'}  {row.reason}{ended}")
        if not found:
            click.echo("None yet: feedback operators give --help")


@operators_group.command("give", short_help="Let an account run the installation.")
@click.argument("email")
@click.option("--name", help="Name of the person; with it the account is made if there is none.")
@click.option("--until", "ends", type=DAY, help="Last day (unset: from today on).")
@click.option("--reason", required=True, help="Why, in 10 to 500 characters.")
@click.option("--password", envvar="FEEDBACK_ACCOUNT_PASSWORD", help="Of a new account; asked for if not given.")
def give_command(email: str, name: str | None, ends: datetime | None, reason: str, password: str | None) -> None:
    """Let the account of EMAIL run the installation. It must hold no role in an agency: use one made for this."""
    from feedback_app.identity.operations import create_user
    from feedback_app.identity.operators import make_operator
    from feedback_app.identity.queries import user_by_email

    now = clock.utcnow()
    with database() as session:
        user = user_by_email(session, email)
        if user is None:
            if name is None:
                raise click.UsageError(f"There is no account {email!r}; with --name it is made.")
            given = password or click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
            user = create_user(session, email=email, name=name, password=given, now=now)
        make_operator(
            session, user, reason=reason, starts_on=clock.office_day(now), ends_on=ends.date() if ends else None,
            now=now,
        )  # fmt: skip
        address = user.email
        session.commit()
    click.echo(f"{address} sees the state of the platform at /petugas/platform.")


@operators_group.command("end", short_help="Let an account run it no more.")
@click.argument("email")
@click.option("--reason", required=True, help="Why, in 10 to 500 characters.")
def end_command(email: str, reason: str) -> None:
    """Let the account of EMAIL run the installation no more, at once."""
    from feedback_app.identity.operators import end_operator

    now = clock.utcnow()
    with database() as session:
        end_operator(session, find_account(session, email), reason=reason, today=clock.office_day(now), now=now)
        session.commit()
    click.echo(f"{email} no longer runs the platform.")
