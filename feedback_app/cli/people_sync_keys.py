"""`feedback people sync-key`: the keys with which personnel systems send their lists."""

from __future__ import annotations

import click

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli.context import database
from feedback_app.cli.keys import revoke, show_once, use_of
from feedback_app.cli.lookup import find_agency


@click.group("sync-key")
def sync_key_group() -> None:
    """Keys for personnel systems; see docs/people-import.md."""


@sync_key_group.command("create")
@click.argument("agency")
@click.option("--name", required=True, help="Which system it is for.")
def create_command(agency: str, *, name: str) -> None:
    """Print a fresh key. It is shown this once; only its hash is kept.

    What such a key of nobody sends and changes days gone by waits for somebody to ask for it.
    """
    from flask import current_app

    from feedback_app.organisation.people.imports.sync_keys import create_key

    with database() as session:
        owner = find_agency(session, agency)
        raw = create_key(
            session, owner.id, name=name, actor=SYSTEM, key=current_app.config["TRACKING_KEY"], now=clock.utcnow()
        )
        session.commit()
    show_once(raw, "system")


@sync_key_group.command("list", short_help="List the keys of an agency.")
@click.argument("agency")
def list_command(agency: str) -> None:
    """List the keys of an agency: number, name, last use, and whether it was revoked."""
    from feedback_app.organisation.people.imports.sync_keys import keys_of

    with database() as session:
        keys = keys_of(session, find_agency(session, agency).id)
        if not keys:
            click.echo(f"No keys yet; see `feedback people sync-key create {agency} --help`.", err=True)
        for key in keys:
            click.echo(f"{key.id}\t{key.name}\t{use_of(key.last_used_at, key.revoked_at)}")


@sync_key_group.command("revoke")
@click.argument("agency")
@click.argument("number", type=click.IntRange(1))
def revoke_command(agency: str, number: int) -> None:
    """Make a key worthless from now on; NUMBER is the one `list` shows."""
    from feedback_app.organisation.people.imports import sync_keys

    revoke(agency, number, sync_keys, "people sync-key")
