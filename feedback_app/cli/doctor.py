"""`feedback doctor`: whether an installation is as it should be, in lines that anybody can act upon."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

import click
from sqlalchemy.orm import Session

from feedback_app import config
from feedback_app.cli.doctor_lines import Level, Line, bad, looked
from feedback_app.config import Settings
from feedback_app.errors import ConfigurationError

MARKS = {Level.OK: "ok  ", Level.WARN: "warn", Level.BAD: "BAD "}


@click.command("doctor", short_help="Say what is wrong here, and what to do.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array, for other programs.")
@click.option("--quiet", is_flag=True, help="Only what is not well.")
@click.option("--no-servers", is_flag=True, help="Look at settings and files alone: nothing has to run.")
def doctor_command(*, as_json: bool, quiet: bool, no_servers: bool) -> None:
    """Look at settings, keys, files, copies, database, walls, audit trail, queue, virus scanner and disk.

    Nothing is changed, and no secret is printed. What an installation that nobody else reaches may do, one with a
    PUBLIC_URL may not. Exit code 0 if nothing is bad (there may be warnings), 1 if something is.
    """
    lines = list(_lines(no_servers=no_servers))
    shown = [line for line in lines if not quiet or line.level is not Level.OK]
    if as_json:
        click.echo(json.dumps([asdict(line) for line in shown], indent=2))
    else:
        for line in shown:
            click.echo(f"{MARKS[line.level]} {line.text}{f' → {line.advice}' if line.advice else ''}")
        worst = {level: sum(line.level is level for line in lines) for level in Level}
        click.echo(f"{worst[Level.OK]} ok, {worst[Level.WARN]} to look at, {worst[Level.BAD]} bad")
    sys.exit(1 if any(line.level is Level.BAD for line in lines) else 0)


def _lines(*, no_servers: bool) -> Iterator[Line]:
    from feedback_app.cli import doctor_machine, doctor_network, doctor_settings

    try:
        settings = config.load()
    except ConfigurationError as error:
        yield bad("settings", str(error), "correct that variable; nothing starts before")
        return
    for checks in (doctor_settings.CHECKS, doctor_network.CHECKS, doctor_machine.CHECKS):
        for what, check in checks.items():
            yield from looked(what, lambda check=check: check(settings))  # type: ignore[misc]
    if not no_servers:
        yield from _of_servers(settings)


def _of_servers(settings: Settings) -> Iterator[Line]:
    from feedback_app.cli import doctor_queue, doctor_scanner

    try:
        known = config.resolved(settings)
    except ConfigurationError as error:
        yield bad("servers", str(error), "start it with `feedback up`, or look with --no-servers")
        return
    yield from _of_database(known)
    for what, check in (doctor_queue.CHECKS | doctor_scanner.CHECKS).items():
        yield from looked(what, lambda check=check: check(known))  # type: ignore[misc]


def _of_database(known: Settings) -> Iterator[Line]:
    import sqlalchemy as sa

    from feedback_app.cli import doctor_database

    engine = sa.create_engine(config.sqlalchemy_url(str(known.database_url)), hide_parameters=True)
    try:
        for what, check in doctor_database.CHECKS.items():
            with Session(engine) as session:
                yield from looked(what, lambda check=check, session=session: check(session, known))  # type: ignore[misc]
    finally:
        engine.dispose()
