"""Many texts through the classifier, in order, as they come: no server, no database and no settings."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from feedback_app.cli.readings import as_object, as_row, heading
from feedback_app.cli.text_lines import BadLineError, Line, Message, batches, message
from feedback_app.errors import ConfigurationError
from feedback_app.nlp.attempts import attempt_each

if TYPE_CHECKING:
    from feedback_app.nlp.classifier import Classifier
    from feedback_app.nlp.reading import Reading

NO_MODEL: Final = 1
NOT_WRITTEN: Final = 1
BAD_LINES: Final = 2
INTERRUPTED: Final = 130
NOBODY_READS: Final = 141
"""What a shell says of a program whose reader went away: 128 and the number of SIGPIPE."""


class WriteError(OSError):
    """The answers cannot be written; the sentence says why."""


def classify_stream(source: str, model_dir: Path | None, *, as_table: bool, explain: bool) -> int:
    """Write an answer for every text in the file `source` ("-": standard input); return the exit code.

    A line without a text is named on standard error and skipped.
    """
    try:
        model = loaded(model_dir)
        if as_table:
            _write([heading()])
        with _opened(source) as descriptor:
            bad = sum(_answer(batch, model, as_table, explain) for batch in batches(descriptor))
    except (BrokenPipeError, WriteError) as error:
        return _stopped_by(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    return BAD_LINES if bad else 0


def loaded(model_dir: Path | None) -> Classifier:
    """Return the classifier; where there is none, one sentence and exit code 1, since 2 speaks of lines."""
    from feedback_app.nlp.classifier import Classifier

    try:
        return Classifier.load(model_dir)
    except ConfigurationError as error:
        click.echo(f"feedback: {error}", err=True)
        sys.exit(NO_MODEL)


@contextmanager
def _opened(source: str) -> Iterator[int]:
    if source == "-":
        if sys.stdin is None:
            raise click.ClickException("Standard input is closed.")
        yield sys.stdin.fileno()
        return
    with Path(source).open("rb", buffering=0) as file:
        yield file.fileno()


def _answer(lines: Sequence[Line], model: Classifier, as_table: bool, explain: bool) -> int:
    """Write the answers to a batch; return how many of its lines were skipped."""
    messages = []
    bad = 0
    for line in lines:
        try:
            messages.append(message(line))
        except BadLineError as error:
            bad += _skip(line.number, str(error))
    given = [found for found in messages if found is not None]
    readings = list(_readings(given, model, explain=explain))
    told = [(found, reading) for found, reading in zip(given, readings, strict=True) if reading is not None]
    if as_table:
        _write([as_row(found.id, reading) for found, reading in told])
    else:
        _write(
            [json.dumps(as_object(found.id, reading, model.model_version, explain=explain)) for found, reading in told]
        )
    return bad + readings.count(None)


def _readings(messages: Sequence[Message], model: Classifier, *, explain: bool) -> Iterator[Reading | None]:
    """Yield a reading for each text, None where a text breaks the classifier; it is named."""
    found = attempt_each([one.text for one in messages], model.classify, explain=explain)
    for one, attempt in zip(messages, found, strict=True):
        if attempt.reading is None:
            _skip(one.number, f"it could not be read ({type(attempt.error).__name__})")
        yield attempt.reading


def _skip(number: int, reason: str) -> int:
    click.echo(f"line {number} skipped: {reason}", err=True)
    return 1


def _write(lines: Sequence[str]) -> None:
    try:
        if lines:
            sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise WriteError(f"The answers cannot be written: {error.strerror}.") from error


def show(lines: Sequence[str]) -> int:
    """Write lines to standard output; return the exit code."""
    try:
        _write(lines)
    except (BrokenPipeError, WriteError) as error:
        return _stopped_by(error)
    return 0


def _stopped_by(error: OSError) -> int:
    # Python would complain once more when it flushes at its end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return NOBODY_READS
    click.echo(f"feedback: {error}", err=True)
    return NOT_WRITTEN
