"""`feedback up`, `down`, `status`.

Run as a program (`python -m feedback_app.cli.service [--demo]`) it is what `up` does before the pages open:
migrations, and the demo. That is a process of its own, so that a Ctrl-C can end it whatever it is doing, and so
that the one which watches over the others stays small.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from feedback_app import config
from feedback_app.cli.reading import check_model_dir
from feedback_app.config import Settings
from feedback_app.log_scrubbing import scrub, scrubbed_traceback

if TYPE_CHECKING:
    from feedback_app.supervisor import Running

GREETING: Final = "first-steps.txt"


@click.command("up", short_help="Run everything on this machine.")
@click.option("--demo", is_flag=True, help="Fill an empty database with the four demo cities first.")
def up_command(*, demo: bool) -> None:
    """Run PostgreSQL, Redis, web, worker and sweep in the foreground.

    PostgreSQL and Redis are the embedded ones unless DATABASE_URL and REDIS_URL name others. Ctrl-C ends everything
    cleanly. A second `feedback up` for the same folder says where the first one runs.
    """
    from feedback_app import supervisor

    prepare = (sys.executable, "-m", "feedback_app.cli.service", *(["--demo"] if demo else []))
    settings = config.for_demo(config.load()) if demo else config.load()
    check_model_dir(settings)
    sys.exit(supervisor.up(settings, prepare=prepare, on_ready=_greet))


@click.command("prepare")
@click.option("--demo", is_flag=True)
def prepare_command(*, demo: bool) -> None:
    """Bring the tables to the newest revision and load what is missing of the demo."""
    settings = config.load()
    (settings.home / GREETING).unlink(missing_ok=True)
    try:
        _migrate(settings)
        if demo:
            _load_demo(settings)
            _note_greeting(settings)
    except Exception as error:
        click.echo(scrubbed_traceback(type(error), error, error.__traceback__), err=True)
        # The last line of the log is the one shown at the terminal.
        sys.exit(scrub(str(error)).strip().partition("\n")[0] or type(error).__name__)


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
    from feedback_app.demo.everything import load_everything
    from feedback_app.demo.load import NotADemoError

    app = create_app(settings)
    with app.app_context():
        try:
            load_everything(db.session(), settings, key=app.config["TRACKING_KEY"], progress=_say_new)
        except NotADemoError:
            click.echo("The database holds agencies of your own; the demo was not loaded.")
        finally:
            db.session.remove()
            db.engine.dispose()


def _say_new(line: str) -> None:
    if "sudah ada" not in line:
        click.echo(line)


def _note_greeting(settings: Settings) -> None:
    from feedback_app.demo.samples import read_samples
    from feedback_app.demo.tour import first_steps
    from feedback_app.supervisor import address
    from feedback_app.supervisor.home import write_private

    if settings.port and read_samples(settings.home):
        text = first_steps(address(settings.host, settings.port), settings.home)
        write_private(settings.home / GREETING, text)


def _greet(running: Running) -> None:
    click.echo(f"\nSuara Layanan: {running.address}/   (Ctrl-C to stop)\n")
    noted = running.settings.home / GREETING
    if noted.exists():
        click.echo(noted.read_text(encoding="utf-8"))
        noted.unlink()


@click.command("down")
def down_command() -> None:
    """Stop the `feedback up` of this folder, cleanly."""
    from feedback_app import supervisor

    sys.exit(supervisor.down(config.load()))


@click.command("status", short_help="Show what runs and what waits.")
def status_command() -> None:
    """Show what runs, what waits for the drain, and what was set aside. Exit code 3 if not everything runs."""
    from feedback_app import supervisor

    settings = config.load()
    found = supervisor.status(settings)
    if found.starting:
        click.echo(f"Starting (process {found.pid}, folder {settings.home}); its pages will be at {found.address}")
    elif found.running:
        click.echo(f"Running at {found.address} (process {found.pid}, folder {settings.home})")
    else:
        click.echo(f"Not running (folder {settings.home})")
    for part in found.parts:
        since = f"since {part.since:%Y-%m-%d %H:%M:%S} UTC" if part.since else ""
        click.echo(f"  {part.name:<10} {part.state:<11} pid {part.pid or '-':<8} restarts {part.restarts}  {since}")
    if found.running and not found.starting:
        _show_work()
    sys.exit(found.exit_code)


def _show_work() -> None:
    from feedback_app.cli.context import database
    from feedback_app.cli.messages import outbox_line
    from feedback_app.drain.claim import count_pending, count_quarantined

    with database() as session:
        click.echo(f"  waiting for the drain: {count_pending(session)}, set aside: {count_quarantined(session)}")
        click.echo(f"  {outbox_line(session)}")


if __name__ == "__main__":
    prepare_command()
