"""`feedback nlp`: making, measuring and comparing the models that read texts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedback_app import clock
from feedback_app.cli.learning import LEARNING_COMMANDS
from feedback_app.errors import ConfigurationError

if TYPE_CHECKING:
    from feedback_app.nlp.heads.rows import TrainingRow
    from feedback_app.nlp.learning.comparison import HeadComparison

_FOLDER = click.Path(file_okay=False, path_type=Path)
_EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _tell(line: str) -> None:
    click.echo(line, err=True)


@click.group("nlp")
def nlp_group() -> None:
    """The classifier."""


@nlp_group.command("train", short_help="Train the classifier.")
@click.option("--out", type=_FOLDER, help="Folder of the artefact (the shipped one if unset).")
@click.option("--tsv", type=_EXISTING_FILE, help="Train one head on this file of text<TAB>label lines instead.")
@click.option("--head", default="sentiment", show_default=True, help="The head that --tsv teaches.")
@click.option("--valid", type=_EXISTING_FILE, help="Measure the model on these text<TAB>label lines too.")
def train_command(*, out: Path | None, tsv: Path | None, head: str, valid: Path | None) -> None:
    """Train the classifier from the project's corpus. The same corpus gives the same bytes.

    With --tsv the same pipeline learns one head from labelled texts of your own; --out is needed then, so that the
    shipped model stays as it is.
    """
    from feedback_app.nlp.learning.corpus import load_rows
    from feedback_app.nlp.learning.labelled_files import read_tsv
    from feedback_app.nlp.learning.training import DEFAULT_ARTEFACT, train_and_save

    if tsv is not None and out is None:
        raise click.UsageError("Name a folder with --out: a model of one head must not replace the shipped one.")
    started = time.monotonic()
    folder = out or DEFAULT_ARTEFACT
    train_and_save(read_tsv(tsv, head) if tsv else load_rows(), folder, _tell)
    click.echo(f"Trained in {time.monotonic() - started:.0f} s: {folder}")
    if valid is not None:
        _measure_on(read_tsv(valid, head), head, folder)


def _measure_on(rows: list[TrainingRow], head: str, folder: Path) -> None:
    import numpy as np

    from feedback_app.nlp import Classifier
    from feedback_app.nlp.heads.metrics import macro_f1

    truth = np.array([row.labels[head] for row in rows])
    labels = [getattr(reading, head) for reading in Classifier.load(folder).classify([row.text for row in rows])]
    best = np.array([label.best for label in labels])
    answered = np.array([label.value is not None for label in labels])
    right = (best == truth)[answered].mean() if answered.any() else 0.0
    click.echo(
        f"{len(rows)} texts: macro-F1 {macro_f1(truth, best):.3f}, accuracy {(truth == best).mean():.3f}; "
        f"answers {answered.mean():.0%}, of which {right:.1%} right"
    )


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


@nlp_group.command("train-names", short_help="Learn which words are names of persons.")
def train_names_command() -> None:
    """Learn from the project's corpus which words are names of persons. The same corpus gives the same file."""
    from feedback_app.nlp.learning.corpus import load_corpus
    from feedback_app.nlp.personal.name_tagger import DEFAULT_FOLDER
    from feedback_app.nlp.personal.name_training import train_and_save

    started = time.monotonic()
    digest = train_and_save(load_corpus())
    click.echo(f"Trained in {time.monotonic() - started:.0f} s, sha256 {digest[:12]}: {DEFAULT_FOLDER}")


@nlp_group.command("train-duplicates", short_help="Count how rare pieces of words are.")
def train_duplicates_command() -> None:
    """Count how rare pieces of words are in the project's corpus. The same corpus gives the same file."""
    from feedback_app.nlp.duplicates.training import train_default
    from feedback_app.nlp.learning.corpus import load_corpus

    click.echo(f"Counted: {train_default(load_corpus())}")


@nlp_group.command("evaluate", short_help="Measure the classifier beside a baseline.")
@click.option("--data", type=_EXISTING_FOLDER, help="Measure on the public IndoNLU and NusaX sets in this folder too.")
@click.option("--only-public", is_flag=True, help="Leave out everything but the public sets of --data.")
@click.option("--keep", is_flag=True, help="Keep the figures beside the shipped model, for `feedback nlp card`.")
def evaluate_command(*, data: Path | None, only_public: bool, keep: bool) -> None:
    """Measure the shipped model, each figure beside that of a plain machine: 10 to 15 minutes.

    Whole models are fitted for each of five folds; messages by a second author that no model has seen, personal data
    on two probes, and speed follow. Nothing of the public sets is part of this project, and nothing of them is needed.
    """
    from feedback_app.nlp.learning.everything import measure_everything, report_lines
    from feedback_app.nlp.learning.public_sets import evaluate_folder

    if only_public and data is None:
        raise click.UsageError("--only-public needs --data.")
    if not only_public:
        found = measure_everything(_tell, today=clock.utcnow().date(), keep=keep)
        for line in report_lines(found):
            click.echo(line)
    if data is not None:
        for line in evaluate_folder(data):
            click.echo(line)
    elif not only_public:
        click.echo("Public sets: left out, for no folder was named with --data.", err=True)


@nlp_group.command("card", short_help="Write the measured figures into the model card.")
@click.option("--write", type=_EXISTING_FILE, help="The card to write into, between its marks; printed if unset.")
def card_command(write: Path | None) -> None:
    """Print the figures of the shipped model as the model card shows them, or write them into it."""
    from feedback_app.nlp.learning.card import figures_text, written_into
    from feedback_app.nlp.learning.everything import load_kept
    from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT, read_manifest

    figures = figures_text(read_manifest(DEFAULT_ARTEFACT), load_kept())
    if write is None:
        click.echo(figures)
        return
    write.write_text(written_into(write.read_text(encoding="utf-8"), figures), encoding="utf-8")
    click.echo(f"Written: {write}")


@nlp_group.command("compare", short_help="Compare two models on the same messages.")
@click.argument("first", type=_EXISTING_FOLDER)
@click.argument("second", type=_EXISTING_FOLDER)
@click.option("--file", "source", type=_EXISTING_FILE, help="Labelled messages, JSON lines like the corpus.")
def compare_command(*, first: Path, second: Path, source: Path | None) -> None:
    """Compare the models in two folders, head by head, on messages by a second author or on those of --file."""
    from feedback_app.nlp import Classifier
    from feedback_app.nlp.learning.comparison import compare
    from feedback_app.nlp.learning.corpus import load_file, load_held_out

    examples = load_file(source) if source else load_held_out()
    found = compare(Classifier.load(first), Classifier.load(second), [example.row() for example in examples])
    if not found:
        raise ConfigurationError("The two models have no head in common that the messages are labelled for.")
    for comparison in found:
        _show_comparison(comparison)


for _command in LEARNING_COMMANDS:
    nlp_group.add_command(_command)


def _show_comparison(found: HeadComparison) -> None:
    before, after = found.macro_f1
    click.echo(
        f"{found.head}: macro-F1 {before:.3f} -> {after:.3f} on {found.messages} messages; only the first is right on "
        f"{found.only_first}, only the second on {found.only_second} (chance {found.chance:.3f})"
    )
    for label, (one, other, count) in found.recall.items():
        change = "" if one == other else f"  {other - one:+d}"
        click.echo(f"  {label:<22}{one:>5} -> {other:<5} of {count}{change}")
