"""`feedback attachments`: photos and documents of citizens and officers, and whether all of them are there."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from feedback_app import clock
from feedback_app.cli.context import database
from feedback_app.errors import ConfigurationError


@click.group("attachments")
def attachments_group() -> None:
    """Photos and documents of citizens, and officers' proof."""


@attachments_group.command("check")
@click.option("--quick", is_flag=True, help="Only look for the files; do not read them to compare their hashes.")
@click.option("--remove-orphans", is_flag=True, help="Remove files older than a day that no row names, however many.")
@click.option("--show", default=20, show_default=True, help="How many of each finding to print.")
def check_command(*, quick: bool, remove_orphans: bool, show: int) -> None:
    """Compare the stored files with their rows.

    Printed are rows without a file, rows whose file is another one, and files older than a day without a row.
    Exit code 0 if everything fits, 1 if something does not (also when --remove-orphans has put it right).
    """
    from flask import current_app

    from feedback_app.intake import orphans
    from feedback_app.storage import StorageUnavailableError

    with database() as session:
        storage, now = current_app.extensions["suara_storage"], clock.utcnow()
        try:
            found = orphans.compare(session, storage, now=now, read_files=not quick)
            removed = orphans.remove_orphans(session, storage, now=now, even_many=True) if remove_orphans else 0
        except StorageUnavailableError as error:
            raise ConfigurationError(
                f"The storage of attachments does not answer: {error}. See ATTACHMENTS_URL."
            ) from error
    _list("rows without their file", found.missing, show)
    _list("rows whose file is another one", found.changed, show)
    _list("files without a row", found.orphans, show)
    click.echo(f"{found.rows} files{f', {removed} files removed' if removed else ''}")
    sys.exit(0 if found.is_clean else 1)


def _list(what: str, names: Sequence[int | str], show: int) -> None:
    if names:
        more = f" and {len(names) - show} more" if len(names) > show else ""
        click.echo(f"{len(names)} {what}: {', '.join(str(name) for name in names[:show])}{more}")
