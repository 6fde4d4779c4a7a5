"""Read the texts of a batch; a text that breaks the reader is found by halving and set aside, never tried forever."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from rq.timeouts import JobTimeoutException

from feedback_app.drain.claim import Claimed
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
    _read(with_text, reader, batch)
    if len(with_text) >= FEWEST_FOR_A_VERDICT and len(batch.poison) == len(with_text):
        raise ReaderBrokenError(f"none of {len(with_text)} texts could be read")
    return batch


def _read(rows: Sequence[Claimed], reader: Reader, batch: ReadBatch) -> None:
    if not rows:
        return
    try:
        found = reader.classify([row.text or "" for row in rows], explain=True)
    except (MemoryError, JobTimeoutException):
        # Not the fault of a text: the batch is given back and tried again.
        raise
    except Exception:  # whatever a text does to the reader must not stop the others
        if len(rows) == 1:
            _read_without_reasons(rows[0], reader, batch)
            return
        middle = len(rows) // 2
        _read(rows[:middle], reader, batch)
        _read(rows[middle:], reader, batch)
        return
    batch.readings.update({row.id: reading for row, reading in zip(rows, found, strict=True)})


def _read_without_reasons(row: Claimed, reader: Reader, batch: ReadBatch) -> None:
    """Read a text whose explanation may be what failed: its labels matter more than the words behind them."""
    try:
        (batch.readings[row.id],) = reader.classify([row.text or ""])
    except (MemoryError, JobTimeoutException):
        raise
    except Exception as error:
        log.exception("Submission %s could not be read", row.id)
        batch.poison[row.id] = type(error).__name__
    else:
        log.warning("Submission %s was read without the words that decided: explaining it failed", row.id)
