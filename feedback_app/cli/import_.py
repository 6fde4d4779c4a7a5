"""`feedback import`: take in feedback that was collected elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
import psycopg
import sqlalchemy as sa
from flask import current_app, has_app_context

from feedback_app import clock, queue
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli.import_options import request_from, submissions_options
from feedback_app.db import db
from feedback_app.errors import ConfigurationError
from feedback_app.intake.imports.problems import ImportProblemError
from feedback_app.intake.imports.rejects import default_rejects_path, rejects_file
from feedback_app.intake.imports.request import ImportRequest
from feedback_app.intake.imports.run import Outcome, prepared, run
from feedback_app.intake.imports.staging import Stage

ALL_REJECTED: Final = 1


class RefusedError(click.ClickException):
    """The options do not fit the file or the agency."""

    exit_code = 2


class DatabaseGoneError(click.ClickException):
    """The database does not answer."""

    exit_code = 3


class InterruptedImportError(click.ClickException):
    """Somebody pressed Ctrl-C."""

    exit_code = 130


@click.group("import")
def import_group() -> None:
    """Take in data that was collected elsewhere."""


@import_group.command("submissions", short_help="Import a file of feedback.")
@submissions_options
def submissions(file: Path, rejects: Path | None, dry_run: bool, **given: Any) -> None:
    """Import a FILE of feedback collected elsewhere: .csv, .tsv, .xlsx or .jsonl.

    Say with --map which column holds what; nothing is guessed. Fields: text, rating, date, unit, service, kind,
    id, reply. Every row needs a text or a rating, a date and a unit.

    \b
    Ratings and comments of one unit, columns named in the first line:
      feedback import submissions survei.csv --agency kupang --unit dukcapil \\
        --map text=KOMENTAR --map rating=NILAI --map date=TANGGAL
    All units of an agency in one workbook, with the other system's numbers:
      feedback import submissions kiosk.xlsx --sheet 2026 --agency kupang --source kiosk \\
        --map unit=UNIT --map rating=NILAI --map date=WAKTU --map id=NOMOR
    Five stars, worth what the agency has decided (five stars are not four points):
      feedback import submissions bintang.csv --agency kupang --unit rsud --map rating=STARS \\
        --map date=DATE --date-order mdy --rating-values "1=1,2=1,3=2,4=3,5=4"
    Texts only, no header, no dates, old enough that nobody waits for an answer:
      feedback import submissions arsip.tsv --agency kupang --unit dukcapil --no-header \\
        --map text=1 --date 2024-12-31 --history

    Rows that cannot be taken in go to FILE.rejects.csv with the reason; the others are imported. Rows imported
    before from the same --source are recognised and left alone. Nothing shows anywhere until the whole file has
    been read. An import that was interrupted continues when the same command is run again.

    Exit codes: 0 imported (or imported before), 1 every row was rejected, 2 the options do not fit the file or
    the agency, 3 the database does not answer, 130 interrupted. With 2, 3 and 130 nothing has been published.
    """
    with _told(), _application():
        request = request_from(file, **given)
        outcome = _carry_out(request, rejects or default_rejects_path(file), dry_run=dry_run)
    if outcome.all_rejected and not outcome.done_before:
        sys.exit(ALL_REJECTED)


def _carry_out(request: ImportRequest, rejects_path: Path, *, dry_run: bool) -> Outcome:
    session = db.session()
    report = _Report()
    now = clock.utcnow()
    try:
        with (
            prepared(session, request, now=now) as work,
            rejects_file(rejects_path, work.table.columns, request.layout.rejects_delimiter) as rejects,
        ):
            commit = _leave_open if dry_run else session.commit
            outcome = run(session, work, rejects, actor=SYSTEM, now=now, commit=commit, progress=report.progress)
    finally:
        session.rollback()
    report.summary(outcome, request, rejects_path, dry_run=dry_run)
    if outcome.stage.rows_published and not dry_run and not outcome.done_before:
        _remind_now()
    return outcome


def _leave_open() -> None:
    """Commit nothing: a rehearsal does everything in one transaction, which is rolled back."""


def _remind_now() -> None:
    # This process may end before the thread that sends reminders has had its turn.
    redis_url = current_app.extensions["suara_settings"].redis_url
    if redis_url:
        queue.Reminder(redis_url).send({"drain"})


@contextmanager
def _application() -> Iterator[None]:
    """Enter the application of this process, or one of the command's own."""
    if has_app_context():
        yield
        return
    # Loaded here, so that `--help` does not wait for the whole application.
    from feedback_app.app import create_app

    with create_app().app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _told() -> Iterator[None]:
    """Turn what can go wrong into one sentence and an exit code."""
    again = "Nothing was published; run the same command again and it continues where it stopped."
    try:
        yield
    except (ImportProblemError, ConfigurationError) as error:
        raise RefusedError(str(error)) from error
    except (sa.exc.OperationalError, psycopg.OperationalError) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise DatabaseGoneError(f"The database does not answer ({reason}). {again}") from error
    except OSError as error:
        raise RefusedError(f"{error.strerror or error}: {error.filename}") from error
    except KeyboardInterrupt as error:
        raise InterruptedImportError(f"Interrupted. {again}") from error


class _Report:
    """Tells the terminal how an import goes (on stderr) and how it ended (on stdout)."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._told = False

    def progress(self, at: Stage) -> None:
        """Say how many rows are read, and once whether an earlier run is continued."""
        if self._told:
            rate = at.rows_read / max(time.monotonic() - self._began, 0.001)
            click.echo(f"  {at.rows_read:>9,} rows read, {at.rows_rejected:,} rejected, {rate:,.0f} rows/s", err=True)
        elif at.rows_read:
            click.echo(f"Continuing where an earlier run stopped: {at.rows_read:,} rows are staged already.", err=True)
        self._told = True

    def summary(self, outcome: Outcome, request: ImportRequest, rejects_path: Path, *, dry_run: bool) -> None:
        """Say how the import ended."""
        at = outcome.stage
        if outcome.done_before:
            click.echo(
                f"Already imported (sudah diimpor): {request.path.name} from source {request.source!r}, "
                f"{_day(at.finished_at)}, with {at.rows_published:,} rows. 0 new rows now."
            )
            return
        seconds = max(time.monotonic() - self._began, 0.001)
        verb = (
            "Rehearsed, nothing stored" if dry_run else "Nothing was imported" if outcome.all_rejected else "Imported"
        )
        click.echo(f"{verb}: {request.path.name} into {request.agency}, source {request.source!r}")
        click.echo(f"  {at.rows_read:>9,} rows read in {seconds:.1f} s ({at.rows_read / seconds:,.0f} rows/s)")
        click.echo(f"  {at.rows_published:>9,} new")
        click.echo(f"  {at.rows_duplicate:>9,} known already")
        click.echo(f"  {at.rows_rejected:>9,} rejected")
        for reason, count in sorted((outcome.rejected or {}).items(), key=lambda item: -item[1]):
            click.echo(f"  {count:>9,}   {reason.value.replace('_', ' ')}")
        if at.rows_rejected:
            click.echo(f"The rejected rows, with reasons, are in {rejects_path}")


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "at an unknown time"
