"""`feedback up`, `down`, `status`."""

from __future__ import annotations

import sys

import click

from feedback_app import config
from feedback_app.config import Settings


@click.command("up")
@click.option("--demo", is_flag=True, help="Fill an empty database with the four demo cities first.")
def up_command(*, demo: bool) -> None:
    """Run PostgreSQL, Redis, web, worker and sweep in the foreground.

    PostgreSQL and Redis are the embedded ones unless DATABASE_URL and REDIS_URL name others. Ctrl-C ends everything
    cleanly. A second `feedback up` for the same folder says where the first one runs.
    """
    from feedback_app import supervisor

    def prepare(settings: Settings) -> None:
        _migrate(settings)
        if demo:
            _load_demo(settings)

    sys.exit(supervisor.up(config.load(), prepare=prepare, on_ready=lambda running: _greet(running, demo=demo)))


def _migrate(settings: Settings) -> None:
    from flask_migrate import upgrade

    from feedback_app.app import create_app
    from feedback_app.db import db

    app = create_app(settings)
    with app.app_context():
        upgrade()
        db.engine.dispose()


def _load_demo(settings: Settings) -> None:
    from feedback_app.app import create_app
    from feedback_app.cli.demo import load_if_empty
    from feedback_app.db import db

    app = create_app(settings)
    with app.app_context():
        load_if_empty(settings)
        db.engine.dispose()


def _greet(running: object, *, demo: bool) -> None:
    from feedback_app.cli.demo import first_steps_text

    address = getattr(running, "address", "")
    click.echo(f"\nSuara Layanan: {address}   (Ctrl-C to stop)\n")
    if demo:
        click.echo(first_steps_text(getattr(running, "settings"), address))  # noqa: B009 - typed by the supervisor


@click.command("down")
def down_command() -> None:
    """Stop the `feedback up` of this folder, cleanly."""
    from feedback_app import supervisor

    sys.exit(supervisor.down(config.load()))


@click.command("status")
def status_command() -> None:
    """Show what runs, what waits for the drain, and what was set aside. Exit code 3 if not everything runs."""
    from feedback_app import supervisor

    settings = config.load()
    found = supervisor.status(settings)
    if found.running:
        click.echo(f"Running at {found.address} (process {found.pid}, folder {settings.home})")
    else:
        click.echo(f"Not running (folder {settings.home})")
    for part in found.parts:
        since = f"since {part.since:%Y-%m-%d %H:%M:%S} UTC" if part.since else ""
        click.echo(f"  {part.name:<10} {part.state:<11} pid {part.pid or '-':<8} restarts {part.restarts}  {since}")
    if found.running:
        _show_work()
    sys.exit(found.exit_code)


def _show_work() -> None:
    from feedback_app.cli.context import database
    from feedback_app.drain.claim import count_pending, count_quarantined

    with database() as session:
        click.echo(f"  waiting for the drain: {count_pending(session)}, set aside: {count_quarantined(session)}")
