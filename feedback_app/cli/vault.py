"""`feedback vault`: what `feedback keys` was called before; kept for scripts that know it."""

from __future__ import annotations

import sys

import click
from flask import current_app

from feedback_app.cli.context import database
from feedback_app.cli.keys_group import check_command, new_command
from feedback_app.errors import ConfigurationError
from feedback_app.intake.vault import UnreadableSealError
from feedback_app.intake.vault_upkeep import seal_again


@click.group("vault", short_help="The earlier name of `feedback keys`.")
def vault_group() -> None:
    """The sealed contacts of citizens. `feedback keys rotate` does all of this in one call."""


@vault_group.command("rotate", short_help="Seal every contact under the first key.")
def rotate_command() -> None:
    """Seal every contact under the first key, a commit for each batch; make no key and drop none. May be repeated."""
    done = 0
    with database() as session:
        try:
            for size in seal_again(session, current_app.config["VAULT"]):
                session.commit()
                done += size
        except UnreadableSealError as error:
            raise ConfigurationError(
                f"After {done} contacts one opens with no key of VAULT_KEYS; `feedback keys check` names it."
            ) from error
    click.echo(f"{done} contacts sealed under the first key")
    sys.exit(0)


vault_group.add_command(new_command, "new-key")
vault_group.add_command(check_command)
