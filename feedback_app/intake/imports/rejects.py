"""Write down the rows that were left out, with the reason, as a table the staff can correct and import."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TextIO

from feedback_app.intake.imports.problems import MappingError, Reason, RowProblemError
from feedback_app.intake.imports.rows import SourceRow

ROW_COLUMN: Final = "nomor_baris"
REASON_COLUMN: Final = "alasan_ditolak"
# What a spreadsheet program takes for the beginning of a formula (OWASP, "CSV Injection").
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def default_rejects_path(path: Path) -> Path:
    """Return where rejects go unless said otherwise: beside the file, as `FILE.rejects.csv`."""
    return path.with_name(path.name + ".rejects.csv")


def harmless(cell: object) -> str:
    """Return a cell as text that no spreadsheet program will run as a formula.

    >>> harmless('=HYPERLINK("x")')
    '\\'=HYPERLINK("x")'
    """
    text = "" if cell is None else str(cell).replace("\x00", "")
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text


class Rejects:
    """The rejected rows of one run, counted by reason. The file appears under its name only once it is complete."""

    def __init__(self, path: Path, columns: Sequence[str], delimiter: str) -> None:
        self.path = path
        self.counts: Counter[Reason] = Counter()
        self._columns = columns
        self._delimiter = delimiter
        self._part = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._file: TextIO | None = None
        self._writer: Any = None

    @property
    def total(self) -> int:
        """Return how many rows were rejected."""
        return self.counts.total()

    def add(self, row: SourceRow, problem: RowProblemError) -> None:
        """Write down one row."""
        self.counts[problem.reason] += 1
        if self._file is None:
            self._begin()
        width = len(self._columns)
        cells = [harmless(cell) for cell in [*row.cells, *[None] * (width - len(row.cells))]]
        self._writer.writerow([*cells[:width], row.number, problem.sentence, *cells[width:]])

    def finish(self) -> None:
        """Put the file in its place, safely on disk; nothing happens where no row was rejected."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
            self._part.replace(self.path)

    def abandon(self) -> None:
        """Remove what was written of an unfinished file."""
        if self._file is not None:
            self._file.close()
            self._part.unlink(missing_ok=True)

    def _begin(self) -> None:
        # With a byte order mark: without one, Excel reads UTF-8 as something else.
        self._file = self._part.open("w", encoding="utf-8-sig", errors="replace", newline="")
        self._writer = csv.writer(self._file, delimiter=self._delimiter)
        self._writer.writerow([*map(harmless, self._columns), ROW_COLUMN, REASON_COLUMN])


@contextmanager
def rejects_file(path: Path, columns: Sequence[str], delimiter: str) -> Iterator[Rejects]:
    """Open the rejects of one run.

    Raises
    ------
    MappingError
        The folder cannot be written to.
    """
    if not os.access(path.absolute().parent, os.W_OK):
        raise MappingError(f"Rejected rows cannot be written to {path}; name another file with --rejects.")
    rejects = Rejects(path, columns, delimiter)
    try:
        yield rejects
    finally:
        rejects.abandon()
