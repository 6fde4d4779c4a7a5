"""`feedback up`, `down`, `status`."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

import click

from feedback_app import clock, config
from feedback_app.config import Settings

if TYPE_CHECKING:
    from feedback_app.supervisor import Running


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
    """Load what is missing of the demo; a database that holds agencies of its own is left alone."""
    from feedback_app.app import create_app
    from feedback_app.db import db
    from feedback_app.demo.load import SEED, NotADemoError, load
    from feedback_app.demo.samples import ensure_samples
    from feedback_app.nlp import Classifier

    app = create_app(settings)
    with app.app_context():
        # Loaded only where a text has to be read: a second start should not wait for it.
        session, reader = db.session(), cache(lambda: Classifier.load(settings.model_dir))
        key, now = app.config["TRACKING_KEY"], clock.utcnow()
        try:
            load(session, reader=reader, key=key, now=now, progress=_say_new)
            ensure_samples(session, settings.home, reader=reader, key=key, now=now, seed=SEED)
        except NotADemoError:
            click.echo("The database holds agencies of your own; the demo was not loaded.")
        finally:
            db.session.remove()
            db.engine.dispose()


def _say_new(line: str) -> None:
    if "sudah ada" not in line:
        click.echo(line)


def _greet(running: Running, *, demo: bool) -> None:
    click.echo(f"\nSuara Layanan: {running.address}/   (Ctrl-C to stop)\n")
    if demo:
        from feedback_app.demo.samples import read_samples
        from feedback_app.demo.tour import first_steps

        if read_samples(running.settings.home):
            click.echo(first_steps(running.address, running.settings.home))


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
