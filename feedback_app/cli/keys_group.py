"""`feedback keys`: what protects what, how old it is, and how it is changed without losing anything."""

from __future__ import annotations

import sys

import click

from feedback_app.cli.keys_rotation import rotate_command
from feedback_app.cli.keys_status import status_command


@click.group("keys", short_help="The keys outside the database, and their change.")
def keys_group() -> None:
    """The keys outside the database.

    \b
      feedback keys status     what protects what, since when, who may read it
      feedback keys rotate     a new key for the contacts: made, laid upon all, checked
      feedback keys rotate --sessions   a new key for the cookies of sessions
    """


@keys_group.command("new")
def new_command() -> None:
    """Print a fresh key for VAULT_KEYS. It is kept nowhere else."""
    from feedback_app.intake.vault import new_key

    click.echo(new_key())


@keys_group.command("check")
@click.option("--show", default=20, show_default=True, help="How many contacts to name.")
def check_command(*, show: int) -> None:
    """Open every contact, print none. Exit code 0 if all of them open, 1 if not."""
    from flask import current_app

    from feedback_app.cli.context import database
    from feedback_app.intake.vault_upkeep import unreadable_contacts

    with database() as session:
        broken = list(unreadable_contacts(session, current_app.config["VAULT"]))
    for agency_id, contact_id in broken[:show]:
        click.echo(f"agency {agency_id}, contact {contact_id}: no key opens it")
    click.echo(f"{len(broken)} contacts cannot be opened" if broken else "Every contact opens")
    sys.exit(1 if broken else 0)


keys_group.add_command(rotate_command)
keys_group.add_command(status_command)
