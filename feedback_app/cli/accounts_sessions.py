"""`feedback accounts sessions`, `end-sessions`: where an account is signed in, and an end to it."""

from __future__ import annotations

import click

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_account


@click.command("sessions", short_help="Show where an account is signed in.")
@click.argument("email")
def sessions_command(email: str) -> None:
    """List the browsers in which the account of EMAIL is signed in: number, since, last seen, browser, by what.

    Times are UTC. Neither addresses nor full names of browsers are kept.
    """
    from feedback_app.identity.sign_ins import live_ones

    with database() as session:
        rows = live_ones(session, find_account(session, email).id, clock.utcnow())
        if not rows:
            click.echo("Signed in nowhere.", err=True)
        for row in rows:
            means = row.means.value + (f"+{row.second_means.value}" if row.second_means else "")
            since, seen = (f"{moment:%Y-%m-%d %H:%M}" for moment in (row.began_at, row.last_seen_at))
            click.echo(f"{row.id}\t{since}\t{seen}\t{row.browser}\t{means}")


@click.command("end-sessions", short_help="Sign an account out everywhere.")
@click.argument("email")
def end_sessions_command(email: str) -> None:
    """End every sign-in of the account of EMAIL, at once. Its owner may sign in again.

    To keep somebody out: `feedback accounts deactivate`.
    """
    from feedback_app.identity.sign_in_rules import EndReason
    from feedback_app.identity.sign_ins import end_all

    with database() as session:
        who = find_account(session, email)
        n = end_all(session, who.id, reason=EndReason.REVOKED, now=clock.utcnow(), actor=SYSTEM)
        session.commit()
        click.echo(f"Ended {n} sign-in{'' if n == 1 else 's'} of {who.email}.")
