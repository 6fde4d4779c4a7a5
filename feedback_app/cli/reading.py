"""`feedback classify` and `feedback nlp`: reading texts, and the model that reads them."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from feedback_app import config
from feedback_app.cli.context import database
from feedback_app.config import Settings
from feedback_app.errors import ConfigurationError

_COLUMN = 11


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


@click.command("classify", short_help="Read all pending submissions now.")
@click.option("--text", help="Read this one text and print what the classifier makes of it; stores nothing.")
def classify_command(*, text: str | None) -> None:
    """Read all pending submissions now, in this process, as the worker would."""
    settings = config.load()
    check_model_dir(settings)
    if text is not None:
        _show_reading(text, settings.model_dir)
        return
    from feedback_app import jobs
    from feedback_app.drain.claim import count_pending

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


def _show_reading(text: str, model_dir: Path | None) -> None:
    from feedback_app.nlp import Classifier

    model = Classifier.load(model_dir)
    reading = model.classify([text])[0]
    _show("text", reading.redacted)
    for head in ("kind", "sentiment", "aspect", "urgency"):
        label = getattr(reading, head)
        decided = f", decided by {_in_words(reading.urgency_source)}" if head == "urgency" else ""
        _show(head, f"{label.value or 'not sure':<20}({label.confidence:.2f}{decided})")
    _show("integrity", "yes, it alleges illegal levies or abuse of power" if reading.integrity else "no")
    _show("model", model.model_version)


def _show(name: str, said: str) -> None:
    click.echo(f"{name:<{_COLUMN}}{said}")


def _in_words(urgency_source: str) -> str:
    _, is_rule, name = urgency_source.partition("rule:")
    return f"the rule for {name.replace('_', ' ')}" if is_rule else "the model"


@click.group("nlp")
def nlp_group() -> None:
    """The classifier."""


@nlp_group.command("train")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder of the artefact (the shipped one if unset)."
)
def train_command(out: Path | None) -> None:
    """Train the classifier from the project's corpus. The same corpus gives the same bytes."""
    from feedback_app.nlp.learning.training import DEFAULT_ARTEFACT, train_default

    started = time.monotonic()
    folder = out or DEFAULT_ARTEFACT
    train_default(folder, lambda line: click.echo(line, err=True))
    click.echo(f"Trained in {time.monotonic() - started:.0f} s: {folder}")


@nlp_group.command("train-routing", short_help="Count which words speak of which sector.")
def train_routing_command() -> None:
    """Count from the project's corpus which words speak of which sector. The same corpus gives the same file."""
    from feedback_app.nlp.learning.corpus import load_corpus
    from feedback_app.nlp.routing.training import DEFAULT_FILE, train_default

    found = train_default(load_corpus())
    click.echo(
        f"Out of fold the sector is right in {found.top1:.1%}, among three in {found.top3:.1%}; it answers "
        f"{found.answered:.1%} of the texts and is right in {found.right_when_answered:.1%} of those: {DEFAULT_FILE}"
    )


@nlp_group.command("evaluate", short_help="Measure the classifier on public sets.")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder of the public Indonesian sets (IndoNLU); they are not part of this project.",
)
def evaluate_command(data: Path) -> None:
    """Measure the classifier on public sets that it was not trained on."""
    from feedback_app.nlp.learning.evaluate import evaluate_folder

    for line in evaluate_folder(data):
        click.echo(line)
