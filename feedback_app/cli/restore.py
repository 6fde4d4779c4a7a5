"""`feedback restore`: from an encrypted copy back to an installation that runs."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedback_app import clock, config
from feedback_app.cli.backup import COPY, IDENTITY, show
from feedback_app.config import Settings
from feedback_app.errors import ConfigurationError

if TYPE_CHECKING:
    from feedback_app.backup.restoring import Copy

WITHOUT_SECRETS = (
    "The copy holds no secrets. Put {needed} of the installation it was made from back before you start this one: "
    "without them no tracking code is found, no password fits and no contact opens."
)


@click.command("restore", short_help="Bring an encrypted copy back.")
@COPY
@IDENTITY
@click.option("--into", metavar="DATABASE_URL", help="An empty database.")
@click.option("--home", type=click.Path(path_type=Path), help="A new FEEDBACK_HOME, with embedded servers.")
@click.option("--force", is_flag=True, help="Empty the database first: everything in it is lost.")
def restore_command(*, file: Path, identity: Path, into: str | None, home: Path | None, force: bool) -> None:
    """Bring a copy back into an empty database, or a new home with embedded servers.

    The copy is read to its end first; then database and files are restored, brought to this version where they are
    older, and verified: rows, files, audit trail, figures, contacts. Exit code 0 if everything fits, 1 if not.
    """
    from feedback_app.backup.archive import BackupError, identities_in
    from feedback_app.backup.restoring import open_copy, restore

    if (into is None) == (home is None):
        raise click.UsageError("Give either --into DATABASE_URL or --home DIR.")
    identities = identities_in(identity)
    try:
        copy = open_copy(file, identities)
        with ExitStack() as stack:
            settings = _beside(into) if into else _at_home(stack, Path(str(home)).resolve(), copy)
            found = restore(copy, settings, empty_first=force, progress=lambda line: click.echo(f"  {line}", err=True))
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    show(found)
    manifest = copy.checked.manifest
    click.echo(f"Restored as of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC. What came later is not in it.")
    if not (home and manifest.has_secrets):
        click.echo(WITHOUT_SECRETS.format(needed=", ".join(manifest.needed) or "the secrets"))
    click.echo("Then: `feedback audit verify` says whether published roots are newer than this copy.")
    sys.exit(1 if any(one.level.value == "bad" for one in found) else 0)


def _beside(url: str) -> Settings:
    given = replace(config.load({**_environment(), "DATABASE_URL": url}), web_database_url=None)
    try:
        return config.resolved(given)
    except ConfigurationError:
        # Nothing was set up here yet: rows and files come back all the same, and nobody can look into the contacts.
        return given


def _environment() -> dict[str, str]:
    import os

    return {name: value for name, value in os.environ.items() if name in config.SETTING_NAMES}


def _at_home(stack: ExitStack, home: Path, copy: Copy) -> Settings:
    from feedback_app import supervisor
    from feedback_app.backup import secret_files
    from feedback_app.backup.archive import BackupError
    from feedback_app.supervisor.home import open_home

    if supervisor.status(replace(config.load(), home=home)).running:
        raise BackupError(f"Something runs in {home}: stop it, or take another folder.")
    open_home(home)
    given = replace(
        config.load(), home=home, database_url=None, redis_url=None, secret_key=None, lasting_secret=None,
        secret_key_fallbacks=(), vault_keys=(), attachments_url=None, audit_key_file=None, audit_roots_file=None,
        web_database_url=None,
    )  # fmt: skip
    if copy.checked.secrets:
        written = secret_files.put_back(home, copy.checked.secrets, now=clock.utcnow())
        click.echo(f"Secrets put back: {', '.join(written)}")
    return stack.enter_context(supervisor.servers(given))
