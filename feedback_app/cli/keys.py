"""What the commands for keys of machines and systems share: a key shown once, its line in a list, its end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency
from feedback_app.errors import NotFoundError


def show_once(raw: str, goes_into: str) -> None:
    """Print a fresh key, and that it is never shown again."""
    click.echo(raw)
    click.echo(f"Shown this once: put it into the {goes_into} now, it cannot be read again.", err=True)


def use_of(last_used_at: datetime | None, revoked_at: datetime | None) -> str:
    """Return when a key was used last and whether it still opens anything, as columns of a list."""
    used = f"{last_used_at:%Y-%m-%d %H:%M} UTC" if last_used_at else "never used"
    return f"{used}\t{'revoked' if revoked_at else 'in use'}"


def revoke(agency: str, number: int, room: Any, group: str) -> None:
    """Make a key worthless from now on, by the room that keeps it; `group` is the command that lists its keys."""
    with database() as session:
        owner = find_agency(session, agency)
        try:
            row = room.key_by_id(session, owner.id, number)
        except NotFoundError as error:
            raise click.UsageError(f"{agency} has no key {number}; see `feedback {group} list {agency}`.") from error
        room.revoke_key(session, row, actor=SYSTEM, now=clock.utcnow())
        name = row.name
        session.commit()
    click.echo(f"Revoked: {name}")
