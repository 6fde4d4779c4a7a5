"""`feedback messages`: what is owed to citizens and staff, and what did not reach them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.cli.context import database

if TYPE_CHECKING:
    import sqlalchemy as sa

    from feedback_app.notifications.queries import MessageCounts, MessageRow


@click.group("messages", short_help="Messages to citizens and staff.")
def messages_group() -> None:
    """Messages to citizens and staff: what waits, what was given up. Addresses are never shown."""


@messages_group.command("list")
@click.option("--dead", is_flag=True, help="Only messages that were given up.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
def list_command(*, dead: bool, limit: int) -> None:
    """Show messages that were not sent, the oldest first, and why. Exit code 1 if some were given up."""
    from feedback_app.notifications.queries import counts, unsent

    with database() as session:
        found = unsent(session, deliverable=_deliverable(), dead_only=dead, limit=limit)
        stand = counts(session, deliverable=_deliverable())
    for row in found:
        click.echo(_line(row))
    rest = (stand.dead if dead else stand.waiting + stand.without_way + stand.dead) - len(found)
    if rest > 0:
        click.echo(f"... and {rest} more; see --limit")
    click.echo(_told(stand))
    sys.exit(1 if stand.dead else 0)


@messages_group.command("retry")
@click.argument("number", type=click.IntRange(min=1))
def retry_command(number: int) -> None:
    """Try message NUMBER again, which was given up."""
    from feedback_app.audit.operations import SYSTEM
    from feedback_app.notifications.operations import MessageNotDeadError, UnknownMessageError, retry

    with database() as session:
        try:
            retry(session, number, actor=SYSTEM, now=clock.utcnow())
        except UnknownMessageError as error:
            raise click.ClickException(f"There is no message {number}; see `feedback messages list --dead`.") from error
        except MessageNotDeadError as error:
            raise click.ClickException(f"Message {number} was not given up, so it needs no retry.") from error
        session.commit()
    click.echo(f"Message {number} waits to be sent.")


def outbox_line(session: Session) -> str:
    """Return how the outbox stands, in one line."""
    from feedback_app.notifications.queries import counts

    return _told(counts(session, deliverable=_deliverable()))


def _told(found: MessageCounts) -> str:
    line = f"messages waiting: {found.waiting + found.without_way}, given up: {found.dead}"
    if found.without_way:
        line += (
            f"; of those waiting {found.without_way} for a way that is not configured "
            "(SMTP_URL, WHATSAPP_GATEWAY_URL: docs/notifications.md)"
        )
    return line


def _deliverable() -> sa.ColumnElement[bool]:
    from flask import current_app

    from feedback_app.intake.recipients import deliverable
    from feedback_app.notifications.ways import ways_of

    return deliverable(ways_of(current_app.extensions["suara_settings"]))


def _line(row: MessageRow) -> str:
    reader = "staff" if row.to_staff else "citizen"
    head = f"{row.id}  {row.created_at:%Y-%m-%d %H:%M}  {row.template} to {reader}"
    if row.state.value == "dead":
        return f"{head}  given up after {row.attempts} attempts: {row.last_error}"
    if not row.has_way:
        return f"{head}  waiting, its way is not configured"
    since = f", last: {row.last_error}" if row.last_error else ""
    return f"{head}  next try {row.next_try_at:%Y-%m-%d %H:%M} UTC, attempts {row.attempts}{since}"
