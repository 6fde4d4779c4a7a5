"""`feedback accounts factors`, `reset-factors`: the second factor of an account, and help when it is lost."""

from __future__ import annotations

import click

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_account


@click.command("factors", short_help="Show the second factors of an account.")
@click.argument("email")
def factors_command(email: str) -> None:
    """Show which second factors the account of EMAIL has, never a secret: what, since, last used. Times are UTC."""
    from flask import current_app

    from feedback_app.identity.factors.queries import needs_second_factor, opens_nothing_without_factor, state_of

    with database() as session:
        who = find_account(session, email)
        state, now = state_of(session, who.id), clock.utcnow()
        asked = current_app.extensions["suara_settings"].second_factor
        day = clock.office_day(now)
        must = opens_nothing_without_factor(session, who.id, day, asked=asked)
        should = must or needs_second_factor(session, who.id, day)
    if state.app_since:
        click.echo(f"app\tsince {state.app_since:%Y-%m-%d %H:%M}")
    for one in state.passkeys:
        used = f"{one.used_at:%Y-%m-%d %H:%M}" if one.used_at else "never"
        click.echo(f"passkey\tsince {one.added_at:%Y-%m-%d %H:%M}\tused {used}")
    if state.count:
        click.echo(f"recovery codes\t{state.codes_left} left")
    else:
        click.echo("No second factor.", err=True)
    if must and not state.count:
        click.echo("A role of this account, or SECOND_FACTOR, asks for one: it opens nothing before.", err=True)
    elif should and not state.count:
        click.echo("A role of this account asks for one, and SECOND_FACTOR=OFFERED lets it in without.", err=True)


@click.command("reset-factors", short_help="Take the second factors of an account away.")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset_factors_command(email: str, *, yes: bool) -> None:
    """Take all second factors and recovery codes of the account of EMAIL away, for somebody who lost them.

    Make sure first that whoever asks is the owner. All its sign-ins end, its password stays, the owner is told by
    mail, and sets up a new factor at the next sign-in if a role asks for one.
    """
    from feedback_app.identity.factors.resets import reset_factors
    from feedback_app.notifications import account_mail

    with database() as session:
        who, now = find_account(session, email), clock.utcnow()
        if not yes:
            click.confirm(f"Take all second factors of {who.email} away?", abort=True)
        n = reset_factors(session, who.id, actor=SYSTEM, now=now)
        account_mail.owe(session, agency_id=None, user_id=who.id, kind="factor_changed", now=now)
        session.commit()
        click.echo(f"Took {n} factor{'' if n == 1 else 's'} of {who.email} away; all its sign-ins are over.")
