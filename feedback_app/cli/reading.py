"""`feedback classify`: reading texts, those that wait in the database or those that are given."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedback_app.errors import ConfigurationError

if TYPE_CHECKING:
    from feedback_app.config import Settings


def check_model_dir(settings: Settings) -> None:
    """Refuse a MODEL_DIR in which there is no model.

    Raises
    ------
    ConfigurationError
    """
    folder = settings.model_dir
    if folder is not None and not (folder / "manifest.json").is_file():
        raise ConfigurationError(
            f"MODEL_DIR is {folder}, where there is no manifest.json: name a folder made by "
            "`feedback nlp train --out`, or leave MODEL_DIR unset for the shipped model."
        )


@click.command("classify", short_help="Read texts, or all submissions that wait.")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--text", help="Read this one text; stores nothing.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "jsonl"]),
    help="table for people (as without it), jsonl for programs: an answer a line.",
)
@click.option(
    "--model",
    "model_dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder of a model made by `feedback nlp train --out`; for a FILE the shipped one if unset.",
)
@click.option("--explain", is_flag=True, help="Say also which words decided.")
def classify_command(
    *, file: str | None, text: str | None, form: str | None, model_dir: Path | None, explain: bool
) -> None:
    """Read the texts in FILE ("-": standard input), a JSON object {"id", "text"} a line. Nothing is stored.

    \b
      feedback classify messages.jsonl --format jsonl > answers.jsonl
      feedback classify --text "KTP saya belum jadi"
      feedback classify          read all submissions that wait, as the worker would

    Answers stand in the order of the lines. A line without a text is named on standard error and skipped; the exit
    code is then 2. It is 1 where there is no model, or the answers cannot be written.
    """
    if text is not None:
        if file is not None:
            raise click.UsageError("Give a FILE or --text, not both.")
        _show_one(text, form, model_dir, explain=explain)
    elif file is not None or form is not None:
        from feedback_app.cli.classify_stream import classify_stream

        sys.exit(classify_stream(file or "-", model_dir, as_table=form != "jsonl", explain=explain))
    elif model_dir is not None or explain:
        raise click.UsageError("--model and --explain need a FILE or --text; the worker's model is set by MODEL_DIR.")
    else:
        _read_what_waits()


def _read_what_waits() -> None:
    from feedback_app import config, jobs
    from feedback_app.cli.context import database
    from feedback_app.drain.claim import count_pending

    check_model_dir(config.load())
    with database() as session:
        waiting = count_pending(session)
        session.rollback()
        if not waiting:
            click.echo("Nothing waits to be read.")
            return
        started = time.monotonic()
        done = 0
        with click.progressbar(length=waiting, label="Reading", file=sys.stderr) as bar:
            while read := jobs.drain(seconds=2.0):
                done += read
                bar.update(read)
        seconds = time.monotonic() - started
        click.echo(f"Read {done} submissions in {seconds:.1f} s ({done / seconds:.0f} a second).")


def _show_one(text: str, form: str | None, model_dir: Path | None, *, explain: bool) -> None:
    from feedback_app import config
    from feedback_app.cli.classify_stream import show
    from feedback_app.cli.readings import as_lines, as_object
    from feedback_app.nlp.classifier import Classifier

    if model_dir is None:
        settings = config.load()
        check_model_dir(settings)
        model_dir = settings.model_dir
    model = Classifier.load(model_dir)
    reading = model.classify([text], explain=explain)[0]
    if form == "jsonl":
        sys.exit(show([json.dumps(as_object(None, reading, model.model_version, explain=explain))]))
    sys.exit(show(as_lines(reading, model.model_version)))
