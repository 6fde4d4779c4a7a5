"""`feedback tokens key`: the keys with which counters' own systems ask for visit tokens."""

from __future__ import annotations

import click

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli.context import database
from feedback_app.cli.keys import revoke, show_once, use_of
from feedback_app.cli.lookup import find_agency, find_counter_id, find_unit, today_of


@click.group("key")
def key_group() -> None:
    """Keys for the machines of counters; see docs/counter.md."""


@key_group.command("create")
@click.argument("agency")
@click.argument("unit")
@click.option("--name", required=True, help="What it is for, such as the machine it is put into.")
@click.option("--counter", help="Code of the counter, where the machine serves one of the unit's.")
@click.option("--tokens-a-day", type=click.IntRange(1, 5000), default=2000, show_default=True)
def create_command(agency: str, unit: str, *, name: str, counter: str | None, tokens_a_day: int) -> None:
    """Print a fresh key. It is shown this once; only its hash is kept."""
    from flask import current_app

    from feedback_app.intake.counter_keys import create_key

    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        unit_id = find_unit(session, owner, unit, today_of(owner, now)).id
        raw = create_key(
            session, agency_id=owner.id, unit_id=unit_id, name=name, tokens_a_day=tokens_a_day, actor=SYSTEM,
            key=current_app.config["TRACKING_KEY"], now=now,
            counter_id=find_counter_id(session, owner, unit, unit_id, counter) if counter else None,
        )  # fmt: skip
        session.commit()
    show_once(raw, "machine")


@key_group.command("list", short_help="List the keys of an agency.")
@click.argument("agency")
def list_command(agency: str) -> None:
    """List the keys of an agency: number, unit, name, last use, and whether it was revoked."""
    from feedback_app.intake.counter_keys import keys_of
    from feedback_app.organisation.queries import units_of

    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        units = {unit.id: unit.code for unit in units_of(session, owner.id, today_of(owner, now))}
        for key in keys_of(session, owner.id):
            use = use_of(key.last_used_at, key.revoked_at)
            click.echo(f"{key.id}\t{units.get(key.unit_id, '-')}\t{key.name}\t{use}")


@key_group.command("revoke")
@click.argument("agency")
@click.argument("number", type=click.IntRange(1))
def revoke_command(agency: str, number: int) -> None:
    """Make a key worthless from now on; NUMBER is the one `list` shows."""
    from feedback_app.intake import counter_keys

    revoke(agency, number, counter_keys, "tokens key")
