"""Open a file as a table of columns and rows, whichever form it has; the rows are read as they are asked for."""

from __future__ import annotations

import csv
import enum
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, Literal, TextIO

from feedback_app.intake.imports.problems import Reason, RowProblemError, UnreadableFileError
from feedback_app.intake.imports.rows import SourceRow
from feedback_app.intake.imports.values import Cell

CELL_MAX: Final = 1 << 24
LINES_LOOKED_AT: Final = 1000


class Form(enum.StrEnum):
    """The forms of file that can be read."""

    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"
    JSONL = "jsonl"


DELIMITERS: Final = {Form.CSV: ",", Form.TSV: "\t"}
FORMS: Final = {".csv": Form.CSV, ".tsv": Form.TSV, ".tab": Form.TSV, ".xlsx": Form.XLSX, ".jsonl": Form.JSONL}


@dataclass(frozen=True, slots=True)
class Layout:
    """How the bytes of a file become a table. `encoding` is empty for a spreadsheet, which knows its own."""

    form: Form
    encoding: str | None
    delimiter: str = ","
    quoted: bool = True
    has_header: bool = True
    sheet: str | None = None

    @property
    def rejects_delimiter(self) -> str:
        """Return what stands between the cells of the rejects: what stood in a CSV file, else a comma."""
        return self.delimiter if self.form is Form.CSV else ","


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file and its rows, each exactly as wide; rows without any content are left out."""

    columns: list[str]
    rows: Iterator[SourceRow]


def form_of(path: Path) -> Form:
    """Return the form of a file by its name.

    Raises
    ------
    UnreadableFileError
        Another form, with advice for spreadsheets of the old kind.
    """
    form = FORMS.get(path.suffix.lower())
    if form is None:
        old = " Save it as .xlsx first." if path.suffix.lower() in {".xls", ".ods"} else ""
        raise UnreadableFileError(f"{path.name} is none of {', '.join(FORMS)}.{old}")
    return form


@contextmanager
def open_table(path: Path, layout: Layout) -> Iterator[Table]:
    """Open a file as a table; it is closed at the end of the `with` block.

    Raises
    ------
    UnreadableFileError
        At once or while rows are read: empty, broken, or of another layout.
    """
    if layout.form is Form.XLSX:
        # Loaded here: the library takes longer than many an import, and only workbooks need it.
        from feedback_app.intake.imports.sheets import sheet_rows

        with sheet_rows(path, layout.sheet) as rows:
            yield _table(rows, has_header=layout.has_header, name=path.name)
        return
    with path.open(encoding=layout.encoding, newline="") as file:
        if layout.form is Form.JSONL:
            yield _records(file, path.name)
        else:
            yield _table(_delimited(file, layout), has_header=layout.has_header, name=path.name)


def _delimited(file: TextIO, layout: Layout) -> Iterator[Sequence[Cell]]:
    csv.field_size_limit(CELL_MAX)
    # Strict: a quotation mark that is never closed would swallow the rest of the file into one cell.
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if layout.quoted else csv.QUOTE_NONE
    reader = csv.reader(file, delimiter=layout.delimiter, quoting=quoting, strict=True)
    start = 1
    try:
        for row in reader:
            yield row
            start = reader.line_num + 1
    except csv.Error as error:
        advice = " If its quotation marks are part of the text, add --no-quotes." if layout.quoted else ""
        raise UnreadableFileError(
            f"The row that begins in line {start} cannot be read ({error}). Nothing was imported.{advice}"
        ) from error


def _table(rows: Iterator[Sequence[Cell]], *, has_header: bool, name: str) -> Table:
    filled = ((number, cells) for number, cells in enumerate(rows, start=1) if not _is_empty(cells))
    number, first = next(filled, (0, None))
    if first is None:
        raise UnreadableFileError(f"{name} is empty.")
    if has_header:
        columns = ["" if cell is None else str(cell).strip() for cell in first]
        return Table(columns, _fitted(filled, len(columns)))
    columns = [str(place) for place in range(1, len(first) + 1)]
    return Table(columns, _fitted(chain([(number, first)], filled), len(first)))


def _fitted(rows: Iterable[tuple[int, Sequence[Cell]]], width: int) -> Iterator[SourceRow]:
    for number, cells in rows:
        if len(cells) == width:
            yield SourceRow(number, cells)
        elif _is_empty(cells[width:]):
            yield SourceRow(number, [*cells[:width], *[None] * (width - len(cells))])
        else:
            yield SourceRow(number, cells, _too_many(len(cells), width))


def _is_empty(cells: Sequence[Cell]) -> bool:
    for cell in cells:  # noqa: SIM110 - runs for every row, and a loop that ends at the first cell is the fastest
        if cell is not None and not (isinstance(cell, str) and not cell.strip()):
            return False
    return True


def _too_many(cells: int, width: int) -> RowProblemError:
    return RowProblemError(
        Reason.TOO_MANY_CELLS, f"Baris ini berisi {cells} kolom, padahal berkas ini berkolom {width}."
    )


def _records(file: TextIO, name: str) -> Table:
    lines = ((number, line) for number, line in enumerate(file, start=1) if not line.isspace())
    first = [(number, _record(line)) for number, line in islice(lines, LINES_LOOKED_AT)]
    columns = list(dict.fromkeys(key for _, record in first if record is not None for key in record))
    if not columns:
        raise UnreadableFileError(f"{name} has no line that is a JSON object.")
    rest = ((number, _record(line)) for number, line in lines)
    return Table(columns, (_record_row(number, record, columns) for number, record in chain(first, rest)))


def _record(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _record_row(number: int, record: dict[str, Any] | None, columns: Sequence[str]) -> SourceRow:
    if record is None:
        problem = RowProblemError(Reason.NOT_A_RECORD, "Baris ini bukan objek JSON.")
        return SourceRow(number, [None] * len(columns), problem)
    return SourceRow(number, [_plain(record.get(column)) for column in columns])


def _plain(value: Any) -> Cell:
    if value is None or isinstance(value, str | int | float):
        return value
    return json.dumps(value, ensure_ascii=False)
