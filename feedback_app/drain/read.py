"""Read the texts of a batch; a text that breaks the reader is found by halving and set aside, never tried forever."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from rq.timeouts import JobTimeoutException

from feedback_app.drain.claim import Claimed
from feedback_app.nlp.attempts import Attempt, attempt_each
from feedback_app.nlp.reading import Reading

# From this many texts on, a batch of which nothing could be read speaks of the reader and not of the texts.
FEWEST_FOR_A_VERDICT: Final = 5

log = logging.getLogger(__name__)


class ReaderBrokenError(RuntimeError):
    """The reader fails on everything; nothing is written, and the sweep tries again."""


class Reader(Protocol):
    """What the drain asks of a classifier."""

    model_version: str

    def classify(self, texts: Sequence[str], *, explain: bool = False) -> list[Reading]:
        """Return one reading for each text, in order; with `explain` each says which words decided."""


@dataclass
class ReadBatch:
    """The readings by submission id, and what could not be read, with the name of the error."""

    readings: dict[int, Reading] = field(default_factory=dict)
    poison: dict[int, str] = field(default_factory=dict)


def read(rows: Sequence[Claimed], reader: Reader) -> ReadBatch:
    """Read every text of a batch; rows without text have no reading."""
    batch = ReadBatch()
    with_text = [row for row in rows if row.text]
    # Not the fault of a text: the batch is given back and tried again.
    fatal = (MemoryError, JobTimeoutException)
    found = attempt_each([row.text or "" for row in with_text], reader.classify, explain=True, fatal=fatal)
    for row, attempt in zip(with_text, found, strict=True):
        _note(row.id, attempt, batch)
    if len(with_text) >= FEWEST_FOR_A_VERDICT and len(batch.poison) == len(with_text):
        raise ReaderBrokenError(f"none of {len(with_text)} texts could be read")
    return batch


def _note(submission_id: int, attempt: Attempt, batch: ReadBatch) -> None:
    if attempt.reading is None:
        log.error("Submission %s could not be read", submission_id, exc_info=attempt.error)
        batch.poison[submission_id] = type(attempt.error).__name__
        return
    batch.readings[submission_id] = attempt.reading
    if attempt.error is not None:
        log.warning("Submission %s was read without the words that decided: explaining it failed", submission_id)
