"""`feedback vault`: the keys under which citizens' contacts are sealed."""

from __future__ import annotations

import sys

import click
from flask import current_app

from feedback_app.cli.context import database
from feedback_app.errors import ConfigurationError
from feedback_app.intake.vault import UnreadableSealError, new_key
from feedback_app.intake.vault_upkeep import seal_again, unreadable_contacts


@click.group("vault")
def vault_group() -> None:
    """The sealed contacts of citizens.

    \b
    To change the key:
      feedback vault new-key      put what it prints in front in VAULT_KEYS, restart
      feedback vault rotate       seal every contact under it
      feedback vault check        exit code 0: the older keys can go
    """


@vault_group.command("new-key")
def new_key_command() -> None:
    """Print a fresh key for VAULT_KEYS. It is kept nowhere else."""
    click.echo(new_key())


@vault_group.command("rotate", short_help="Seal every contact under the first key.")
def rotate_command() -> None:
    """Seal every contact under the first key of VAULT_KEYS, a commit for each batch. May be repeated."""
    done = 0
    with database() as session:
        try:
            for size in seal_again(session, current_app.config["VAULT"]):
                session.commit()
                done += size
        except UnreadableSealError as error:
            raise ConfigurationError(
                f"After {done} contacts one opens with no key of VAULT_KEYS; `feedback vault check` names it."
            ) from error
    click.echo(f"{done} contacts sealed under the first key")


@vault_group.command("check")
@click.option("--show", default=20, show_default=True, help="How many contacts to name.")
def check_command(*, show: int) -> None:
    """Open every contact, print none. Exit code 0 if all of them open, 1 if not."""
    with database() as session:
        broken = list(unreadable_contacts(session, current_app.config["VAULT"]))
    for agency_id, contact_id in broken[:show]:
        click.echo(f"agency {agency_id}, contact {contact_id}: no key opens it")
    click.echo(f"{len(broken)} contacts cannot be opened" if broken else "Every contact opens")
    sys.exit(1 if broken else 0)
