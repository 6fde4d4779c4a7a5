"""Read the sheet of a workbook, as it was uploaded, into the cells of its rows."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, time
from typing import Any, Final

from feedback_app.errors import InvalidInputError
from feedback_app.survey.paper_values import Cell, Formula

# A workbook is a zip: a few kilobytes may unfold to gigabytes.
UNFOLDED_BYTES_MAX: Final = 200 * 1024 * 1024
MOST_COLUMNS: Final = 200
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_PIECE: Final = 1024 * 1024
# How a workbook marks a formula whose value is a text; an empty one is a value too.
_TEXT_VALUE: Final = "str"

SHEET_SENTENCES = {
    "not_named": "Buku kerja ini mempunyai beberapa lembar. Tulis nama lembar yang berisi datanya.",
    "not_there": "Lembar dengan nama itu tidak ada dalam buku kerja ini. Pilih salah satu lembar yang ada.",
}


class UnreadablePaperFileError(InvalidInputError):
    """The file as a whole is no table, or too large."""

    code = "survey_unreadable_file"


class SheetNotNamedError(InvalidInputError):
    """The workbook has several filled sheets and none, or another one, is named."""

    code = "survey_sheet_not_named"

    def __init__(self, sheets: Sequence[str], *, is_named: bool = False) -> None:
        super().__init__(SHEET_SENTENCES["not_there" if is_named else "not_named"])
        self.sheets = tuple(sheets)


def is_filled(cells: Sequence[Cell]) -> bool:
    """Tell whether a row holds anything."""
    return any(cell is not None and not (isinstance(cell, str) and not cell.strip()) for cell in cells)


def workbook_rows(content: bytes, wanted: str | None) -> Iterator[Sequence[Cell]]:
    """Yield the rows of the sheet named, or of the only one that holds anything.

    Of a formula the workbook holds the value it had last; one that was never computed is given as `Formula`.

    Raises
    ------
    UnreadablePaperFileError, SheetNotNamedError
    """
    try:
        _check_size(content)
        yield from _with_formulas(content, wanted) if _has_formulas(content) else _rows(content, wanted)
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, EOFError, OSError, TypeError) as error:
        raise UnreadablePaperFileError(
            "Buku kerja ini tidak dapat dibaca. Buka dengan program lembar kerja, lalu simpan lagi sebagai .xlsx."
        ) from error


def _rows(content: bytes, wanted: str | None) -> Iterator[Sequence[Cell]]:
    book = _opened(content, values=True)
    try:
        sheet = book[_sheet_name(book, wanted)]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1):
            yield [_value(cell) for cell in row]
    finally:
        book.close()


def _with_formulas(content: bytes, wanted: str | None) -> Iterator[Sequence[Cell]]:
    """Yield the rows of a workbook with formulas: read twice, for what they came to and for what they are."""
    values, formulas = _opened(content, values=True), _opened(content, values=False)
    try:
        name = _sheet_name(values, wanted)
        sheets = [book[name] for book in (values, formulas)]
        for sheet in sheets:
            sheet.reset_dimensions()
        pairs = zip(*(sheet.iter_rows(max_col=MOST_COLUMNS + 1) for sheet in sheets), strict=True)
        for row, written in pairs:
            yield [_computed(cell, formula) for cell, formula in zip(row, written, strict=True)]
    finally:
        values.close()
        formulas.close()


def _computed(cell: Any, written: Any) -> Cell:
    if cell.value is None and written.value is not None and cell.data_type != _TEXT_VALUE:
        return Formula(written.value if isinstance(written.value, str) else "=")
    return _value(cell.value)


def _opened(content: bytes, *, values: bool) -> Any:
    # Loaded here: most files are text, and the library is slow to load.
    import openpyxl

    with warnings.catch_warnings():
        # Styles and extensions that the reader does not know have no bearing on the values.
        warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
        return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=values)


def _has_formulas(content: bytes) -> bool:
    """Tell whether a sheet holds a formula: reading every workbook twice would take twice as long."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for part in parts.namelist():
            if not (part.startswith("xl/worksheets/") and part.endswith(".xml")):
                continue
            with parts.open(part) as sheet:
                before = b""
                while piece := sheet.read(_PIECE):
                    if _FORMULA.search(before + piece):
                        return True
                    before = piece[-20:]
    return False


def _value(cell: object) -> Cell:
    """Return a cell; a span of time as a clock would write it."""
    return cell if cell is None or isinstance(cell, str | int | float | date | time) else str(cell)


def _check_size(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > UNFOLDED_BYTES_MAX:
            raise UnreadablePaperFileError("Buku kerja ini terlalu besar. Simpan lembar datanya sebagai CSV.")


def _sheet_name(book: Any, wanted: str | None) -> str:
    """Return the sheet named, or the only one that holds anything."""
    names: list[str] = [sheet.title for sheet in book.worksheets]
    if wanted:
        found = [name for name in names if name.casefold() == wanted.strip().casefold()]
    else:
        found = [name for name in names if _holds_something(book[name])]
    if len(found) == 1:
        return found[0]
    if not found and not wanted:
        raise UnreadablePaperFileError("Berkas ini kosong.")
    raise SheetNotNamedError(names, is_named=bool(wanted))


def _holds_something(sheet: Any) -> bool:
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1, max_row=100)
    return any(is_filled(row) for row in rows)
