"""`feedback accounts list`, `deactivate`, `activate`, `set-password`: accounts that are there."""

from __future__ import annotations

import click

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency, today_of
from feedback_app.identity.account_rules import AccountState


@click.command("list", short_help="List accounts and invitations.")
@click.argument("agency")
@click.option(
    "--state", type=click.Choice([state.value for state in AccountState]), help="Only accounts in this state."
)
def list_command(agency: str, *, state: str | None) -> None:
    """List the accounts of AGENCY: address, name, state, roles held today, end of an invitation that waits (UTC)."""
    from feedback_app.organisation.staff_accounts import accounts_of

    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        wanted = AccountState(state) if state else None
        rows = accounts_of(session, owner.id, None, day=today_of(owner, now), now=now, state=wanted)
        if not rows:
            click.echo("No accounts; see `feedback accounts invite --help`.", err=True)
        for row in rows:
            waits = row.state in {AccountState.INVITED, AccountState.RAN_OUT} and row.expires_at
            until = f"\t{row.expires_at:%Y-%m-%d %H:%M}" if waits else ""
            click.echo(f"{row.email}\t{row.name}\t{row.state.value}\t{row.roles}{until}")


@click.command("deactivate", short_help="Close an account at once.")
@click.argument("email")
def deactivate_command(email: str) -> None:
    """Close the account of EMAIL: signed out everywhere at once, and kept out. Its roles stay on record."""
    from feedback_app.identity.closing import deactivate
    from feedback_app.identity.operations import account_of

    now = clock.utcnow()
    with database() as session:
        user = account_of(session, email)
        deactivate(session, user, actor=SYSTEM, day=clock.office_day(now), now=now)
        address = user.email
        session.commit()
    click.echo(f"{address} is closed. To open it again: feedback accounts activate {address}")


@click.command("activate", short_help="Open a closed account again.")
@click.argument("email")
def activate_command(email: str) -> None:
    """Open the account of EMAIL again, with its password and the roles that still hold."""
    from feedback_app.identity.closing import activate
    from feedback_app.identity.operations import account_of

    with database() as session:
        user = account_of(session, email)
        activate(session, user, actor=SYSTEM, now=clock.utcnow())
        address = user.email
        session.commit()
    click.echo(f"{address} can sign in again.")


@click.command("set-password", short_help="Give an account another password.")
@click.argument("email")
@click.password_option(help="Asked for if not given; at least 12 characters, and none that is guessed soon.")
def set_password_command(email: str, password: str) -> None:
    """Give the account of EMAIL another password; it is signed out everywhere, and its owner is told by mail.

    Better: `feedback accounts link EMAIL`, with which nobody but its owner knows the password.
    """
    from feedback_app.identity.operations import account_of
    from feedback_app.notifications.account_acts import set_password
    from feedback_app.organisation.account_words import words_near

    with database() as session:
        near = words_near(session, account_of(session, email).id)
        user = set_password(session, email=email, password=password, near=near, actor=SYSTEM, now=clock.utcnow())
        address = user.email
        session.commit()
    click.echo(f"{address} signs in with the new password from now on.")
