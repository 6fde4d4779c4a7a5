"""Write down the rows that were left out, with the reason, as a table the staff can correct and import."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final, TextIO, cast

from feedback_app.intake.imports.problems import MappingError, Reason, RowProblemError
from feedback_app.intake.imports.rows import SourceRow
from feedback_app.safe_table import SafeTable

ROW_COLUMN: Final = "nomor_baris"
REASON_COLUMN: Final = "alasan_ditolak"
# What a spreadsheet program takes for the beginning of a formula (OWASP, "CSV Injection").


def default_rejects_path(path: Path) -> Path:
    """Return where rejects go unless said otherwise: beside the file, as `FILE.rejects.csv`."""
    return path.with_name(path.name + ".rejects.csv")


class Rejects:
    """The rejected rows of one run, counted by reason.

    They are written to `spool`, a file without a name, of which nothing remains if the run is killed: it holds what
    citizens wrote. They get their name only once they are complete.
    """

    def __init__(self, path: Path, columns: Sequence[str], delimiter: str, spool: TextIO) -> None:
        self.counts: Counter[Reason] = Counter()
        self._path = path
        self._width = len(columns)
        self._spool = spool
        self._table = SafeTable(spool, delimiter=delimiter)
        self._table.row([*columns, ROW_COLUMN, REASON_COLUMN])

    @property
    def total(self) -> int:
        """Return how many rows were rejected."""
        return self.counts.total()

    def add(self, row: SourceRow, problem: RowProblemError) -> None:
        """Write down one row."""
        self.counts[problem.reason] += 1
        missing = [None] * (self._width - len(row.cells))
        cells = [*row.cells, *missing]
        self._table.row([*cells[: self._width], row.number, problem.sentence, *cells[self._width :]])

    def finish(self) -> None:
        """Put the file in its place, safely on disk; nothing happens where no row was rejected."""
        if not self.total:
            return
        self._spool.flush()
        self._spool.buffer.seek(0)
        part = self._path.with_name(f".{self._path.name}.part")
        with part.open("wb") as complete:
            shutil.copyfileobj(self._spool.buffer, complete)
            complete.flush()
            os.fsync(complete.fileno())
        part.replace(self._path)


@contextmanager
def rejects_file(path: Path, columns: Sequence[str], delimiter: str) -> Iterator[Rejects]:
    """Open the rejects of one run.

    Raises
    ------
    MappingError
        The folder cannot be written to.
    """
    folder = path.absolute().parent
    if not os.access(folder, os.W_OK):
        raise MappingError(f"Rejected rows cannot be written to {path}; name another file with --rejects.")
    # With a byte order mark: without one, Excel reads UTF-8 as something else.
    with TemporaryFile("w+", encoding="utf-8-sig", errors="replace", newline="", dir=folder) as spool:
        yield Rejects(path, columns, delimiter, cast(TextIO, spool))
